import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningHeaders } from './warnings.ts';

test('warnings: the same twice, quotes, what no header carries: told once, escaped, as blanks', () => {
  assert.deepEqual(warningHeaders(['a "b"', 'a "b"', 'two\nlines', '', 'ü']), [
    '299 - "a \\"b\\""',
    '299 - "two lines"',
    '299 - "Ã¼"',
  ]);
});
test('warnings: too much together: each cut short, and no more than fit', () => {
  const headers = warningHeaders(Array.from({ length: 30 }, (_, i) => `${i} ${'x'.repeat(300)}`));
  assert.equal(headers.length, 16);
  assert.equal(headers[0], `299 - "0 ${'x'.repeat(254)}"`);
});
