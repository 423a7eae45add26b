import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from '../defaults.ts';
import { loadSchema } from '../edge/load.ts';
import { asJson, type Json, type JsonObject } from '../json.ts';
import { RESOURCES } from '../resources.ts';
import { definitionOf, type FieldType } from '../schema.ts';
import { prepareForCreate, prepareForUpdate } from '../strategy.ts';
import { validate } from '../validation.ts';
import { warningsOf } from '../warnings.ts';

const schema = loadSchema();
const WRONG: readonly Json[] = [null, true, -1, 1.5, '', 'a', [], [null], [[]], {}, { a: null }, [{}]];
const TEXTS = ['', 'a', 'a/b', 'a.b.c', '*', '-1', '1Gi', '50%', '2026-01-01T00:00:00Z', 'YQ==', 'a,b-', '/x/'];
type Draw = <T>(items: readonly T[]) => T;

function some(draw: Draw, type: FieldType, depth: number): Json {
  if (draw([0, 0, 0, 0, 0, 0, 0, 1]) === 1 || depth > 9) return draw(WRONG);
  switch (type.type) {
    case 'boolean':
      return draw([true, false]);
    case 'int32':
    case 'int64':
    case 'double':
      return draw([0, 1, -1, 7, 2 ** 31 - 1]);
    case 'intOrString':
      return draw<Json>([0, 5, ...TEXTS]);
    case 'list':
      return draw([[], [0], [0, 0]]).map(() => some(draw, type.items!, depth + 1));
    case 'map':
      return Object.fromEntries(draw([[], [''], ['a', 'cpu']]).map((key) => [key, some(draw, type.items!, depth + 1)]));
    case 'object':
      return object(draw, type.ref ?? '', depth + 1);
    default:
      return draw(TEXTS);
  }
}
function object(draw: Draw, name: string, depth: number): JsonObject {
  const result: JsonObject = {};
  for (const [field, type] of Object.entries(schema.definitions[name]?.fields ?? {}))
    if (draw(depth < 4 ? [1, 1, 0] : [1, 0, 0]) === 1) result[field] = some(draw, type, depth);
  return result;
}

/** mulberry32 */
function seeded(seed: number): Draw {
  let state = seed;
  return (items) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return items[((t ^ (t >>> 14)) >>> 0) % items.length]!;
  };
}
const SEEDS = 60;

test('validation: whatever JSON, of every kind: is defaulted, prepared and judged without an exception', () => {
  const thrown: string[] = [];
  for (const info of RESOURCES) {
    const { group, version, kind } = info;
    const definition = definitionOf(schema, group === '' ? version : `${group}/${version}`, kind);
    if (definition === undefined || !info.stored) continue;
    const subresources = ['', ...info.subresources.map(({ name }) => name).filter((name) => name !== 'scale')];
    for (let seed = 0; seed < SEEDS; seed++) {
      const draw = seeded(seed);
      const one = (): JsonObject => ({ ...object(draw, definition, 0), metadata: { name: 'a', namespace: 'b' } });
      try {
        const [old, given] = [one(), one()].map((each) => prepareForCreate(info, applyDefaults(info, each)));
        validate(info, given!);
        warningsOf(info, given!, given!);
        validate(info, old!, given!);
        for (const subresource of subresources)
          validate(info, asJson(prepareForUpdate(info, given!, old!, subresource)), old!, subresource);
      } catch (error) {
        thrown.push(`${group}/${kind} seed ${seed}: ${(error as Error).stack?.split('\n').slice(0, 3).join('')}`);
        break;
      }
    }
  }
  assert.deepEqual(thrown, []);
});
