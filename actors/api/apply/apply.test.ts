import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../json.ts';
import { FieldSet } from './field-set.ts';
import { idOf, type Manager, type Managers } from './managers.ts';
import { applied, type Versions } from './ownership.ts';
import { shownPath } from './path.ts';
import { type ApplyType, ATOMIC } from './type.ts';
import { compare, fieldsOf, merge, without } from './typed.ts';

const MAP: ApplyType = { kind: 'granular', field: () => ATOMIC, declared: () => false };
const ITEM: ApplyType = { kind: 'granular', field: () => ATOMIC, declared: (name) => ['name', 'v'].includes(name) };
const FIELDS: Readonly<Record<string, ApplyType>> = {
  scalar: ATOMIC,
  map: MAP,
  atomic: ATOMIC,
  set: { kind: 'set' },
  list: { kind: 'listMap', keys: ['name'], defaults: {}, items: ITEM },
};
const TYPE: ApplyType = { kind: 'granular', field: (name) => FIELDS[name], declared: (name) => name in FIELDS };
const VERSIONS: Versions = { version: () => ({ type: TYPE, of: (object) => object }) };

const word = fc.constantFrom('a', 'b', 'c', 'd');
const config = fc
  .record(
    {
      scalar: fc.integer({ min: 0, max: 3 }),
      map: fc.dictionary(word, fc.integer({ min: 0, max: 3 }), { maxKeys: 3 }),
      atomic: fc.dictionary(word, fc.integer({ min: 0, max: 3 }), { maxKeys: 2 }),
      set: fc.uniqueArray(word, { maxLength: 3 }),
      list: fc.uniqueArray(fc.record({ name: word, v: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: ['name'] }), {
        maxLength: 3,
        selector: ({ name }) => name,
      }),
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.parse(JSON.stringify(value))) as fc.Arbitrary<JsonObject>;
interface State {
  readonly object: JsonObject;
  readonly managers: Managers;
}
const EMPTY: State = { object: {}, managers: new Map() };
const who = (name: string) => ({ name, operation: 'Apply', apiVersion: 'v1', subresource: '' }) as const;
const apply = ({ object, managers }: State, name: string, wanted: JsonObject, force = true) =>
  applied(VERSIONS, object, wanted, managers, who(name), 'now', (fields) => fields, force);
const forced = (state: State, name: string, wanted: JsonObject): State => apply(state, name, wanted) as State;
/** Lists of named items in any order are the same here. */
const sorted = (object: JsonObject): JsonObject =>
  JSON.parse(
    JSON.stringify(object, (_, value) =>
      Array.isArray(value) ? [...value].map((item) => JSON.stringify(item)).sort() : value,
    ),
  );
const ownersOf = (managers: Managers): JsonObject =>
  Object.fromEntries([...managers.values()].map((one: Manager) => [idOf(one), sorted(one.fields.toJson())]).sort());

test('apply: the same twice: the second changes nothing', () => {
  fc.assert(
    fc.property(config, config, (before, wanted) => {
      const base = forced(EMPTY, 'other', before);
      const once = forced(base, 'me', wanted);
      const twice = forced(once, 'me', wanted);
      assert.deepEqual(twice.object, once.object);
      assert.deepEqual(ownersOf(twice.managers), ownersOf(once.managers));
    }),
  );
});

test('apply: an empty object into which the server has put something: the same applied again leaves it', () => {
  const once = forced(EMPTY, 'me', { map: {} });
  const filled = { ...once, object: { map: { a: 1 } } };
  assert.deepEqual(forced(filled, 'me', { map: {} }).object, filled.object);
  assert.deepEqual(forced(filled, 'me', {}).object, {});
});

test('apply: two managers of different fields: in either order the same, and no conflict', () => {
  fc.assert(
    fc.property(config, config, (one, two) => {
      const shared = fieldsOf(one, TYPE).intersection(fieldsOf(two, TYPE));
      const other = (without(two, shared, TYPE) ?? {}) as JsonObject;
      const [ab, ba] = [
        apply(forced(EMPTY, 'a', one), 'b', other, false),
        apply(forced(EMPTY, 'b', other), 'a', one, false),
      ];
      // An item that is left with no more than its key is another item's owner too.
      fc.pre(fieldsOf(one, TYPE).intersection(fieldsOf(other, TYPE)).isEmpty);
      assert.ok('object' in ab && 'object' in ba);
      assert.deepEqual(sorted(ab.object), sorted(ba.object));
      assert.deepEqual(ownersOf(ab.managers), ownersOf(ba.managers));
    }),
  );
});

test('apply: who conflicts with whom: the same fields from either side', () => {
  fc.assert(
    fc.property(config, config, (one, two) => {
      const paths = (first: JsonObject, second: JsonObject): string[] => {
        const done = apply(forced(EMPTY, 'first', first), 'second', second, false);
        return 'conflicts' in done ? done.conflicts.map(({ path }) => shownPath(path)).sort() : [];
      };
      assert.deepEqual(paths(one, two), paths(two, one));
    }),
  );
});

test('apply: forced: the object has all that was applied, and its applier owns it', () => {
  fc.assert(
    fc.property(fc.array(config, { maxLength: 4 }), config, (befores, wanted) => {
      let state = EMPTY;
      befores.forEach((before, i) => {
        state = forced(state, `m${i % 2}`, before);
      });
      const { object, managers } = forced(state, 'me', wanted);
      const { added, modified } = compare(object, merge(object, wanted, TYPE), TYPE);
      assert.ok(added.isEmpty && modified.isEmpty);
      const own = managers.get(idOf(who('me')))?.fields ?? FieldSet.EMPTY;
      assert.ok(own.equals(fieldsOf(wanted, TYPE)));
    }),
  );
});

test('apply: nothing more is wanted: what only this manager had is gone', () => {
  fc.assert(
    fc.property(config, config, (mine, others) => {
      const alone = forced(EMPTY, 'other', others);
      const both = forced(alone, 'me', (without(mine, fieldsOf(others, TYPE), TYPE) ?? {}) as JsonObject);
      const left = forced(both, 'me', {});
      assert.deepEqual(fieldsOf(left.object, TYPE).toJson(), fieldsOf(alone.object, TYPE).toJson());
    }),
  );
});

test('field sets: as JSON and back, united, cut and taken apart: as sets of paths are', () => {
  fc.assert(
    fc.property(config, config, (one, two) => {
      const [a, b] = [fieldsOf(one, TYPE), fieldsOf(two, TYPE)];
      assert.ok(FieldSet.fromJson(a.toJson())!.equals(a));
      const text = (fields: FieldSet): string[] => [...fields.paths()].map((path) => path.join('/')).sort();
      const [left, right] = [new Set(text(a)), new Set(text(b))];
      assert.deepEqual(text(a.union(b)), [...new Set([...left, ...right])].sort());
      assert.deepEqual(text(a.intersection(b)), [...left].filter((path) => right.has(path)).sort());
      assert.deepEqual(text(a.difference(b)), [...left].filter((path) => !right.has(path)).sort());
    }),
  );
});

test('field sets: what is none: refused', () => {
  for (const bad of [null, [], { 'x:a': {} }, { 'k:[1]': {} }, { 'f:a': 1 }])
    assert.equal(FieldSet.fromJson(bad), undefined);
});
