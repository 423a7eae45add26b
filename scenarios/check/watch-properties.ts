//! etcd's promises about watches, one function each: six from the "KV API guarantees" of its documentation (ordered,
//! unique, reliable, atomic, resumable, bookmarkable), three from its robustness tests (filter, prev_kv, is_create).
//! Each says the first violation in words.
import type { Change, Changes } from './changes.ts';
import type { Seen } from './history.ts';
import { due, eventsOf, inRange, name, nameOf, startOf, type WatchRecord } from './watch-record.ts';

type Property = (watch: WatchRecord, changes: Changes) => string | undefined;

/** Events come in the order of their revisions, and no response is older than what it carries. */
const ordered: Property = (watch) => {
  let last = 0;
  for (const { revision, events } of watch.responses)
    for (const event of events) {
      if (event.modRevision < last) return `${name(event)} came after revision ${last}`;
      if (event.modRevision > revision) return `${name(event)} came in a response of revision ${revision}`;
      last = event.modRevision;
    }
  return undefined;
};

/** No event comes twice. */
const unique: Property = (watch) => {
  const seen = new Set<string>();
  for (const event of eventsOf(watch)) {
    const id = `${event.modRevision} ${event.key}`;
    if (seen.has(id)) return `${name(event)} came twice`;
    seen.add(id);
  }
  return undefined;
};

/** All events of one revision come in one response. */
const atomic: Property = (watch, changes) => {
  const whole = new Map<number, number>();
  for (const { events } of watch.responses) {
    const counts = new Map<number, number>();
    for (const { modRevision } of events) counts.set(modRevision, (counts.get(modRevision) ?? 0) + 1);
    for (const [revision, count] of counts) {
      if (whole.has(revision)) return `revision ${revision} is split over two responses`;
      whole.set(revision, count);
      const wanted = due(watch, changes, revision, revision).length;
      if (count < wanted) return `of revision ${revision} came ${count} of ${wanted} events`;
    }
  }
  return undefined;
};

/** From the first event to the last, or to where the recorder waited, nothing is missing; all of it happened. */
const reliable: Property = (watch, changes) => {
  const events = eventsOf(watch);
  for (const event of events) {
    const change = changes.at(event.modRevision).find(({ key }) => key === event.key);
    if (change === undefined || (change.seen === null) !== (event.type === 'delete'))
      return `${name(event)} came, and never happened`;
    if (event.type === 'put' && change.seen?.value !== event.value)
      return `${name(event)} came with ${JSON.stringify(event.value)} for ${JSON.stringify(change.seen?.value)}`;
  }
  const first = Math.min(...events.map(({ modRevision }) => modRevision), ...(watch.upTo ? [startOf(watch) ?? 0] : []));
  const last = Math.max(...events.map(({ modRevision }) => modRevision), watch.upTo ?? 0);
  return missing(events, due(watch, changes, first, last));
};

/** A watch that starts at a revision begins with the first event at or after it. */
const resumable: Property = (watch, changes) => {
  const start = startOf(watch);
  const first = eventsOf(watch)[0];
  if (start === undefined || first === undefined) return undefined;
  if (first.modRevision < start) return `it starts at revision ${start}, and ${name(first)} came`;
  const [lost] = due(watch, changes, start, first.modRevision - 1);
  return lost && `it starts at revision ${start}, but ${name(first)} came first: ${nameOf(lost)} is missing`;
};

/** Progress at a revision: everything up to it has come before, and nothing of it comes after. */
const bookmarkable: Property = (watch, changes) => {
  let promised = 0;
  let seen: { readonly key: string; readonly modRevision: number }[] = [];
  let from = startOf(watch);
  for (const { revision, events } of watch.responses) {
    for (const event of events) {
      if (event.modRevision <= promised) return `${name(event)} came after progress at ${promised}`;
      from ??= event.modRevision;
    }
    seen.push(...events);
    if (events.length > 0) continue;
    if (revision < promised) return `progress at ${revision} came after progress at ${promised}`;
    promised = revision;
    const lost = from === undefined ? undefined : missing(seen, due(watch, changes, from, revision));
    if (lost !== undefined) return `progress at ${revision} came, but ${lost}`;
    seen = [];
    from = from === undefined ? undefined : Math.max(from, revision + 1);
  }
  return undefined;
};

/** Only keys of the range, only types that were not filtered out. */
const filter: Property = (watch) => {
  const { asked } = watch;
  const odd = eventsOf(watch).find(
    ({ key, type }) => !inRange(key, asked) || (type === 'put' ? asked.noPut : asked.noDelete),
  );
  return odd && `${name(odd)} came, which was not asked for`;
};

/** Who asks for it gets the key as it was before, and nobody else does. */
const prevKv: Property = (watch, changes) => {
  for (const event of eventsOf(watch)) {
    const { prev } = event;
    if (!watch.asked.prevKv && prev) return `${name(event)} came with a prev_kv that nobody asked for`;
    if (!watch.asked.prevKv || event.modRevision <= (watch.compacted ?? 0)) continue;
    const was = changes.state(event.key, event.modRevision - 1);
    if (!alike(prev ?? null, was)) return `${name(event)} came with prev_kv ${show(prev)}; it was ${show(was)}`;
  }
  return undefined;
};

/** An event is the creation of its key exactly when the key was not there; versions count from it. */
const isCreate: Property = (watch, changes) => {
  for (const event of eventsOf(watch)) {
    const { type, key, modRevision, createRevision } = event;
    if (type === 'delete') continue;
    const was = changes.state(key, modRevision - 1);
    if (createRevision !== undefined && (createRevision === modRevision) !== (was === null))
      return `${name(event)} says create revision ${createRevision}; before it the key was ${show(was)}`;
    const now = changes.at(modRevision).find((one) => one.key === key)?.seen;
    if (now && !alike(now, { ...now, ...only(event) })) return `${name(event)} came as ${show(only(event))}`;
  }
  return undefined;
};

export const WATCH_PROPERTIES = {
  ordered,
  unique,
  atomic,
  reliable,
  resumable,
  bookmarkable,
  filter,
  prev_kv: prevKv,
  is_create: isCreate,
} as const satisfies Readonly<Record<string, Property>>;
export type WatchProperty = keyof typeof WATCH_PROPERTIES;

/** The first property that a watch breaks, and how. */
export function checkWatches(watches: readonly WatchRecord[], changes: Changes): string | undefined {
  for (const watch of watches)
    for (const [property, check] of Object.entries(WATCH_PROPERTIES)) {
      const wrong = check(watch, changes);
      if (wrong !== undefined) return `watch ${watch.name} is not ${property}: ${wrong}`;
    }
  return undefined;
}

function missing(
  events: readonly { readonly key: string; readonly modRevision: number }[],
  wanted: readonly Change[],
): string | undefined {
  const came = new Set(events.map(({ key, modRevision }) => `${modRevision} ${key}`));
  const lost = wanted.find(({ key, revision }) => !came.has(`${revision} ${key}`));
  return lost && `${nameOf(lost)} is missing`;
}
const only = ({ createRevision, version }: { createRevision?: number; version?: number }): Partial<Seen> => ({
  ...(createRevision === undefined ? {} : { createRevision }),
  ...(version === undefined ? {} : { version }),
});
const FIELDS = ['createRevision', 'version'] as const;
function alike(a: Seen | null, b: Seen | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.value !== b.value || a.modRevision !== b.modRevision) return false;
  return FIELDS.every((field) => a[field] === undefined || b[field] === undefined || a[field] === b[field]);
}
const show = (seen: unknown): string => (seen ? JSON.stringify(seen) : 'not there');
