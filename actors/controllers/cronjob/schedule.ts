//! Schedules as github.com/robfig/cron reads them, and the next time of one.
import { cronProblem } from '../../api/validation/batch/cron.ts';
import type { Zone } from './zone.ts';

/** In ms since 1970: the first time after `after`; undefined when there is none within five years. */
export type Schedule = (after: number) => number | undefined;

export function parseSchedule(text: string, zone: Zone): Schedule | { readonly problem: string } {
  const problem = cronProblem(text);
  if (problem !== undefined) return { problem };
  const schedule = text.replace(/^(?:CRON_)?TZ=\S+\s+/, '').trim();
  if (schedule.startsWith('@every ')) return every(durationMs(schedule.slice('@every '.length)));
  const fields = (DESCRIPTORS[schedule] ?? schedule).split(/\s+/).map(fieldOf);
  return (after) => next(fields, zone, after);
}
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!,
    0,
  ) * (text.startsWith('-') ? -1 : 1);
/** Whole seconds, at least one. */
const every = (ms: number): Schedule => {
  const delay = Math.max(SECOND, Math.floor(ms / SECOND) * SECOND);
  return (after) => Math.floor(after / SECOND) * SECOND + delay;
};

interface Field {
  readonly values: ReadonlySet<number>;
  readonly star: boolean;
}
const BOUNDS: readonly (readonly [least: number, most: number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];
const NAMES: readonly (readonly string[])[] = [
  [],
  [],
  [],
  ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
];
function fieldOf(text: string, i: number): Field {
  const [least, most] = BOUNDS[i]!;
  const number = (word: string): number => {
    const named = NAMES[i]!.indexOf(word.toLowerCase());
    return named >= 0 ? named : Number(word);
  };
  const values = new Set<number>();
  let star = false;
  for (const part of text.split(',').filter((part) => part !== '')) {
    const [span = '', step] = part.split('/');
    const [low = '', high] = span.split('-');
    const all = low === '*' || low === '?';
    const start = all ? least : number(low);
    const alone = high === undefined && step === undefined;
    const end = all ? most : high !== undefined ? number(high) : alone ? start : most;
    for (let value = start; value <= end; value += Number(step ?? 1)) values.add(value);
    // A star that skips is none: a day of the month and one of the week then need not both fit.
    if (all && (step === undefined || step === '1')) star = true;
  }
  return { values, star };
}

const YEARS_MAX = 5;
/** Month, day, hour and minute in turn are moved on until they fit; where one wraps around, from the month again. */
function next(
  [minutes, hours, days, months, weekdays]: readonly Field[],
  zone: Zone,
  after: number,
): number | undefined {
  let at = Math.floor(after / SECOND) * SECOND + SECOND;
  const lastYear = seen(zone, at).getUTCFullYear() + YEARS_MAX;
  let moved = false;
  /** Smaller parts begin anew, the first time that one does not fit. */
  const reset = (begin: () => number): void => {
    if (!moved) at = begin();
    moved = true;
  };
  const dayFits = (wall: Date): boolean => {
    const [inMonth, inWeek] = [days!.values.has(wall.getUTCDate()), weekdays!.values.has(wall.getUTCDay())];
    return days!.star || weekdays!.star ? inMonth && inWeek : inMonth || inWeek;
  };
  const date = (wall: Date, months: number, days: number): number =>
    zone.at(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months, days));

  wrap: for (;;) {
    if (seen(zone, at).getUTCFullYear() > lastYear) return undefined;
    for (let wall = seen(zone, at); !months!.values.has(wall.getUTCMonth() + 1); wall = seen(zone, at)) {
      moved = true;
      at = date(wall, 1, 1);
      if (seen(zone, at).getUTCMonth() === 0) continue wrap;
    }
    for (let wall = seen(zone, at); !dayFits(wall); wall = seen(zone, at)) {
      moved = true;
      at = midnight(zone, date(wall, 0, wall.getUTCDate() + 1));
      if (seen(zone, at).getUTCDate() === 1) continue wrap;
    }
    while (!hours!.values.has(seen(zone, at).getUTCHours())) {
      reset(() => zone.at(Math.floor(seen(zone, at).getTime() / HOUR) * HOUR));
      at += HOUR;
      if (seen(zone, at).getUTCHours() === 0) continue wrap;
    }
    while (!minutes!.values.has(seen(zone, at).getUTCMinutes())) {
      reset(() => Math.floor(at / MINUTE) * MINUTE);
      at += MINUTE;
      if (seen(zone, at).getUTCMinutes() === 0) continue wrap;
    }
    // There is no field for seconds: whole minutes.
    if (at % MINUTE === 0) return at;
    at = (Math.floor(at / MINUTE) + 1) * MINUTE;
    moved = true;
  }
}
const seen = (zone: Zone, at: number): Date => new Date(zone.wall(at));
/** Clocks may be set at midnight: then the day begins an hour early or late. */
function midnight(zone: Zone, at: number): number {
  const hour = seen(zone, at).getUTCHours();
  return hour === 0 ? at : at + (hour > 12 ? 24 - hour : -hour) * HOUR;
}
