//! Values that a field of a type may be given: plausible ones, edges, and wrong ones.
import type { Json, JsonObject } from '../../actors/api/json.ts';
import type { Descriptions, FieldType, Schema } from '../../actors/api/schema.ts';
import type { Draw } from './draw.ts';

export interface Knowledge {
  readonly schema: Schema;
  readonly descriptions: Descriptions;
  /** Texts of the sample: what one field says, another may refer to. */
  readonly texts: readonly string[];
}
const STRINGS = [
  '',
  ' ',
  'a',
  'A',
  'a-b',
  '-a',
  'a_b',
  'a.b',
  'a..b',
  '.',
  '..',
  '../a',
  '/a/b',
  '1',
  'x'.repeat(63),
  'x'.repeat(64),
  'x'.repeat(254),
  'example.com/name',
  'example.com/',
  'kubernetes.io/name',
  'UPPER.example.com',
  'name with spaces',
  'ö',
  '*',
  '10.0.0.1',
  '256.1.1.1',
  '010.0.0.1',
  '2001:db8::1',
  '10.0.0.0/24',
  '10.0.0.1/24',
  '2001:db8::/64',
  'TCP',
  'UDP',
  'None',
  'Always',
  'Never',
  'IPv4',
  'IPv6',
  '50%',
  '100%',
  '150%',
  '5',
  '-1',
  '100m',
  'true',
  'http',
  'https://example.com',
  'self == oldSelf',
];
const QUANTITIES = ['0', '1', '100m', '1.5', '1Gi', '512Mi', '-1', '0.1m', '1e3', 'abc', '', '10Ti'];
const NUMBERS = [0, 1, 2, 3, 5, 10, 80, 100, 101, 1000, 30_000, 65_535, 65_536, 2_147_483_647, -1, -2, -100];
const TIMES = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z', 'yesterday', '2026-02-30T00:00:00Z'];

/** The words that a field's description lists. */
export function words(know: Knowledge, definition: string, field: string): readonly string[] {
  const text = know.descriptions[definition]?.[field] ?? '';
  return [...text.matchAll(/`"([^"`]*)"`/g)].map((match) => match[1]!);
}
const WRONG: readonly Json[] = ['text', 7, true, null, {}, [], 1.5, [{}], { a: 'b' }];

export function value(draw: Draw, know: Knowledge, type: FieldType, own: readonly string[], depth = 0): Json {
  if (depth === 0 && draw.chance(0.03)) return draw.of(WRONG);
  switch (type.type) {
    case 'string':
      if (own.length > 0 && draw.chance(0.75)) return draw.of(own);
      return know.texts.length > 0 && draw.chance(0.3) ? draw.of(know.texts) : draw.of(STRINGS);
    case 'boolean':
      return draw.chance(0.5);
    case 'int32':
    case 'int64':
      return draw.of(NUMBERS);
    case 'double':
      return draw.of([0, 1.5, -1]);
    case 'bytes':
      return draw.of(['', 'YQ==', 'not base64!', 'YWJjZGVm']);
    case 'time':
    case 'microTime':
      return draw.of(TIMES);
    case 'quantity':
      return draw.of(QUANTITIES);
    case 'intOrString':
      return draw.chance(0.5) ? draw.of(NUMBERS) : draw.of(STRINGS);
    case 'any':
      return draw.of<Json>([{}, 'a', 1, { a: { b: 1 } }, null]);
    case 'list': {
      const items = type.items;
      if (items === undefined || depth > 3) return [];
      return Array.from({ length: draw.of([0, 1, 1, 1, 2]) }, () => value(draw, know, items, [], depth + 1));
    }
    case 'map': {
      const items = type.items;
      const result: JsonObject = {};
      if (items !== undefined && depth < 4)
        for (let i = draw.of([0, 1, 1, 2]); i > 0; i--)
          result[draw.of(STRINGS)] = value(draw, know, items, [], depth + 1);
      return result;
    }
    case 'object':
      return some(draw, know, type.ref ?? '', depth);
  }
}
/** What is required, and a few of what is not. */
function some(draw: Draw, know: Knowledge, name: string, depth: number): JsonObject {
  const definition = know.schema.definitions[name];
  const result: JsonObject = {};
  if (definition === undefined || depth > 4) return result;
  const names = Object.keys(definition.fields);
  const chosen = new Set(definition.required ?? []);
  if (names.length > 0) for (let i = draw.below(3); i > 0; i--) chosen.add(draw.of(names));
  for (const field of chosen) {
    const type = definition.fields[field];
    if (type !== undefined) result[field] = value(draw, know, type, words(know, name, field), depth + 1);
  }
  return result;
}
