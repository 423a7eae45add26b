import assert from 'node:assert/strict';
import test from 'node:test';
import { loadSchema } from '../edge/load.ts';
import type { Json } from '../json.ts';
import { applyJsonPatch } from './json.ts';
import { applyMergePatch } from './merge.ts';
import { applyStrategicMergePatch } from './strategic.ts';

const patched = (object: Json, ops: unknown): unknown => {
  const result = applyJsonPatch(object, ops);
  if (result.ok) return result.value;
  const causes = (result.fault.detail as { details?: { causes?: { message?: string }[] } } | undefined)?.details
    ?.causes;
  return causes?.[0]?.message ?? result.fault.message;
};
test('JSON patch: operations: RFC 6902', () => {
  const table: readonly (readonly [Json, unknown, unknown])[] = [
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [{ a: 1 }, [{ op: 'remove', path: '/a' }], {}],
    [{ a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
    [{ a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [
      { 'x/y': 1, '~': 2 },
      [
        { op: 'test', path: '/x~1y', value: 1 },
        { op: 'remove', path: '/~0' },
      ],
      { 'x/y': 1 },
    ],
    [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }], 'testing value /a failed: test failed'],
    [{}, [{ op: 'remove', path: '/a' }], 'remove operation does not apply: doc is missing path: "/a": missing value'],
    [
      {},
      [{ op: 'replace', path: '/a', value: 1 }],
      'replace operation does not apply: doc is missing key: /a: missing value',
    ],
    [
      {},
      [{ op: 'add', path: '/a/b', value: 1 }],
      'add operation does not apply: doc is missing path: "/a/b": missing value',
    ],
    [{}, [{ op: 'jump', path: '/a' }], 'Unexpected kind: jump'],
  ];
  for (const [object, ops, expected] of table) assert.deepEqual(patched(object, ops), expected);
});
test('JSON patch: applied: the object given is not changed', () => {
  const object = { a: { b: 1 } };
  patched(object, [{ op: 'replace', path: '/a/b', value: 2 }]);
  assert.deepEqual(object, { a: { b: 1 } });
});
test('merge patch: RFC 7386', () => {
  assert.deepEqual(applyMergePatch({ a: 'b', c: { d: 1, e: 2 } }, { a: null, c: { e: null, f: [1] } }), {
    c: { d: 1, f: [1] },
  });
  assert.deepEqual(applyMergePatch({ a: 1 }, [1]), [1]);
  const odd = applyMergePatch({}, JSON.parse('{"__proto__":{"x":1}}'));
  assert.equal(JSON.stringify(odd), '{"__proto__":{"x":1}}');
});

const schema = loadSchema();
const strategic = (kind: string, object: Json, patch: Json): unknown => {
  const result = applyStrategicMergePatch(schema, kind, object, patch);
  return result.ok ? result.value : result.fault.message;
};
const pod = (containers: Json[], more: { [key: string]: Json } = {}): Json => ({ spec: { containers, ...more } });
test('strategic merge patch: containers: merged by name', () => {
  const before = pod([
    { name: 'a', image: '1', env: [{ name: 'x', value: '1' }] },
    { name: 'b', image: '1' },
  ]);
  const patch = pod([{ name: 'a', image: '2', env: [{ name: 'y', value: '2' }] }]);
  assert.deepEqual(
    strategic('v1/Pod', before, patch),
    pod([
      {
        name: 'a',
        image: '2',
        env: [
          { name: 'y', value: '2' },
          { name: 'x', value: '1' },
        ],
      },
      { name: 'b', image: '1' },
    ]),
  );
});
test('strategic merge patch: directives: delete, replace, retain, order', () => {
  const before = pod([{ name: 'a' }, { name: 'b' }]);
  assert.deepEqual(strategic('v1/Pod', before, pod([{ name: 'a', $patch: 'delete' }])), pod([{ name: 'b' }]));
  assert.deepEqual(strategic('v1/Pod', before, pod([{ $patch: 'replace' }, { name: 'c' }])), pod([{ name: 'c' }]));
  assert.deepEqual(
    strategic('v1/Pod', before, {
      spec: {
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }],
        containers: [{ name: 'c' }],
      },
    }),
    pod([{ name: 'b' }, { name: 'c' }, { name: 'a' }]),
  );
  assert.deepEqual(
    strategic(
      'apps/v1/Deployment',
      { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    ),
    { spec: { strategy: { type: 'Recreate' } } },
  );
  assert.deepEqual(
    strategic(
      'v1/Pod',
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] } },
    ),
    { metadata: { finalizers: ['c', 'b'] } },
  );
  assert.deepEqual(
    strategic('v1/Pod', { metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'replace', b: '2' } } }),
    {
      metadata: { labels: { b: '2' } },
    },
  );
});
test('strategic merge patch: lists without keys: replaced; unknown merge key: refused', () => {
  const args = pod([{ name: 'a', args: ['1'] }]);
  assert.deepEqual(strategic('v1/Pod', args, pod([{ name: 'a', args: ['2'] }])), pod([{ name: 'a', args: ['2'] }]));
  assert.equal(
    strategic('v1/Pod', args, pod([{ image: 'x' }])),
    'map: {"image":"x"} does not contain declared merge key: name',
  );
});
