import assert from 'node:assert/strict';
import test from 'node:test';
import { readTime, type TimeKind } from './go-time.ts';

const read = (text: string, kind: TimeKind = 'time'): string => {
  const result = readTime(text, kind);
  return 'fault' in result ? result.fault : String(result.time);
};

test('go time: what RFC 3339 allows: in UTC, to the second', () => {
  const table: readonly (readonly [string, string])[] = [
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.999Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05,5+02:00', '2026-01-02T01:04:05Z'],
    ['2026-01-02T3:04:05Z', '2026-01-02T03:04:05Z'],
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00Z'],
    ['0001-01-01T00:00:00Z', 'undefined'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00Z'],
  ];
  for (const [text, expected] of table) assert.equal(read(text), expected, text);
});
test('go time: a MicroTime: six digits, no fewer', () => {
  assert.equal(read('2026-01-02T03:04:05.678000Z', 'microTime'), '2026-01-02T03:04:05.678000Z');
  assert.equal(
    read('2026-01-02T03:04:05Z', 'microTime'),
    'parsing time "2026-01-02T03:04:05Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  );
});
test('go time: what it is not: as Go says it', () => {
  const as = (text: string, from: string, element: string): string =>
    `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${from}" as "${element}"`;
  const table: readonly (readonly [string, string])[] = [
    ['', as('', '', '2006')],
    ['yesterday', as('yesterday', 'yesterday', '2006')],
    ['2026', as('2026', '', '-')],
    ['2026-1-02T03:04:05Z', as('2026-1-02T03:04:05Z', '1-02T03:04:05Z', '01')],
    ['2026-01-02 03:04:05Z', as('2026-01-02 03:04:05Z', ' 03:04:05Z', 'T')],
    ['2026-01-02T03:04:05', as('2026-01-02T03:04:05', '', 'Z07:00')],
    ['2026-13-02T03:04:05Z', 'parsing time "2026-13-02T03:04:05Z": month out of range'],
    ['2026-02-30T03:04:05Z', 'parsing time "2026-02-30T03:04:05Z": day out of range'],
    ['2026-02-03T24:04:05Z', 'parsing time "2026-02-03T24:04:05Z": hour out of range'],
    ['2026-02-03T03:04:05Zz', 'parsing time "2026-02-03T03:04:05Zz": extra text: "z"'],
    ['ö', 'parsing time "\\xc3\\xb6" as "2006-01-02T15:04:05Z07:00": cannot parse "\\xc3\\xb6" as "2006"'],
  ];
  for (const [text, expected] of table) assert.equal(read(text), expected, text);
});
