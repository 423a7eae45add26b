//! Get and list: from the watch cache, as new as the caller asks for.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { continueExpired, expiredBecause, notFound, timeout } from '../../api/status.ts';
import { prefixEnd } from '../../etcd/protocol.ts';
import { Entry } from '../cache/entry.ts';
import { type Selection, selectionOf } from '../cache/selection.ts';
import { newTree, scan, type Tree } from '../cache/tree.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { present } from '../catalog/conversion.ts';
import { resourceStream, storageKey, storagePrefix } from '../protocol.ts';
import { after } from '../storage/store.ts';
import { type Answer, type Call, type Engine, refuse, spoiled } from './engine.ts';
import { AT_THE_NEWEST, positionOf, tokenOf } from './pages.ts';
import { listRefusal, revisionOf } from './reading-options.ts';
import { answerOf } from './shown.ts';

/** How long a revision is waited for that nobody may ever reach. */
const AHEAD_MS = 3_000;

export function* get(engine: Engine, call: Call): Task<Result<Answer>> {
  const { info, request } = call;
  const { storage } = info;
  const key = storageKey(storage.group, storage.resource, request.namespace, request.name);
  const revision = revisionOf(request.options.resourceVersion);
  if (typeof revision === 'object') return revision;
  let entry: Entry | undefined;
  if (revision === undefined) {
    const got = yield* engine.store.get(key, call.deadline);
    if (!got.ok) return got;
    if (got.value !== undefined) {
      entry = known(engine, call, key, got.value.modRevision) ?? Entry.read(got.value);
      if (entry === undefined) return spoiled(key);
    }
  } else {
    const cache = yield* notOlderThan(engine, call, revision);
    if (!cache.ok) return cache;
    entry = cache.value.get(key);
  }
  if (entry === undefined) return refuse(notFound(info, request.name));
  const shown = yield* present(engine, info, [entry]);
  return shown.ok ? ok(answerOf(call, entry)) : shown;
}
/** Parsed already, perhaps. */
const known = (engine: Engine, call: Call, key: string, revision: number): Entry | undefined => {
  const entry = engine.caches.peek(call.info.storage, key);
  return entry?.revision === revision ? entry : undefined;
};

/** Every item in the version of the request. */
export function* list(engine: Engine, call: Call, charactersMax?: number): Task<Result<Answer>> {
  const answer = yield* found(engine, call, charactersMax);
  if (!answer.ok || answer.value.type !== 'list') return answer;
  const shown = yield* present(engine, call.info, answer.value.items);
  return shown.ok ? answer : shown;
}
/** `charactersMax`: a page ends there too. */
function* found(engine: Engine, call: Call, charactersMax = Number.POSITIVE_INFINITY): Task<Result<Answer>> {
  const { info, request } = call;
  const { options } = request;
  const selection = selectionOf(info, request.namespace, '', options);
  if (!selection.ok) return selection;
  const refusal = listRefusal(options);
  if (refusal !== undefined) return refusal;
  const { group, resource } = info.storage;
  const prefix = storagePrefix(group, resource, selection.value.namespace || undefined);
  const given = revisionOf(options.resourceVersion);
  if (typeof given === 'object') return given;
  // Whoever takes what the cache has takes all of it (cacher.go computeListLimit).
  const wanted = given === 0 && !options.continue ? 0 : (options.limit ?? 0);
  const limits = { items: wanted > 0 ? wanted : Number.POSITIVE_INFINITY, characters: charactersMax };
  let start = prefix;
  if (options.continue) {
    const position = positionOf(options.continue, prefix);
    if (!position.ok) return position;
    const { revision } = position.value;
    start = position.value.start;
    if (revision !== AT_THE_NEWEST) {
      const tree = yield* treeAt(engine, call, prefix, revision);
      if (tree.ok) return ok(page(engine, call, selection.value, tree.value, revision, prefix, start, limits));
      if (tree.fault.reason !== 'Expired') return tree;
      return refuse(continueExpired(tokenOf({ revision: AT_THE_NEWEST, start }, prefix)));
    }
  } else if (options.resourceVersionMatch === 'Exact' && given !== undefined) {
    const tree = yield* treeAt(engine, call, prefix, given);
    if (!tree.ok) return tree.fault.reason === 'Expired' ? refuse(expiredBecause(TOO_OLD)) : tree;
    return ok(page(engine, call, selection.value, tree.value, given, prefix, prefix, limits));
  }
  const cache = yield* given === undefined || options.continue
    ? engine.caches.newest(info.storage, call.deadline)
    : notOlderThan(engine, call, given);
  if (!cache.ok) return cache;
  const { node } = selection.value;
  const { revision } = cache.value;
  if (node !== '' && limits.items === Number.POSITIVE_INFINITY && start === prefix) {
    const items = [...cache.value.onNode(node)].filter((entry) => chosen(selection.value, entry));
    return ok({ type: 'list', items: items.sort((a, b) => (a.key < b.key ? -1 : 1)), revision });
  }
  return ok(page(engine, call, selection.value, cache.value, revision, prefix, start, limits));
}
const TOO_OLD = 'The resourceVersion for the provided list is too old.';

/** Within the prefix already. */
const chosen = (selection: Selection, entry: Entry): boolean =>
  (selection.name === '' || selection.name === entry.name) &&
  (selection.namespace === '' || selection.namespace === entry.namespace) &&
  (selection.all || selection.matches(entry));

interface Limits {
  readonly items: number;
  readonly characters: number;
}
function page(
  engine: Engine,
  call: Call,
  selection: Selection,
  from: Tree | WatchCache,
  revision: number,
  prefix: string,
  start: string,
  limits: Limits,
): Answer {
  const items: Entry[] = [];
  let characters = 0;
  let more = false;
  let left = 0;
  const counts = selection.all && selection.name === '' && limits.items !== Number.POSITIVE_INFINITY;
  const visit = (entry: Entry): boolean => {
    if (!chosen(selection, entry)) return true;
    if (
      items.length < limits.items &&
      (items.length === 0 || characters + entry.text.length <= limits.characters) &&
      !more
    ) {
      items.push(entry);
      characters += entry.text.length;
      return true;
    }
    more = true;
    left++;
    return counts;
  };
  if ('snapshot' in from) from.scan(start, prefixEnd(prefix), visit);
  else scan(from, start, prefixEnd(prefix), visit);
  const last = items.at(-1);
  if (!more || last === undefined) return { type: 'list', items, revision };
  const { group, resource } = call.info.storage;
  engine.snapshots.keep(resourceStream(group, resource), revision, () => ('snapshot' in from ? from.snapshot() : from));
  const token = tokenOf({ revision, start: after(last.key) }, prefix);
  return { type: 'list', items, revision, continue: token, ...(counts ? { remaining: left } : {}) };
}

/** The state at a revision: a list's earlier page kept it, or etcd still knows. */
function* treeAt(engine: Engine, call: Call, prefix: string, revision: number): Task<Result<Tree>> {
  const { group, resource } = call.info.storage;
  const kept = engine.snapshots.find(resourceStream(group, resource), revision);
  if (kept !== undefined) return ok(kept);
  const got = yield* engine.store.range(prefix, prefixEnd(prefix), call.deadline, revision);
  if (!got.ok) {
    return got.fault.reason === 'Invalid' ? refuse(tooLarge(revision, 0)) : got;
  }
  const tree = newTree();
  for (const kv of got.value.kvs) {
    const entry = Entry.read(kv);
    if (entry) tree.set(kv.key, entry);
  }
  return ok(tree);
}

/** The cache, at least as new as this; 0: as it is. */
export function* notOlderThan(engine: Engine, call: Call, revision: number): Task<Result<WatchCache>> {
  const { storage } = call.info;
  const ready = yield* engine.caches.fresh(storage, 0, call.deadline);
  if (!ready.ok || ready.value.has(revision)) return ready;
  const deadline = Math.min(call.deadline, engine.clock.now() + AHEAD_MS);
  const newest = yield* engine.caches.newest(storage, deadline);
  if (newest.ok && newest.value.has(revision)) return newest;
  const fresh = yield* engine.caches.fresh(storage, revision, deadline);
  if (fresh.ok || fresh.fault.reason !== 'Timeout') return fresh;
  return refuse(tooLarge(revision, ready.value.revision));
}
function tooLarge(revision: number, current: number) {
  const status = timeout(`Too large resource version: ${revision}, current: ${current}`);
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return { ...status, details: { causes, retryAfterSeconds: 1 } };
}
