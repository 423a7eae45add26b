//! Times as Go's time.Parse reads them, by the layouts of meta/v1 Time and MicroTime, with what it says of bad ones.

/** A layout is what stands between, then what is read: `-`, `01`. */
const DATE = ['', '2006', '-', '01', '-', '02', 'T', '15', ':', '04', ':', '05'] as const;
const LAYOUTS = {
  time: [...DATE, '', 'Z07:00'],
  microTime: [...DATE, '', '.000000', '', 'Z07:00'],
} as const;
export type TimeKind = keyof typeof LAYOUTS;

type Read = (text: string, state: State) => string | undefined;
/** Years to seconds, then nanoseconds and minutes east of Greenwich. */
interface State {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  east: number;
  /** What was read but cannot be: `month`. */
  outOfRange: string;
}

/** Without the digits; undefined where none are. `fixed`: two of them, otherwise one will do. */
function number(text: string, fixed: boolean, put: (value: number) => void): string | undefined {
  const digits = /^\d\d/.exec(text)?.[0] ?? (fixed ? undefined : /^\d/.exec(text)?.[0]);
  if (digits === undefined) return undefined;
  put(Number(digits));
  return text.slice(digits.length);
}
const within = (state: State, value: number, least: number, most: number, name: string): number => {
  if (value < least || value > most) state.outOfRange = name;
  return value;
};
/** Nanoseconds of `.5`; Go drops what is finer. */
const nanosOf = (digits: string): number => Number(digits.slice(0, 9).padEnd(9, '0'));

const READERS: Readonly<Record<string, Read>> = {
  '2006': (text, state) => {
    if (!/^\d{4}/.test(text)) return undefined;
    state.year = Number(text.slice(0, 4));
    return text.slice(4);
  },
  '01': (text, state) =>
    number(text, true, (value) => {
      state.month = within(state, value, 1, 12, 'month');
    }),
  // Its range depends on the month: checked at the end.
  '02': (text, state) =>
    number(text, true, (value) => {
      state.day = value;
    }),
  '15': (text, state) =>
    number(text, false, (value) => {
      state.hour = within(state, value, 0, 23, 'hour');
    }),
  '04': (text, state) =>
    number(text, true, (value) => {
      state.minute = within(state, value, 0, 59, 'minute');
    }),
  '05': (text, state) =>
    number(text, true, (value) => {
      state.second = within(state, value, 0, 59, 'second');
    }),
  '.000000': (text, state) => {
    const match = /^[.,](\d{6})/.exec(text);
    if (match === null) return undefined;
    state.nanos = nanosOf(match[1]!);
    return text.slice(7);
  },
  'Z07:00': (text, state) => {
    if (text.startsWith('Z')) return text.slice(1);
    const match = /^([+-])(\d\d):(\d\d)/.exec(text);
    if (match === null) return undefined;
    const hours = within(state, Number(match[2]), 0, 24, 'time zone offset hour');
    const minutes = within(state, Number(match[3]), 0, 60, 'time zone offset minute');
    state.east = (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
    return text.slice(6);
  },
};

/** What most times look like. */
const PLAIN = {
  time: /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/,
  microTime: /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/,
};
/** As the API writes it, in UTC; undefined for the zero time; or what Go says of it. */
export function readTime(text: string, kind: TimeKind): { time: string | undefined } | { fault: string } {
  if (PLAIN[kind].test(text)) return { time: text };
  const layout = LAYOUTS[kind];
  const state: State = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, nanos: 0, east: 0, outOfRange: '' };
  let rest = text;
  const cannot = (from: string, element: string): { fault: string } => ({
    fault: `parsing time ${quote(text)} as ${quote(layout.join(''))}: cannot parse ${quote(from)} as ${quote(element)}`,
  });
  for (let i = 0; i < layout.length; i += 2) {
    const [between, element] = [layout[i]!, layout[i + 1]!];
    if (!rest.startsWith(between)) return cannot(rest, between);
    rest = rest.slice(between.length);
    const after = READERS[element]!(rest, state);
    if (state.outOfRange !== '') return { fault: `parsing time ${quote(text)}: ${state.outOfRange} out of range` };
    if (after === undefined) return cannot(rest, element);
    rest = after;
    // A fraction of a second is read where the layout has none.
    const fraction = element === '05' && kind === 'time' ? /^[.,](\d+)/.exec(rest) : null;
    if (fraction !== null) {
      state.nanos = nanosOf(fraction[1]!);
      rest = rest.slice(fraction[0].length);
    }
  }
  if (rest !== '') return { fault: `parsing time ${quote(text)}: extra text: ${quote(rest)}` };
  if (state.day < 1 || state.day > daysIn(state.month, state.year))
    return { fault: `parsing time ${quote(text)}: day out of range` };
  return { time: written(state, kind) };
}
function written(state: State, kind: TimeKind): string | undefined {
  const date = new Date(0);
  date.setUTCFullYear(state.year, state.month - 1, state.day);
  date.setUTCHours(state.hour, state.minute - state.east, state.second, 0);
  if (kind === 'time') state.nanos = 0;
  const iso = date.toISOString().replace(/\.\d+Z$/, '');
  if (iso === '0001-01-01T00:00:00' && state.nanos === 0) return undefined;
  const micros = String(Math.floor(state.nanos / 1000)).padStart(6, '0');
  return kind === 'time' ? `${iso}Z` : `${iso}.${micros}Z`;
}
function daysIn(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
/** Go's package time quotes bytes that are not printable ASCII. */
function quote(text: string): string {
  let result = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0x80 || code < 0x20)
      for (const byte of new TextEncoder().encode(character)) result += `\\x${byte.toString(16).padStart(2, '0')}`;
    else result += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return `${result}"`;
}
