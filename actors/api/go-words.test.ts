import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goDiff } from './go-diff.ts';
import { unmarshalFault } from './go-json.ts';

test('go: a diff: unified, with three lines about what changed', () => {
  assert.equal(goDiff([1, 2], [1, 2]), '');
  assert.equal(
    goDiff({ A: 1, B: [1, 2] }, { A: 1, B: [1, 3] }),
    '@@ -2,6 +2,6 @@\n   "A": 1,\n   "B": [\n     1,\n-    2\n+    3\n   ]\n }\n',
  );
  const long = Array.from({ length: 30 }, (_, i) => i);
  const changed = long.map((n) => (n === 5 || n === 25 ? -n : n));
  assert.deepEqual(goDiff(long, changed).match(/^@@.*@@$/gm), ['@@ -4,7 +4,7 @@', '@@ -24,7 +24,7 @@']);
  assert.equal(goDiff(['a'], ['a', '<']).split('\n')[4], '+  "\\u003c"');
});
test('go: a text that is no JSON, or not of its type: the words of encoding/json', () => {
  const rows: readonly (readonly [text: string, fault: string | undefined])[] = [
    ['[]', undefined],
    ['', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['[] x', "invalid character 'x' after top-level value"],
    ['{"a":1}', 'json: cannot unmarshal object into Go value of type []core.Toleration'],
    ['"a"', 'json: cannot unmarshal string into Go value of type []core.Toleration'],
  ];
  for (const [text, fault] of rows) assert.equal(unmarshalFault(text, '[', '[]core.Toleration'), fault, text);
});
