import assert from 'node:assert/strict';
import test from 'node:test';
import { add, canonical, compare, milliOf, unitsOf } from './quantity.ts';

test('quantity: as written: canonical as Kubernetes prints it', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['0.5', '500m'],
    ['1000m', '1'],
    ['100m', '100m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1000Ki', '1000Ki'],
    ['1023', '1023'],
    ['1000', '1k'],
    ['1e3', '1e3'],
    ['12E', '12E'],
    ['0', '0'],
    ['0Mi', '0'],
    ['-1', '-1'],
    ['.5', '500m'],
    ['0.1Ki', '102400m'],
    ['1n', '1n'],
    ['0.0000000001', '1n'],
    ['10Foo', undefined],
    ['', undefined],
    ['1 Gi', undefined],
  ];
  for (const [text, expected] of table) assert.equal(canonical(text), expected, text);
});
test('quantity: compared and added: by value', () => {
  assert.equal(compare('1', '1000m'), 0);
  assert.equal(compare('1Gi', '1G'), 1);
  assert.equal(add('500m', '1'), '1500m');
  assert.equal(add('1Gi', '512Mi'), '1536Mi');
  assert.equal(milliOf('0.1'), 100);
  assert.equal(unitsOf('1.5Gi'), 1.5 * 2 ** 30);
});
