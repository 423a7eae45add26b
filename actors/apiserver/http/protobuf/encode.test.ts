import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSchema } from '../../../api/edge/load.ts';
import { decodeProtobuf } from './decode.ts';
import { encodeFrame, encodeProtobuf, encodeProtobufList } from './encode.ts';
import { numbersOf } from './numbers.ts';
import { pieces, textOf } from './wire.ts';

const schema = loadSchema();
const there = (object: object): unknown => decodeProtobuf(schema, encodeProtobuf(schema, object));

test('protobuf: objects there and back: the same, whatever is in them', () => {
  const container = {
    name: 'c',
    image: 'nginx',
    env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'm', key: 'k', optional: false } } }],
    ports: [{ containerPort: 80, protocol: 'TCP' }],
    resources: { limits: { cpu: '1', memory: '64Mi' } },
    livenessProbe: { httpGet: { path: '/ä', port: 'web' }, initialDelaySeconds: 3 },
    readinessProbe: { tcpSocket: { port: 8080 } },
    securityContext: { runAsUser: 0, privileged: false, capabilities: { drop: ['ALL'] } },
  };
  const fieldsV1 = { 'f:spec': { 'k:{"name":"c"}': { '.': {} } } };
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'p',
      labels: { a: 'b', c: '' },
      generation: 2 ** 40,
      creationTimestamp: '2026-01-02T03:04:05Z',
      ownerReferences: [{ kind: 'R', name: 'r', uid: 'u', apiVersion: 'v1', controller: false }],
      managedFields: [
        { manager: 'm', operation: 'Update', time: '2026-01-02T03:04:05Z', fieldsType: 'FieldsV1', fieldsV1 },
      ],
    },
    spec: {
      volumes: [
        { name: 'e', emptyDir: {} },
        { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
      ],
      containers: [container],
      terminationGracePeriodSeconds: 0,
      priority: -5,
      tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds: 300 }],
    },
  };
  const lease = {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    spec: { holderIdentity: '', leaseTransitions: 0, renewTime: '1969-12-31T23:59:59.000123Z' },
  };
  const conditions = { ready: true, serving: false, terminating: false };
  const slice = {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions }],
    ports: [{ name: '', port: 0, protocol: 'TCP' }],
  };
  const review = {
    kind: 'TokenReview',
    apiVersion: 'authentication.k8s.io/v1',
    spec: { token: 't' },
    status: { user: { username: 'u', extra: { a: ['x', 'y'], b: [] } } },
  };
  const secret = { kind: 'Secret', apiVersion: 'v1', data: { k: 'AP8B' }, type: 'Opaque' };
  const openAPIV3Schema = {
    type: 'object',
    maximum: 1.5,
    properties: {
      n: { type: 'integer', default: 3, maxLength: 0, enum: [1, 'a', null] },
      l: { items: { type: 'string' } },
    },
    additionalProperties: true,
  };
  const definition = {
    kind: 'CustomResourceDefinition',
    apiVersion: 'apiextensions.k8s.io/v1',
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: false, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } },
      ],
    },
  };
  for (const object of [pod, lease, slice, review, secret, definition]) assert.deepEqual(there(object), object);
});

test('protobuf: many and large: all of it', () => {
  const data = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 'x'.repeat(i)]));
  const object = { kind: 'ConfigMap', apiVersion: 'v1', data };
  assert.deepEqual(there(object), object);
});

test('protobuf: a list: what it is, its metadata, its items', () => {
  const item = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } };
  const head = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '7', remainingItemCount: 0 } };
  const [type, raw] = [...pieces(encodeProtobufList(schema, head, [item, item]).subarray(4))];
  assert.deepEqual(
    [...pieces(type!.bytes)].map((piece) => textOf(piece.bytes)),
    ['v1', 'ConfigMapList'],
  );
  const parts = [...pieces(raw!.bytes)];
  assert.deepEqual(
    parts.map((piece) => piece.field),
    [1, 2, 2],
  );
  assert.deepEqual(
    [...pieces(parts[0]!.bytes)].map((piece) => [piece.field, piece.varint]),
    [
      [2, 0n],
      [4, 0n],
    ],
  );
});

test('protobuf: a frame of a watch: its length, its type, the object with its own prefix', () => {
  const object = encodeProtobuf(schema, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x'.repeat(300) } });
  const frame = encodeFrame('ADDED', object);
  assert.equal(Buffer.from(frame).readUInt32BE(0), frame.length - 4);
  const [type, raw] = [...pieces(frame.subarray(4))];
  assert.equal(textOf(type!.bytes), 'ADDED');
  assert.deepEqual([...pieces(raw!.bytes)][0]!.bytes, object);
});

test('protobuf: each field of each kind that is on: has a number', () => {
  const seen = new Set<string>();
  const missing: string[] = [];
  const namesOf = (group: string, type: string): readonly string[] =>
    [...(numbersOf(group, type)?.values() ?? [])].flatMap((field) =>
      field.inline ? namesOf(group, field.name) : [field.name],
    );
  const look = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const dot = name.lastIndexOf('.');
    const names = new Set(['kind', 'apiVersion', ...namesOf(name.slice(0, dot), name.slice(dot + 1))]);
    for (const [field, type] of Object.entries(schema.definitions[name]?.fields ?? {})) {
      if (!names.has(field)) missing.push(`${name.split('.').slice(-2).join('.')}.${field}`);
      const inner = type.items?.items ?? type.items ?? type;
      if (inner.type === 'object' && inner.ref !== undefined) look(inner.ref);
    }
  };
  for (const [kind, name] of Object.entries(schema.kinds))
    if (/^(.+\/)?v[12]\/\w+$/.test(kind) && !kind.endsWith('List')) look(name);
  assert.ok(seen.size > 500, `${seen.size} types`);
  // Alpha in 1.36, and off: what of a node's own resources devices take.
  assert.deepEqual(
    missing.filter((field) => !/NodeAllocatableResource|nodeAllocatableResource/.test(field)),
    [],
  );
});
