//! The schedule of a cron job: five fields or a descriptor, as github.com/robfig/cron/v3 parses them, in its words.
import { readDuration } from '../../go-duration.ts';
import { isZone } from './time-zone.ts';

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const EVERY = '@every ';

/** What is wrong, or undefined. */
export function cronProblem(text: string): string | undefined {
  if (text === '') return 'empty spec string';
  let schedule = text;
  const zone = /^(?:CRON_)?TZ=([^ ]*)(?: |$)/.exec(text);
  if (zone !== null) {
    const name = zone[1]!;
    if (name !== '' && name !== 'Local' && !isZone(name))
      return `provided bad location ${name}: unknown time zone ${name}`;
    schedule = text.slice(zone[0].length).trim();
  }
  if (schedule.startsWith('@')) return descriptorProblem(schedule);
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [i, field] of fields.entries())
    for (const part of field.split(',')) {
      const problem = part === '' ? undefined : partProblem(part, FIELDS[i]!);
      if (problem !== undefined) return problem;
    }
  return undefined;
}
function descriptorProblem(schedule: string): string | undefined {
  if (DESCRIPTORS.includes(schedule)) return undefined;
  if (!schedule.startsWith(EVERY)) return `unrecognized descriptor: ${schedule}`;
  const read = readDuration(schedule.slice(EVERY.length));
  return 'fault' in read ? `failed to parse duration ${schedule}: ${read.fault}` : undefined;
}

type Parsed = { readonly problem: string } | { readonly problem?: undefined; readonly value: number };
function numberOf(word: string, names: readonly string[] = [], min = 0): Parsed {
  const named = names.indexOf(word.toLowerCase());
  if (named >= 0) return { value: named + min };
  if (/^[+-]?\d+$/.test(word)) return { value: Number(word) };
  return { problem: `failed to parse int from ${word}: strconv.Atoi: parsing ${JSON.stringify(word)}: invalid syntax` };
}
function partProblem(part: string, { min, max, names }: Bounds): string | undefined {
  const [span = '', ...steps] = part.split('/');
  const [low = '', ...highs] = span.split('-');
  let [start, end, step] = [min, max, 1];
  if (low !== '*' && low !== '?') {
    const first = numberOf(low, names, min);
    if (first.problem !== undefined) return first.problem;
    if (highs.length > 1) return `too many hyphens: ${part}`;
    const last = highs.length === 0 ? first : numberOf(highs[0]!, names, min);
    if (last.problem !== undefined) return last.problem;
    [start, end] = [first.value, last.value];
  }
  if (steps.length > 1) return `too many slashes: ${part}`;
  if (steps.length === 1) {
    const read = numberOf(steps[0]!);
    if (read.problem !== undefined) return read.problem;
    if (read.value < 0) return `negative number (${read.value}) not allowed: ${steps[0]}`;
    step = read.value;
    if (highs.length === 0) end = max;
  }
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${part}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${part}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${part}`;
  return step === 0 ? `step of range should be a positive number: ${part}` : undefined;
}
