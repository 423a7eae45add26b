import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfError } from '../field-error.ts';
import type { JsonObject } from '../json.ts';
import { checkValue } from './check.ts';
import { stepsOf, valueAt } from './printer.ts';
import { schemaFaults } from './schema-rules.ts';
import { fill, prune } from './structural.ts';

const faults = (schema: JsonObject): string[] => schemaFaults(schema, 's').map(textOfError);

test('schemas: what is not structural: told where and why', () => {
  const inner = (schema: JsonObject): JsonObject => ({ type: 'object', properties: { a: schema } });
  const table: [JsonObject, string[]][] = [
    [{ type: 'object' }, []],
    [{}, ['s.type: Required value: must not be empty at the root']],
    [{ type: 'string' }, ['s.type: Invalid value: "string": must be object at the root']],
    [inner({}), ['s.properties[a].type: Required value: must not be empty for specified object fields']],
    [inner({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }), []],
    [inner({ type: 'array' }), ['s.properties[a].items: Required value: must be specified']],
    [
      inner({ type: 'string', anyOf: [{ type: 'string' }] }),
      ['s.properties[a].anyOf[0].type: Forbidden: must be empty to be structural'],
    ],
    [
      inner({ type: 'integer', default: 'x' }),
      ['s.properties[a].default: Invalid value: "x":  in body must be of type integer: "string"'],
    ],
    [
      inner({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' }),
      [
        's.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
      ],
    ],
    [
      { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
      [
        's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
      ],
    ],
  ];
  for (const [schema, wanted] of table) assert.deepEqual(faults(schema), wanted, JSON.stringify(schema));
});

test('schemas: at work: what is unknown goes, what is missing comes, null stays where it may', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: {
      a: { type: 'object', properties: { n: { type: 'integer', default: 1 }, z: { type: 'string', nullable: true } } },
      m: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { k: { type: 'string', default: 'd' } } },
      },
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  const unknown: string[] = [];
  const given = {
    kind: 'K',
    metadata: { x: 1 },
    a: { q: 1, z: null, n: null },
    m: { one: { w: 1 } },
    open: { any: [1] },
    b: 2,
  };
  const pruned = prune(given, schema, true, '', { unknown, inner: (value) => value });
  assert.deepEqual(unknown, ['a.q', 'm.one.w', 'b']);
  assert.deepEqual(fill(pruned, schema, true), {
    kind: 'K',
    metadata: { x: 1 },
    a: { z: null, n: 1 },
    m: { one: { k: 'd' } },
    open: { any: [1] },
  });
  const whole = { a: { n: 2 } };
  assert.equal(fill(whole, schema, true), whole, 'the same object when nothing is missing');
});

test('schemas: values: each rule has its words', () => {
  const table: [JsonObject, unknown, string[]][] = [
    [
      { type: 'integer', exclusiveMinimum: true, minimum: 3 },
      3,
      ['v: Invalid value: 3: v in body should be greater than 3'],
    ],
    [{ type: 'string', minLength: 2 }, 'x', ['v: Invalid value: "x": v in body should be at least 2 chars long']],
    [{ type: 'string', maxLength: 2 }, 'xyz', ['v: Too long: may not be more than 2 bytes']],
    [
      { type: 'string', format: 'ipv4' },
      '1.2.3',
      ['v: Invalid value: "1.2.3": v in body must be of type ipv4: "1.2.3"'],
    ],
    [{ type: 'array', maxItems: 1 }, [1, 2], ['v: Too many: 2: must have at most 1 items']],
    [
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ['a', 'a'],
      ['v[1]: Duplicate value: "a"'],
    ],
    [
      { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      ['v: Invalid value: "": "v" must validate one and only one schema (oneOf). Found none valid'],
    ],
    [
      { type: 'object', not: { required: ['a'] } },
      { a: 1 },
      ['v: Invalid value: "": "v" must not validate the schema (not)'],
    ],
    [{ type: 'object' }, null, ['v: Invalid value: null: v in body must be of type object: "null"']],
    [{ type: 'object', nullable: true }, null, []],
    [{ type: 'number' }, 3, []],
  ];
  for (const [schema, value, wanted] of table)
    assert.deepEqual(checkValue(value as never, schema, 'v').map(textOfError), wanted, JSON.stringify(schema));
});

test('paths: of columns and scales: plain steps, quoted ones, the first that a filter lets through', () => {
  assert.deepEqual(stepsOf('.spec.list[0].a\\.b'), ['spec', 'list', 0, 'a.b']);
  assert.deepEqual(stepsOf("{.metadata.labels['a.b/c']}"), ['metadata', 'labels', 'a.b/c']);
  assert.equal(stepsOf('.a[?(@.b)]'), undefined);
  const object = {
    status: {
      conditions: [
        { type: 'A', status: '1' },
        { type: 'Ready', status: '2' },
      ],
    },
  };
  assert.equal(valueAt(object, '.status.conditions[?(@.type=="Ready")].status'), '2');
  assert.equal(valueAt(object, '.status.conditions[*].status'), '1');
});

test('schemas: patterns: in the language of RE2, which no text keeps busy', () => {
  const inner = (pattern: string): JsonObject => ({
    type: 'object',
    properties: { a: { type: 'string', pattern } },
  });
  assert.deepEqual(faults(inner('(?i)^x\\z')), []);
  assert.deepEqual(faults(inner('^(?=x)')), [
    `s.properties[a].pattern: Invalid value: "^(?=x)": must be a valid regular expression, but isn't`,
  ]);
  const told = (value: string): string[] => checkValue({ a: value }, inner('^(a+)+$'), '').map(textOfError);
  assert.deepEqual(told('a'.repeat(50)), []);
  assert.equal(told(`${'a'.repeat(50)}!`).length, 1);
});
