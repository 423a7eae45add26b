import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfError } from '../field-error.ts';
import type { JsonObject } from '../json.ts';
import { compileRule } from './rules/rule.ts';
import { typeOfSchema } from './rules/schema-type.ts';
import { checkRules, compileRules } from './rules.ts';

const spec = (properties: JsonObject, rules: JsonObject[], more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': rules, ...more } },
});
const validated = (schema: JsonObject, value: JsonObject, old?: JsonObject): string[] =>
  compileRules(schema)!.validate(value, old).map(textOfError);
const INT: JsonObject = { type: 'integer' };
const TEXT: JsonObject = { type: 'string', maxLength: 16 };

test('rules: a rule that is not kept: the message, the reason and the path that it gives', () => {
  const table: [JsonObject, string][] = [
    [{ rule: 'self.a < self.b' }, 'spec: Invalid value: failed rule: self.a < self.b'],
    [{ rule: 'self.a < self.b', message: ' a before b ' }, 'spec: Invalid value: a before b'],
    [
      { rule: 'self.a < self.b', messageExpression: '"a is " + string(self.a)', fieldPath: '.a' },
      'spec.a: Invalid value: a is 3',
    ],
    [{ rule: 'self.a < self.b', reason: 'FieldValueForbidden', message: 'no' }, 'spec: Forbidden: no'],
    [{ rule: 'self.a < self.b', messageExpression: '""' }, 'spec: Invalid value: failed rule: self.a < self.b'],
    [{ rule: 'self.a / 0 == 1' }, 'spec: Invalid value: "object": division by zero evaluating rule: self.a / 0 == 1'],
  ];
  for (const [rule, message] of table)
    assert.deepEqual(validated(spec({ a: INT, b: INT }, [rule]), { spec: { a: 3, b: 2 } }), [message]);
  const scalar = spec({ a: { ...INT, 'x-kubernetes-validations': [{ rule: 'self > 5' }] } }, []);
  assert.deepEqual(validated(scalar, { spec: { a: 3 } }), ['spec.a: Invalid value: 3: failed rule: self > 5']);
});
test('rules: transition rules: only where there was a value, optional ones always', () => {
  const schema = spec({ a: INT }, [
    { rule: 'self.a == oldSelf.a', message: 'immutable' },
    { rule: 'oldSelf.hasValue() || self.a == 1', message: 'begins with 1', optionalOldSelf: true },
  ]);
  assert.deepEqual(validated(schema, { spec: { a: 1 } }), []);
  assert.deepEqual(validated(schema, { spec: { a: 2 } }), ['spec: Invalid value: begins with 1']);
  assert.deepEqual(validated(schema, { spec: { a: 2 } }, { spec: { a: 1 } }), ['spec: Invalid value: immutable']);
});
test('rules: members of a list by their keys: each is compared with what it was', () => {
  const item: JsonObject = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, size: INT },
    'x-kubernetes-validations': [{ rule: 'self.size >= oldSelf.size', message: 'grows only' }],
  };
  const list = { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
  const schema = spec({ list }, []);
  const of = (...sizes: [string, number][]): JsonObject => ({
    spec: { list: sizes.map(([name, size]) => ({ name, size })) },
  });
  assert.deepEqual(validated(schema, of(['b', 1], ['a', 1]), of(['a', 2], ['b', 1])), [
    'spec.list[1]: Invalid value: grows only',
  ]);
});
test('rules: what was wrong before and did not change: warns, and is no error', () => {
  const schema = spec(
    { a: INT, inner: { type: 'object', properties: { b: INT }, 'x-kubernetes-validations': [{ rule: 'self.b > 5' }] } },
    [],
  );
  const warnings: string[] = [];
  const errors = compileRules(schema)!.validate(
    { spec: { a: 2, inner: { b: 1 } } },
    { spec: { a: 1, inner: { b: 1 } } },
    (text) => warnings.push(text),
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(warnings, ['spec.inner: Invalid value: failed rule: self.b > 5']);
});
test('rules: names that are no identifiers: are escaped in expressions', () => {
  const properties = { 'my-name': INT, namespace: INT, 'a.b/c': INT, x__y: INT };
  const rule = 'self.my__dash__name + self.__namespace__ + self.a__dot__b__slash__c + self.x__underscores__y == 10';
  assert.deepEqual(
    validated(spec(properties, [{ rule }]), { spec: { 'my-name': 1, namespace: 2, 'a.b/c': 3, x__y: 4 } }),
    [],
  );
});
test('rules: strings with a format, sets, int-or-string: are what their schema says', () => {
  const properties: JsonObject = {
    at: { type: 'string', format: 'date-time' },
    wait: { type: 'string', format: 'duration' },
    set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    port: { 'x-kubernetes-int-or-string': true },
    ratio: { type: 'number' },
  };
  const value = { spec: { at: '2024-02-29T12:00:00Z', wait: '90s', set: ['a', 'b'], port: 80, ratio: 2 } };
  for (const rule of [
    'self.at.getDayOfMonth() == 28',
    'self.wait > duration("1m")',
    'self.set == ["b", "a"]',
    '(self.set + ["a", "c"]).size() == 3',
    'type(self.port) == int && self.port == 80',
    'self.ratio == 2.0 && self.ratio / 4.0 == 0.5',
  ])
    assert.deepEqual(validated(spec(properties, [{ rule }]), value), [], rule);
});
test('rules: a wrong rule: every fault is named where it stands', () => {
  const at = 'spec.versions[0].schema.openAPIV3Schema';
  const rule = (one: JsonObject): string[] => checkRules(spec({ a: INT }, [one]), at).map(textOfError);
  const path = `${at}.properties[spec].x-kubernetes-validations[0]`;
  assert.deepEqual(rule({ rule: ' ' }), [`${path}.rule: Required value: rule is not specified`]);
  assert.deepEqual(rule({ rule: 'self.b > 1' }), [
    `${path}.rule: Invalid value: {"rule":"self.b > 1"}: compilation failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b > 1\n | ....^`,
  ]);
  assert.deepEqual(rule({ rule: 'self.a + 1' }), [
    `${path}.rule: Invalid value: {"rule":"self.a + 1"}: cel expression must evaluate to a bool`,
  ]);
  assert.deepEqual(rule({ rule: 'self.a > 1', fieldPath: '.b' }), [
    `${path}.fieldPath: Invalid value: ".b": must be a valid path`,
  ]);
  assert.deepEqual(rule({ rule: 'self.a > 1', optionalOldSelf: true }), [
    `${path}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
  ]);
  assert.deepEqual(rule({ rule: 'self.a > 1', reason: 'Odd' }).length, 1);
});
test('rules: a rule that may cost too much: is refused unless the schema bounds what it walks over', () => {
  const list = (more: JsonObject): JsonObject => ({ type: 'array', items: { type: 'string', ...more }, ...more });
  const rule = { rule: 'self.l.all(x, self.l.exists_one(y, x == y))' };
  const unbounded = checkRules(spec({ l: list({}) }, [rule]), 's').map(textOfError);
  assert.match(unbounded[0]!, /Forbidden: estimated rule cost exceeds budget by factor of more than 100x/);
  assert.deepEqual(checkRules(spec({ l: list({ maxItems: 10, maxLength: 10 }) }, [rule]), 's'), []);
});
test('rules: an evaluation that costs too much: is stopped, and says so', () => {
  const schema = spec({ l: { type: 'array', items: INT } }, [
    { rule: 'self.l.all(a, self.l.all(b, self.l.all(c, true)))' },
  ]);
  const value = { spec: { l: Array.from({ length: 200 }, (_, i) => i) } };
  assert.match(validated(schema, value)[0]!, /operation cancelled: actual cost limit exceeded/);
});
test('rules: the most that a rule may cost: is what kube-apiserver reckons', () => {
  const ports = { type: 'array', maxItems: 64, items: { type: 'object', properties: { port: INT, name: TEXT } } };
  const labels = { type: 'object', maxProperties: 8, additionalProperties: { type: 'string', maxLength: 63 } };
  const table: [JsonObject, string, number][] = [
    [ports, 'self.all(t1, self.exists_one(t2, t1.port == t2.port))', 24962],
    [ports, "self.filter(f, f.name == 'CORS').size() <= 1", 1038],
    [labels, 'self.all(key, key.matches(r"^a+$"))', 42],
    [{ type: 'object', properties: { a: INT, b: INT } }, 'self.a <= self.b', 5],
    [TEXT, "self.endsWith('/.') || size(self) > 3", 5],
  ];
  for (const [schema, rule, cost] of table) {
    const { program } = compileRule({ rule }, schema, typeOfSchema(schema)!);
    assert.equal(program?.costMax(), cost, rule);
  }
});
