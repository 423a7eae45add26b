import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchedule } from './schedule.ts';
import { zoneOf } from './zone.ts';

const at = (text: string): number => {
  const ms = Date.parse(text);
  assert.ok(!Number.isNaN(ms), text);
  return ms;
};
function next(schedule: string, after: string, zone = 'UTC'): string | undefined {
  const parsed = parseSchedule(schedule, zoneOf(zone)!);
  assert.ok(typeof parsed === 'function', JSON.stringify(parsed));
  const found = parsed(at(after));
  return found === undefined ? undefined : new Date(found).toISOString();
}
const iso = (text: string): string => new Date(at(text)).toISOString();

test('schedule: fields, lists, spans, steps, names: the next time that fits', () => {
  const cases: [after: string, schedule: string, want: string][] = [
    ['2012-07-09T14:45:00Z', '0/15 * * * *', '2012-07-09T15:00:00Z'],
    ['2012-07-09T14:59:59Z', '0/15 * * * *', '2012-07-09T15:00:00Z'],
    ['2012-07-09T15:45:00Z', '20-35/15 * * * *', '2012-07-09T16:20:00Z'],
    ['2012-07-09T23:35:51Z', '20-35/15 1/2 */2 * *', '2012-07-11T01:20:00Z'],
    ['2012-07-09T23:35:51Z', '20-35/15 10-12 * * *', '2012-07-10T10:20:00Z'],
    ['2012-07-09T23:35:51Z', '20-35/15 1/2 */2 jul *', '2012-07-11T01:20:00Z'],
    ['2012-07-09T23:35:00Z', '0 0 9 apr-oct ?', '2012-08-09T00:00:00Z'],
    ['2012-07-09T23:35:00Z', '0 0 */5 apr,aug,oct Mon', '2012-08-01T00:00:00Z'],
    ['2012-07-09T23:35:00Z', '0 0 */5 oct Mon', '2012-10-01T00:00:00Z'],
    ['2012-07-09T23:35:00Z', '0 0 * feb Mon', '2013-02-04T00:00:00Z'],
    ['2012-07-09T23:35:00Z', '0 0 29 feb ?', '2016-02-29T00:00:00Z'],
    ['2012-07-09T23:35:00Z', '0 0 1 * Mon', '2012-07-16T00:00:00Z'],
    ['2012-12-31T23:59:45Z', '0 * * * *', '2013-01-01T00:00:00Z'],
    ['2012-07-09T14:45:00Z', '@yearly', '2013-01-01T00:00:00Z'],
    ['2012-07-09T14:45:00Z', '@monthly', '2012-08-01T00:00:00Z'],
    ['2012-07-09T14:45:00Z', '@weekly', '2012-07-15T00:00:00Z'],
    ['2012-07-09T14:45:00Z', '@midnight', '2012-07-10T00:00:00Z'],
    ['2012-07-09T14:45:00Z', '@hourly', '2012-07-09T15:00:00Z'],
    ['2012-07-09T14:45:10.500Z', '@every 1h30m', '2012-07-09T16:15:10Z'],
    ['2012-07-09T14:45:10Z', '@every 10ms', '2012-07-09T14:45:11Z'],
  ];
  for (const [after, schedule, want] of cases)
    assert.equal(next(schedule, after), iso(want), `${schedule} after ${after}`);
  assert.equal(next('0 0 30 feb ?', '2012-07-09T23:35:00Z'), undefined);
  assert.equal(next('0 0 31 apr ?', '2012-07-09T23:35:00Z'), undefined);
});

test('schedule: a zone whose clocks are set: an hour that is missing or comes twice, as robfig/cron counts', () => {
  const york: [after: string, schedule: string, want: string][] = [
    ['2012-03-11T00:00:00-05:00', '30 2 11 Mar ?', '2013-03-11T02:30:00-04:00'],
    ['2012-03-11T00:00:00-05:00', '0 * * * ?', '2012-03-11T01:00:00-05:00'],
    ['2012-03-11T01:00:00-05:00', '0 * * * ?', '2012-03-11T03:00:00-04:00'],
    ['2012-03-11T03:00:00-04:00', '0 * * * ?', '2012-03-11T04:00:00-04:00'],
    ['2012-03-11T00:00:00-05:00', '0 2 * * ?', '2012-03-12T02:00:00-04:00'],
    ['2012-11-04T00:00:00-04:00', '30 2 04 Nov ?', '2012-11-04T02:30:00-05:00'],
    ['2012-11-04T01:45:00-04:00', '30 1 04 Nov ?', '2012-11-04T01:30:00-05:00'],
    ['2012-11-04T01:00:00-04:00', '0 * * * ?', '2012-11-04T01:00:00-05:00'],
    ['2012-11-04T01:00:00-04:00', '0 1 * * ?', '2012-11-04T01:00:00-05:00'],
    ['2012-11-04T01:00:00-05:00', '0 1 * * ?', '2012-11-05T01:00:00-05:00'],
    ['2012-11-04T00:00:00-04:00', '0 2 * * ?', '2012-11-04T02:00:00-05:00'],
  ];
  for (const [after, schedule, want] of york)
    assert.equal(next(schedule, after, 'America/New_York'), iso(want), `${schedule} after ${after}`);
  // Where the day began at one in the morning.
  const sao = (schedule: string, after: string) => next(schedule, after, 'America/Sao_Paulo');
  assert.equal(sao('0 9 10 * ?', '2018-10-17T05:00:00-04:00'), iso('2018-11-10T06:00:00-05:00'));
  assert.equal(sao('0 9 22 * ?', '2018-02-14T05:00:00-05:00'), iso('2018-02-22T07:00:00-05:00'));
  assert.equal(next('30 9 * * *', '2026-01-01T00:00:00Z', 'Asia/Kolkata'), iso('2026-01-01T04:00:00Z'));
  assert.equal(zoneOf('Mars/Olympus'), undefined);
});
