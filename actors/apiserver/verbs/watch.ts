//! Watch: the state or the past first, then every change.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { Task } from '../../../runtime/task.ts';
import { expired } from '../../api/status.ts';
import { selectionOf } from '../cache/selection.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { told, type Watcher } from '../cache/watcher.ts';
import type { Call, Engine } from './engine.ts';
import { notOlderThan } from './list.ts';
import { revisionOf, watchRefusal } from './reading-options.ts';

export interface WatchOptions {
  readonly bookmarks: boolean;
}
export type Listener = Omit<Watcher, 'selection' | 'after'>;

/** The listener has heard the beginning when this answers. */
export function* watch(engine: Engine, call: Call, options: WatchOptions, listener: Listener): Task<Result<Stop>> {
  const { info, request } = call;
  const refusal = watchRefusal(request.options);
  if (refusal !== undefined) return refusal;
  const selection = selectionOf(info, request.namespace, request.name, request.options);
  if (!selection.ok) return selection;
  const revision = revisionOf(request.options.resourceVersion);
  if (typeof revision === 'object') return revision;
  /** True: the state first, whatever the revision, and a bookmark after it. False: never the state. */
  const { sendInitialEvents } = request.options;
  const cache = yield* revision === undefined
    ? engine.caches.newest(info.storage, call.deadline)
    : sendInitialEvents
      ? notOlderThan(engine, call, revision)
      : engine.caches.fresh(info.storage, 0, call.deadline);
  if (!cache.ok) return cache;
  const whole = sendInitialEvents ?? !revision;
  const begin = whole || !revision ? cache.value.revision : revision;
  const { event, end } = bound(listener);
  const watcher: Watcher = {
    selection: selection.value,
    after: begin,
    event,
    end,
    ...(options.bookmarks && listener.bookmark ? { bookmark: listener.bookmark.bind(listener) } : {}),
  };
  if (whole) tellState(cache.value, watcher);
  else if (!tellPast(cache.value, watcher, begin)) return ok(() => {});
  if (sendInitialEvents) watcher.bookmark?.(begin, true);
  cache.value.watchers.add(watcher);
  engine.caches.feed(info.storage).beat();
  return ok(() => cache.value.watchers.remove(watcher));
}
const bound = (listener: Listener): Pick<Watcher, 'event' | 'end'> => ({
  event: listener.event.bind(listener),
  end: listener.end.bind(listener),
});

function tellState(cache: WatchCache, watcher: Watcher): void {
  const { selection } = watcher;
  const entries = selection.node === '' ? cache.all(selection.namespace) : cache.onNode(selection.node);
  for (const entry of entries) {
    if (selection.name !== '' && selection.name !== entry.name) continue;
    if (selection.namespace !== '' && selection.namespace !== entry.namespace) continue;
    if (selection.all || selection.matches(entry)) watcher.event('ADDED', entry);
  }
}
function tellPast(cache: WatchCache, watcher: Watcher, revision: number): boolean {
  const past = cache.since(revision);
  if (past === undefined) {
    watcher.end(expired(revision, cache.oldest));
    return false;
  }
  for (const event of past) told(watcher, event);
  return true;
}
