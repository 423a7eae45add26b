import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergedV2 } from './merge-v2.ts';

const refer = (name: string): { get: { schema: { $ref: string } } } => ({
  get: { schema: { $ref: `#/definitions/${name}` } },
});

test('openapi v2: another server: its paths with what they use; what is ours stays, what is another is renamed', () => {
  const own = {
    paths: { '/apis/a/v1': refer('Same') },
    definitions: { Same: { type: 'object' }, Other: { type: 'string' } },
  };
  const other = {
    paths: { '/apis/a/v1': refer('Unused'), '/apis/b/v1/x': refer('Other'), '/apis/c/v1/y': refer('Unused') },
    definitions: {
      Same: { type: 'object' },
      Other: { properties: { self: { $ref: '#/definitions/Other' }, same: { $ref: '#/definitions/Same' } } },
      Unused: {},
    },
  };
  assert.deepEqual(mergedV2(own, other, '/apis/b/v1'), {
    paths: { '/apis/a/v1': refer('Same'), '/apis/b/v1/x': refer('Other_v2') },
    definitions: {
      ...own.definitions,
      Other_v2: { properties: { self: { $ref: '#/definitions/Other_v2' }, same: { $ref: '#/definitions/Same' } } },
    },
  });
  assert.equal(mergedV2(own, other, '/apis/a/v1'), own);
});
