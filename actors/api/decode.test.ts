import assert from 'node:assert/strict';
import test from 'node:test';
import { cannotBeHandled, checkTypes, decode, strictError, unknownFields } from './decode.ts';
import { duplicateFields } from './duplicates.ts';
import { loadSchema } from './edge/load.ts';

const schema = loadSchema();
const typed = (kind: string, object: unknown): readonly string[] =>
  checkTypes(schema, kind, object).map((error) => error.detail);

test('decode: wrong types: the words of encoding/json', () => {
  const container = { name: 'a', ports: [{ containerPort: 'x' }] };
  const table: readonly (readonly [string, unknown, string])[] = [
    [
      'apps/v1/Deployment',
      { spec: { replicas: 'three' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'apps/v1/Deployment',
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'v1/Pod',
      { spec: { containers: [container] } },
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      'v1/Pod',
      { spec: { containers: {} } },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      'v1/ConfigMap',
      { data: { a: 1 } },
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    ['v1/Secret', { data: { a: '*' } }, 'illegal base64 data at input byte 0'],
  ];
  for (const [kind, object, message] of table) assert.deepEqual(typed(kind, object), [message]);
});
test('decode: unknown fields: named by path and pruned', () => {
  const object = { apiVersion: 'v1', kind: 'Pod', spec: { foo: 1, containers: [{ name: 'a', bar: 2 }] } };
  assert.deepEqual(unknownFields(schema, 'v1/Pod', object), [
    'unknown field "spec.foo"',
    'unknown field "spec.containers[0].bar"',
  ]);
  assert.deepEqual(decode(schema, 'v1/Pod', object).object, {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'a' }] },
  });
  assert.equal(strictError(['unknown field "spec.foo"']), 'strict decoding error: unknown field "spec.foo"');
});
test('decode: quantities and nulls: canonical and gone', () => {
  const resources = { limits: { cpu: 0.5, memory: '1024Mi' }, requests: null };
  const { object, errors } = decode(schema, 'v1/Pod', { spec: { containers: [{ name: 'a', resources }] } });
  assert.deepEqual(errors, []);
  assert.deepEqual(object, {
    spec: { containers: [{ name: 'a', resources: { limits: { cpu: '500m', memory: '1Gi' } } }] },
  });
});
test('decode: nothing to change: the same object', () => {
  const object = { metadata: { name: 'a', labels: { x: 'y' } }, spec: { containers: [{ name: 'a' }] } };
  assert.equal(decode(schema, 'v1/Pod', object).object, object);
});
test('decode: a refusal: names the kind', () => {
  const errors = checkTypes(schema, 'apps/v1/Deployment', { spec: { replicas: true } });
  assert.equal(
    cannotBeHandled('Deployment', 'v1', errors),
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal bool into Go struct field DeploymentSpec.spec.replicas of type int32',
  );
});
test('duplicates: a field given twice: named by path', () => {
  const text = '{"a":1,"b":{"c":[{"d":"x,\\"y\\"","d":2},{"d":3}]},"a":2,"e":"{\\"a\\":1}"}';
  assert.deepEqual(duplicateFields(text), ['b.c[0].d', 'a']);
  assert.deepEqual(duplicateFields('[1,{"a":[],"b":{}},{"a":1}]'), []);
});
