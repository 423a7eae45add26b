//! A whole history judged by the revisions in its answers: one pass, no search, all keys at once. What it cannot see
//! (answers without revisions) is for linearizability.ts; what that cannot see (keys together) is for this.
import { type Changes, upTo } from './changes.ts';
import { line } from './explain.ts';
import type { Operation, Seen, Write } from './history.ts';

/** The first thing wrong, in words; undefined: nothing is. */
export function checkRevisions(operations: readonly Operation[]): string | undefined {
  return backwards(operations) ?? shared(operations) ?? contradicted(operations);
}

/** The writes that certainly happened, with the revision that the writer was told. */
interface Known {
  readonly of: Operation;
  readonly revision: number;
  readonly write: Write;
}
function known(operations: readonly Operation[]): Known[] {
  return operations.flatMap((of) => {
    const { revision } = of.outcome.is === 'ok' ? of.outcome.output : {};
    return revision === undefined ? [] : effects(of).map((write) => ({ of, revision, write }));
  });
}
/** What an acknowledged operation changed, as far as its answer tells. */
function effects({ input, outcome }: Operation): readonly Write[] {
  if (outcome.is !== 'ok' || outcome.output.succeeded === false) return [];
  return asked(input).filter(({ key, value }) => value !== null || outcome.output.deleted?.[key] === true);
}
export function asked(input: Operation['input']): readonly Write[] {
  if (input.op === 'get') return [];
  return input.op === 'txn' ? input.writes : [{ key: input.key, value: input.op === 'put' ? input.value : null }];
}

/** Revisions never go back in real time, and a write raises what anybody was told before its call. */
function backwards(operations: readonly Operation[]): string | undefined {
  const events = operations.flatMap((of) =>
    of.returned === undefined
      ? []
      : [
          { at: of.call, of },
          { at: of.returned, of, returns: true as const },
        ],
  );
  events.sort((a, b) => a.at - b.at);
  let newest: { readonly revision: number; readonly of: Operation } | undefined;
  const before = new Map<Operation, typeof newest>();
  for (const { of, ...event } of events) {
    if (!('returns' in event)) {
      before.set(of, newest);
      continue;
    }
    const { revision } = of.outcome.is === 'ok' ? of.outcome.output : {};
    if (revision === undefined) continue;
    const earlier = before.get(of);
    before.delete(of);
    const old = of.input.op === 'get' && of.input.serializable;
    const least = (earlier?.revision ?? 0) + (effects(of).length > 0 ? 1 : 0);
    if (earlier !== undefined && !old && revision < least)
      return `the revision went back\n  before ${line(earlier.of)}\n  then   ${line(of)}`;
    if (newest === undefined || revision > newest.revision) newest = { revision, of };
  }
  return undefined;
}

/** One revision, one writer. */
function shared(operations: readonly Operation[]): string | undefined {
  const writers = new Map<number, Operation>();
  for (const { of, revision } of known(operations)) {
    const other = writers.get(revision);
    if (other !== undefined && other !== of)
      return `revision ${revision} was given to two writes\n  one   ${line(other)}\n  other ${line(of)}`;
    writers.set(revision, of);
  }
  return undefined;
}

/** What anybody saw of a key at a revision agrees with what others wrote and saw, serializable reads too. */
function contradicted(operations: readonly Operation[]): string | undefined {
  const writes = new Map<string, Known[]>();
  for (const one of known(operations)) {
    const list = writes.get(one.write.key);
    if (list) list.push(one);
    else writes.set(one.write.key, [one]);
  }
  for (const list of writes.values()) list.sort((a, b) => a.revision - b.revision);
  const sights = new Map<string, { readonly seen: Seen; readonly of: Operation }>();
  for (const of of operations) {
    if (of.outcome.is !== 'ok') continue;
    const { revision, seen = {} } = of.outcome.output;
    for (const [key, saw] of Object.entries(seen)) {
      const wrong = sighting(saw, revision, writes.get(key) ?? []);
      if (wrong !== undefined) return `${wrong}\n  seen by ${line(of)}`;
      if (saw === null) continue;
      const place = `${saw.modRevision} ${key}`;
      const other = sights.get(place);
      if (other !== undefined && !same(other.seen, saw))
        return `${key} was seen in two ways at one revision\n  by  ${line(other.of)}\n  and ${line(of)}`;
      sights.set(place, { seen: saw, of });
    }
  }
  return undefined;
}

function sighting(saw: Seen | null, revision: number | undefined, writes: readonly Known[]): string | undefined {
  const { modRevision = 0, createRevision: create, version } = saw ?? {};
  if (saw !== null && revision !== undefined && modRevision > revision)
    return `mod revision ${modRevision} in an answer at revision ${revision}`;
  if (
    create !== undefined &&
    version !== undefined &&
    (create > modRevision || (create === modRevision) !== (version === 1))
  )
    return `create revision ${create} and version ${version} do not fit mod revision ${modRevision}`;
  const newest = writes[upTo(writes, revision ?? modRevision) - 1];
  if (newest === undefined) return undefined;
  const wrote = (): string =>
    `wrote ${JSON.stringify(newest.write.value)} at revision ${newest.revision}: ${line(newest.of)}`;
  // Nobody knows of unacknowledged deletes: absence is explained by one, unless this is the very revision.
  if (saw === null)
    return newest.revision === revision && newest.write.value !== null ? `${wrote()} is not there` : undefined;
  if (newest.revision > modRevision) return `an older state: ${wrote()}`;
  if (newest.revision === modRevision && newest.write.value !== saw.value) return `another value: ${wrote()}`;
  return undefined;
}
const same = (a: Seen, b: Seen): boolean =>
  a.value === b.value &&
  (a.version ?? b.version) === (b.version ?? a.version) &&
  (a.createRevision ?? b.createRevision) === (b.createRevision ?? a.createRevision);

/**
 * The history against what really happened. Every acknowledged write is there, at its revision; what failed is not; no
 * write happened twice; every read is the state of its revision. Needs each put value to be asked for once.
 */
export function checkAgainst(operations: readonly Operation[], changes: Changes): string | undefined {
  const writers = new Map<string, { readonly of: Operation; readonly write: Write; seen: number }>();
  for (const of of operations)
    for (const write of asked(of.input)) {
      if (write.value === null) continue;
      const name = `${write.value} ${write.key}`;
      if (writers.has(name)) throw new Error(`${name} is written by two operations: they cannot be told apart`);
      writers.set(name, { of, write, seen: 0 });
    }
  for (const { key, revision, seen } of changes.all) {
    if (seen === null) continue;
    const writer = writers.get(`${seen.value} ${key}`);
    if (writer === undefined)
      return `${key} became ${JSON.stringify(seen.value)} at ${revision}, which nobody asked for`;
    const { of } = writer;
    if (++writer.seen > 1) return `it happened twice, the second time at revision ${revision}: ${line(of)}`;
    if (of.outcome.is === 'failed') return `it failed, and happened at revision ${revision}: ${line(of)}`;
    if (of.outcome.is === 'ok' && of.outcome.output.succeeded === false)
      return `its condition did not hold, and it happened at revision ${revision}: ${line(of)}`;
  }
  for (const of of operations) {
    const wrong = unlike(of, changes);
    if (wrong !== undefined) return `${wrong}: ${line(of)}`;
  }
  return unclaimed(operations, changes);
}

/** Every delete is one that was acknowledged, or one of the unknown. */
function unclaimed(operations: readonly Operation[], changes: Changes): string | undefined {
  const claimed = new Set(
    known(operations).flatMap(({ revision, write }) => (write.value === null ? [`${revision} ${write.key}`] : [])),
  );
  const unknown = new Map<string, number>();
  for (const { input, outcome } of operations)
    for (const { key, value } of asked(input))
      if (value === null && couldHave(outcome)) unknown.set(key, (unknown.get(key) ?? 0) + 1);
  for (const { key, revision, seen } of changes.all) {
    if (seen !== null || claimed.has(`${revision} ${key}`)) continue;
    const left = (unknown.get(key) ?? 0) - 1;
    if (left < 0)
      return `${key} was deleted at revision ${revision}, and nobody did: every delete of it has its answer`;
    unknown.set(key, left);
  }
  return undefined;
}
/** Whether it may have deleted though nobody was told at which revision. */
const couldHave = (outcome: Operation['outcome']): boolean =>
  outcome.is === 'unknown' || (outcome.is === 'ok' && outcome.output.revision === undefined);

function unlike(of: Operation, changes: Changes): string | undefined {
  if (of.outcome.is !== 'ok') return undefined;
  const { revision, seen = {}, put = {} } = of.outcome.output;
  if (revision === undefined) return undefined;
  for (const { key, value } of effects(of)) {
    const change = changes.at(revision).find((one) => one.key === key);
    if (change === undefined) return `acknowledged, and not there at revision ${revision}`;
    if ((change.seen?.value ?? null) !== value) return `at its revision there is ${JSON.stringify(change.seen)}`;
    const told = put[key];
    const agrees = change.seen === null || told === undefined || same({ ...change.seen, ...told }, change.seen);
    if (!agrees) return `at its revision there is ${JSON.stringify(change.seen)}`;
  }
  for (const [key, saw] of Object.entries(seen)) {
    const was = changes.state(key, revision);
    const agrees = saw === null || was === null ? saw === was : saw.modRevision === was.modRevision && same(saw, was);
    if (!agrees) return `at revision ${revision} ${key} was ${JSON.stringify(was)}`;
  }
  return undefined;
}
