//! The model: one key of etcd, as far as clients can know it. An unknown write leaves its revision open between
//! bounds; the next who sees it settles it.
import type { Seen } from './history.ts';
import type { KeyOperation, Told } from './key-history.ts';

/** How far a revision is known: it lies between these, both included, and is none of `not`. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly not?: readonly number[];
}
export interface State {
  readonly value: string | null;
  /** 0 when the key is not there. */
  readonly mod: Bounds;
  readonly create: Bounds;
  readonly version: number;
  /** The store's revision is at least this. */
  readonly floor: number;
}
const exactly = (revision: number): Bounds => ({ low: revision, high: revision });
export const ABSENT: State = { value: null, mod: exactly(0), create: exactly(0), version: 0, floor: 0 };

export type Step =
  | { readonly fits: true; readonly states: readonly State[] }
  | { readonly fits: false; readonly why: string };
const refuse = (why: string): Step => ({ fits: false, why });
/** Bounds that leave nothing are no state. */
const become = (state: State): Step =>
  state.mod.low <= state.mod.high && state.create.low <= state.create.high
    ? { fits: true, states: [state] }
    : refuse('no revision is left for the write before it');

/** What the key may be after `operation`, or why it cannot be the next. */
export function step(state: State, operation: KeyOperation): Step {
  const { told, condition, must } = operation;
  const { revision } = told;
  if (revision !== undefined && revision < state.floor)
    return refuse(`it was answered at revision ${revision}, the store was at ${state.floor} or later`);
  if (condition === undefined) return operation.write === undefined ? read(state, told) : write(state, operation);
  const can = holds(state, condition);
  const outcomes: Step[] = [];
  if (told.succeeded !== false)
    outcomes.push(
      can === 'no'
        ? refuse(`its condition ${text(condition)} cannot hold: ${show(state)}`)
        : operation.write === undefined
          ? read(state, told)
          : write('mod' in condition ? settle(state, condition.mod) : state, operation),
    );
  // An unknown operation that changed nothing need not be placed at all.
  if (told.succeeded !== true && must)
    outcomes.push(
      can === 'yes'
        ? refuse(`its condition ${text(condition)} must hold: ${show(state)}`)
        : read('mod' in condition ? unlike(state, condition.mod) : state, told),
    );
  const states = outcomes.flatMap((one) => (one.fits ? one.states : []));
  return states.length > 0 ? { fits: true, states } : outcomes[0]!;
}

function holds({ value, mod }: State, condition: NonNullable<KeyOperation['condition']>): 'yes' | 'no' | 'maybe' {
  if ('value' in condition) return value === condition.value ? 'yes' : 'no';
  if (!within(condition.mod, mod)) return 'no';
  return mod.low === mod.high ? 'yes' : 'maybe';
}
const unlike = (state: State, mod: number): State =>
  state.value === null ? state : bounded({ ...state, mod: { ...state.mod, not: [...(state.mod.not ?? []), mod] } });
const within = (revision: number, { low, high, not }: Bounds): boolean =>
  revision >= low && revision <= high && !not?.includes(revision);
const between = (low: number, high: number, not: readonly number[] | undefined): Bounds => {
  let [from, to] = [low, high];
  while (not?.includes(from)) from++;
  while (not?.includes(to)) to--;
  return not === undefined ? { low: from, high: to } : { low: from, high: to, not };
};

/** A key that is there, with what its bounds say of each other: each of its versions had a revision of its own. */
function bounded(state: State): State {
  const { mod, create, version, floor } = state;
  const written = between(Math.max(mod.low, create.low + version - 1), mod.high, mod.not);
  const made = version === 1 ? written : between(create.low, Math.min(create.high, mod.high - version + 1), create.not);
  return { ...state, mod: written, create: made, floor: Math.max(floor, written.low) };
}
const settle = (state: State, mod: number): State =>
  state.value === null ? state : bounded({ ...state, mod: exactly(mod) });

function read(state: State, { seen, revision }: Told): Step {
  const floor = Math.max(state.floor, revision ?? 0);
  if (state.value === null) {
    if (seen) return refuse(`it saw ${told(seen)}, but ${show(state)}`);
    return become({ ...state, floor });
  }
  if (seen === null) return refuse(`it found nothing, but ${show(state)}`);
  const high = Math.min(state.mod.high, revision ?? Number.POSITIVE_INFINITY);
  const now = bounded({ ...state, mod: { ...state.mod, high }, floor });
  if (seen === undefined) return become(now);
  const { value, modRevision, createRevision, version } = seen;
  const wrong = state.value !== value || !within(modRevision, now.mod) || (version ?? state.version) !== state.version;
  if (wrong) return refuse(`it saw ${told(seen)}, but ${show(state)}`);
  const settled = settle(now, modRevision);
  if (createRevision === undefined) return become(settled);
  if (!within(createRevision, settled.create)) return refuse(`it saw ${told(seen)}, but ${show(state)}`);
  return become(bounded({ ...settled, create: exactly(createRevision) }));
}

function write(state: State, operation: KeyOperation): Step {
  const { told, must } = operation;
  const value = operation.write as string | null;
  const there = state.value !== null;
  if (value === null && told.deleted !== undefined && told.deleted !== there)
    return refuse(`it deleted ${told.deleted ? 'the key' : 'nothing'}, but ${show(state)}`);
  if (value === null && !there) {
    if (!must) return refuse('it would change nothing');
    return become({ ...state, floor: Math.max(state.floor, told.revision ?? 0) });
  }
  const revision = told.effect ?? told.revision;
  if (revision !== undefined && revision <= state.floor)
    return refuse(`it wrote at revision ${revision}, the store was at ${state.floor} or later`);
  const mod = { low: revision ?? state.floor + 1, high: revision ?? Number.POSITIVE_INFINITY };
  if (value === null) return become({ ...ABSENT, floor: mod.low });
  const version = state.version + 1;
  if (told.version !== undefined && told.version !== version)
    return refuse(`it made version ${told.version}, but ${show(state)}`);
  const now = bounded({ value, mod, create: there ? state.create : mod, version, floor: mod.low });
  if (told.createRevision === undefined) return become(now);
  if (!within(told.createRevision, now.create))
    return refuse(`it was told create revision ${told.createRevision}, but ${show(state)}`);
  return become(bounded({ ...now, create: exactly(told.createRevision) }));
}

const told = (seen: Seen): string =>
  `${JSON.stringify(seen.value)} mod ${seen.modRevision}` +
  (seen.createRevision === undefined ? '' : ` create ${seen.createRevision}`) +
  (seen.version === undefined ? '' : ` version ${seen.version}`);
const text = (condition: NonNullable<KeyOperation['condition']>): string =>
  'mod' in condition ? `mod = ${condition.mod}` : `value = ${JSON.stringify(condition.value)}`;
/** For people. */
export function show({ value, mod, create, version, floor }: State): string {
  if (value === null) return `the key is not there (the store is at revision ${floor} or later)`;
  return `the key is ${JSON.stringify(value)} mod ${span(mod)} create ${span(create)} version ${version}`;
}
const span = ({ low, high }: Bounds): string =>
  low === high ? `${low}` : high === Number.POSITIVE_INFINITY ? `${low} or later` : `${low} to ${high}`;
