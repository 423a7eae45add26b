import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiOptions } from '../protocol.ts';
import { type Any, configMap, Rig } from '../rig.ts';
import { positionOf, tokenOf } from './pages.ts';

const names = (list: Any): string[] => list.items.map((item: Any) => item.metadata.name);
function filled(count: number): Rig {
  const rig = new Rig();
  rig.ok('create', 'namespaces', { namespace: '', body: { ...configMap('full'), kind: 'Namespace', data: undefined } });
  for (let i = 0; i < count; i++) rig.ok('create', 'configmaps', { namespace: 'full', body: configMap(`c${i}`) });
  return rig;
}
const list = (rig: Rig, options: ApiOptions): Any => rig.ok('list', 'configmaps', { namespace: 'full', options });

test('pages: writes between them: all pages are of the first revision, and count what is left', () => {
  const rig = filled(5);
  const first = list(rig, { limit: 2 });
  assert.deepEqual([names(first), first.remainingItemCount], [['c0', 'c1'], 3]);
  rig.ok('delete', 'configmaps', { namespace: 'full', name: 'c3' });
  rig.ok('create', 'configmaps', { namespace: 'full', body: configMap('c9') });
  const second = list(rig, { limit: 2, continue: first.continue });
  assert.deepEqual([names(second), second.remainingItemCount], [['c2', 'c3'], 1]);
  assert.equal(second.resourceVersion, first.resourceVersion);
  const third = list(rig, { limit: 2, continue: second.continue });
  assert.deepEqual([names(third), third.continue, third.remainingItemCount], [['c4'], undefined, undefined]);
  assert.equal(list(rig, { limit: 2, labelSelector: 'a!=b' }).remainingItemCount, undefined);
});

test('pages: the revision is gone: 410 with a token that goes on with what there is now', () => {
  const rig = filled(5);
  const first = list(rig, { limit: 2 });
  // Old enough for the server, and then for etcd: what it keeps is decided as it is written to.
  rig.world.advance(400_000);
  rig.ok('delete', 'configmaps', { namespace: 'full', name: 'c3' });
  rig.ok('create', 'configmaps', { namespace: 'full', body: configMap('c9') });
  rig.world.advance(400_000);
  const ask = { namespace: 'full', options: { limit: 2, continue: first.continue } };
  const { fault } = rig.ask('list', 'configmaps', ask);
  const { code, reason, message, metadata } = fault.detail;
  assert.deepEqual([code, reason], [410, 'Expired']);
  assert.match(message, /^The provided continue parameter is too old .* may show up in the list\.$/);
  const rest = list(rig, { limit: 2, continue: metadata.continue });
  assert.deepEqual([names(rest), rest.remainingItemCount], [['c2', 'c4'], 1]);
  assert.ok(Number(rest.resourceVersion) > Number(first.resourceVersion));
  // From here on of one revision again.
  assert.deepEqual(names(list(rig, { limit: 2, continue: rest.continue })), ['c9']);
  const exact = { resourceVersion: first.resourceVersion, resourceVersionMatch: 'Exact' };
  assert.equal(
    rig.refusal('list', 'configmaps', { namespace: 'full', options: exact }),
    '410 Expired: The resourceVersion for the provided list is too old.',
  );
});

test('lists: revisions: exactly one, one at least, any', () => {
  const rig = filled(2);
  const { resourceVersion } = list(rig, {});
  rig.ok('create', 'configmaps', { namespace: 'full', body: configMap('c2') });
  assert.equal(list(rig, { resourceVersion, resourceVersionMatch: 'Exact' }).items.length, 2);
  const paged = list(rig, { resourceVersion, resourceVersionMatch: 'Exact', limit: 1 });
  assert.deepEqual(names(list(rig, { limit: 5, continue: paged.continue })), ['c1']);
  assert.equal(list(rig, { resourceVersion, resourceVersionMatch: 'NotOlderThan' }).items.length, 3);
  assert.equal(list(rig, { resourceVersion: '0', limit: 1 }).items.length, 3, 'the cache is served whole');
  assert.equal(list(rig, { limit: -1 }).items.length, 3);
  const ahead = rig.ask('list', 'configmaps', { options: { resourceVersion: '99999' } }).fault.detail;
  assert.deepEqual(
    [ahead.code, ahead.reason, ahead.details.causes[0].reason],
    [504, 'Timeout', 'ResourceVersionTooLarge'],
  );
});

test('lists: options that do not go together: 422 with each of them, 400', () => {
  const rig = new Rig();
  const invalid = 'ListOptions.meta.k8s.io "" is invalid: ';
  const table: [ApiOptions, string][] = [
    [
      { resourceVersionMatch: 'Exact' },
      `422 Invalid: ${invalid}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    ],
    [
      { resourceVersionMatch: 'Exact', resourceVersion: '0' },
      `422 Invalid: ${invalid}resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    ],
    [
      { resourceVersionMatch: 'Some', resourceVersion: '1' },
      `422 Invalid: ${invalid}resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""`,
    ],
    [
      { sendInitialEvents: true },
      `422 Invalid: ${invalid}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
    ],
    [
      { continue: tokenOf({ revision: 3, start: '/p/a' }, '/p/'), resourceVersion: '4' },
      '400 BadRequest: specifying resource version is not allowed when using continue',
    ],
  ];
  for (const [options, wanted] of table) assert.equal(rig.refusal('list', 'configmaps', { options }), wanted);
});

test('tokens: what a client makes up: refused, or within its list', () => {
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = { v: 'meta.k8s.io/v1', rv: 3, start: 'default/a\0' };
  assert.deepEqual(positionOf(encoded(good), '/p/'), { ok: true, value: { revision: 3, start: '/p/default/a\0' } });
  const bad: unknown[] = [
    { ...good, v: 'v2' },
    { ...good, rv: 0 },
    { ...good, rv: -2 },
    { ...good, rv: '3' },
    { ...good, start: '' },
    { ...good, start: '../secrets/a' },
    { ...good, start: 'a/../../b' },
    { ...good, start: '/a' },
    [],
  ];
  for (const token of [...bad.map((value) => encoded(value as object)), 'a b', '%', 'eyJ'])
    assert.match(
      JSON.stringify(positionOf(token, '/p/')),
      /"reason":"BadRequest","message":"invalid continue token: continue key is not valid/,
      token,
    );
});
