//! What clients see when etcd's history is cut while they read: by a server that cuts it every second.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import type { Any } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests(['--etcd-compaction-interval', '1s']);
const COUNT = 40;
const LIMIT = 4;

conformance(
  '[sig-api-machinery] Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Conformance] [Slow]',
  async (api) => {
    const path = `/api/v1/namespaces/${api.namespace}/podtemplates`;
    const named = (i: number): string => `template-${`${i}`.padStart(4, '0')}`;
    for (let i = 0; i < COUNT; i++)
      await api.create(path, {
        metadata: { name: named(i) },
        template: { spec: { containers: [{ name: 'test', image: 'test2' }] } },
      });
    const page = (token: string) =>
      api.up.call(`${path}?limit=${LIMIT}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`);
    const first = (await page('')).json;
    assert.equal(first.items.length, LIMIT);
    assert.ok(first.metadata.continue);
    const expired = await eventually('the token expires', async () => {
      const answer = await page(first.metadata.continue);
      assert.equal(answer.code, 410, 'it has not expired yet');
      return answer.json;
    });
    assert.deepEqual([expired.kind, expired.reason], ['Status', 'Expired']);
    assert.ok(expired.metadata.continue, 'and says how to go on');
    // From the last key on, at whatever revision there is now.
    const names: string[] = first.items.map(({ metadata }: Any) => metadata.name);
    let token: string = expired.metadata.continue;
    let at = '';
    while (token !== '') {
      const { code, json } = await page(token);
      if (code === 410) {
        token = json.metadata.continue;
        at = '';
        continue;
      }
      assert.equal(code, 200);
      assert.notEqual(json.metadata.resourceVersion, first.metadata.resourceVersion);
      if (at !== '') assert.equal(json.metadata.resourceVersion, at, 'the rest is of one revision');
      at = json.metadata.resourceVersion;
      names.push(...json.items.map(({ metadata }: Any) => metadata.name));
      token = json.metadata.continue ?? '';
      if (token !== '') assert.ok(json.items.length <= LIMIT);
    }
    assert.deepEqual(
      names,
      Array.from({ length: COUNT }, (_, i) => named(i)),
    );
  },
);
