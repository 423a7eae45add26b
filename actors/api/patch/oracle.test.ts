import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
// @ts-expect-error it has no types
import { apply as mergeOracle } from 'json-merge-patch';
import { applyPatch, createPatch } from 'rfc6902';
import { copy, type Json } from '../json.ts';
import { applyJsonPatch } from './json.ts';
import { applyMergePatch } from './merge.ts';

const key = fc.constantFrom('a', 'b', 'c', 'a/b', 'm~n', '');
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, false, 0, 1, -2.5, '', 'text'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
const pointer = fc.array(fc.oneof(key, fc.constantFrom('0', '1', '2', '-')), { maxLength: 4 }).map(pointerOf);
function pointerOf(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value }),
  fc.record({ op: fc.constant('remove'), path: pointer }),
  fc.record({ op: fc.constantFrom('move', 'copy'), from: pointer, path: pointer }),
);

test('JSON patch: from one value to another, made by another library: leads there', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      const patch = createPatch(from, to) as unknown as Json;
      const done = applyJsonPatch(copy(from), patch);
      assert.ok(done.ok, JSON.stringify(patch));
      assert.deepEqual(done.value, to);
    }),
    { numRuns: 500 },
  );
});

test('JSON patch: any operations: refused, or what another library makes of them', () => {
  fc.assert(
    fc.property(object, fc.array(operation, { maxLength: 3 }), (document, patch) => {
      // Where the whole document is taken away or put into itself libraries differ: the RFC has no word for it.
      fc.pre(
        patch.every((one) => one.path !== '' && !('from' in one && (one.from === '' || one.path.startsWith(one.from)))),
      );
      const done = applyJsonPatch(copy(document), patch as unknown as Json);
      // The other is more lenient: it adds to text, and fields to arrays.
      if (!done.ok) return;
      const other = copy(document);
      const errors = applyPatch(other, copy(patch) as never);
      // As in Kubernetes' library, a test for null holds where nothing is.
      const refused = errors.filter((error, i) => error !== null && !('value' in patch[i]! && patch[i].value === null));
      assert.deepEqual(refused, [], JSON.stringify({ document, patch }));
      assert.deepEqual(done.value, other);
    }),
    { numRuns: 1_000 },
  );
});

test('merge patch: any patch: what another library makes of it', () => {
  fc.assert(
    fc.property(object, object, (document, patch) => {
      assert.deepEqual(applyMergePatch(copy(document), copy(patch)), mergeOracle(copy(document), copy(patch)));
    }),
    { numRuns: 1_000 },
  );
});
