//! Strategic merge patches of random objects: as merge patches where nothing has keys, and by the laws of keyed lists.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
// @ts-expect-error it has no types
import { apply as mergeOracle } from 'json-merge-patch';
import { loadSchema } from '../edge/load.ts';
import type { Json, JsonObject } from '../json.ts';
import { applyJsonPatch } from './json.ts';
import { applyStrategicMergePatch } from './strategic.ts';

const RUNS = { numRuns: 2_000 };

test('JSON patch: operations named as members of every object are: refused', () => {
  for (const op of ['toString', 'constructor', '__proto__', 'hasOwnProperty'])
    assert.equal(applyJsonPatch({ a: 1 }, [{ op, path: '/a' }]).ok, false);
});

const schema = loadSchema();
const strategic = (kind: string, object: Json, patch: Json): Json => {
  const result = applyStrategicMergePatch(schema, kind, object, patch);
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value;
};
const text = fc.constantFrom('1', '2', '3');
const labels = (value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.record({
    metadata: fc.record({
      labels: fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3, noNullPrototype: true }),
    }),
    data: fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3, noNullPrototype: true }),
  }) as fc.Arbitrary<JsonObject>;

test('strategic merge patch: nothing but maps: the same as a merge patch', () => {
  fc.assert(
    fc.property(labels(text), labels(fc.oneof(text, fc.constant(null))), (object, patch) => {
      assert.deepEqual(
        strategic('v1/ConfigMap', object, patch),
        mergeOracle(structuredClone(object), structuredClone(patch)),
      );
    }),
    RUNS,
  );
});

type Container = { name: string; image?: string; $patch?: 'delete' };
const names = fc.constantFrom('a', 'b', 'c', 'd');
const containers = fc.uniqueArray(fc.record({ name: names, image: text }), { selector: ({ name }) => name });
const changes = fc.uniqueArray(
  fc.oneof(
    fc.record({ name: names, image: text }),
    fc.record({ name: names }),
    fc.record({ name: names, $patch: fc.constant('delete' as const) }),
  ) as fc.Arbitrary<Container>,
  { selector: ({ name }) => name },
);
const pod = (list: readonly Container[]): JsonObject => ({ spec: { containers: list } }) as unknown as JsonObject;
const listOf = (object: Json): Container[] => (object as { spec: { containers: Container[] } }).spec.containers;

test('strategic merge patch: a list with keys: what a table by key would hold, each item once', () => {
  fc.assert(
    fc.property(containers, changes, (before, patch) => {
      const expected = new Map<string, Container>(before.map((one) => [one.name, one]));
      for (const { $patch, ...item } of patch) {
        if ($patch === 'delete') expected.delete(item.name);
        else expected.set(item.name, { ...expected.get(item.name), ...item });
      }
      const after = listOf(strategic('v1/Pod', pod(before), pod(patch)));
      assert.equal(after.length, expected.size);
      assert.deepEqual(new Map(after.map((one) => [one.name, one])), expected);
    }),
    RUNS,
  );
});

test('strategic merge patch: the same twice: the second changes nothing but order', () => {
  const byName = (list: Container[]): Container[] => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  fc.assert(
    fc.property(containers, changes, (before, patch) => {
      const once = strategic('v1/Pod', pod(before), pod(patch));
      const twice = strategic('v1/Pod', once, pod(patch));
      assert.deepEqual(byName(listOf(twice)), byName(listOf(once)));
    }),
    RUNS,
  );
});

test('strategic merge patch: an order is given: what it names stands in it', () => {
  fc.assert(
    fc.property(containers, fc.shuffledSubarray(['a', 'b', 'c', 'd']), (before, order) => {
      const named = order.map((name) => ({ name }));
      const patch = { spec: { '$setElementOrder/containers': named } } as unknown as Json;
      const after = listOf(strategic('v1/Pod', pod(before), patch)).map(({ name }) => name);
      assert.deepEqual(
        after.filter((name) => order.includes(name)),
        order.filter((name) => after.includes(name)),
      );
      assert.deepEqual([...after].sort(), before.map(({ name }) => name).sort());
    }),
    RUNS,
  );
});
