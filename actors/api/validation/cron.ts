//! The schedule of a cron job: five fields or a descriptor, as github.com/robfig/cron parses them.

const FIELDS: readonly (readonly [min: number, max: number, names: readonly string[]])[] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']],
  [0, 6, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong, or undefined. */
export function cronProblem(text: string): string | undefined {
  const schedule = text.replace(/^(?:CRON_)?TZ=\S+\s+/, '').trim();
  if (schedule.startsWith('@')) {
    if (DESCRIPTORS.includes(schedule) || /^@every (?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(schedule))
      return undefined;
    return `unrecognized descriptor: ${schedule}`;
  }
  const fields = schedule === '' ? [] : schedule.split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [i, field] of fields.entries()) {
    for (const part of field.split(',')) {
      const problem = partProblem(part, ...(FIELDS[i] as (typeof FIELDS)[number]));
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function partProblem(part: string, min: number, max: number, names: readonly string[]): string | undefined {
  const [span = '', step, ...moreSteps] = part.split('/');
  if (moreSteps.length > 0) return `too many slashes: ${part}`;
  const number = (word: string): number | undefined => {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + min;
    return /^\d+$/.test(word) ? Number(word) : undefined;
  };
  let start = min;
  let end = max;
  if (span !== '*' && span !== '?') {
    const [low = '', high, ...more] = span.split('-');
    if (more.length > 0) return `too many hyphens: ${part}`;
    const first = number(low);
    if (first === undefined) return `failed to parse int from ${low}: strconv.Atoi: parsing "${low}": invalid syntax`;
    start = first;
    const last = high === undefined ? first : number(high);
    if (last === undefined) return `failed to parse int from ${high}: strconv.Atoi: parsing "${high}": invalid syntax`;
    end = high === undefined && step !== undefined ? max : last;
  }
  if (step !== undefined) {
    if (!/^\d+$/.test(step)) return `failed to parse int from ${step}: strconv.Atoi: parsing "${step}": invalid syntax`;
    if (Number(step) === 0) return `step of range should be a positive number: ${part}`;
  }
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${part}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${part}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${part}`;
  return undefined;
}
