//! The quotas of a namespace, read and written.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import { prefixEnd } from '../../../etcd/protocol.ts';
import { Entry } from '../../cache/entry.ts';
import { storagePrefix } from '../../protocol.ts';
import { putOf } from '../../storage/streams.ts';
import type { Engine } from '../../verbs/engine.ts';
import { stored } from '../lookup.ts';

export const RESOURCE_QUOTAS = stored('', 'v1', 'resourcequotas');

/** From the cache, or as etcd has them now. */
export function* quotasOf(
  engine: Engine,
  namespace: string,
  deadline: number,
  newest: boolean,
): Task<Result<readonly Entry[]>> {
  if (!newest) {
    const cache = yield* engine.caches.fresh(RESOURCE_QUOTAS, 0, deadline);
    return cache.ok ? ok([...cache.value.all(namespace)]) : cache;
  }
  const prefix = storagePrefix(RESOURCE_QUOTAS.group, RESOURCE_QUOTAS.resource, namespace);
  const read = yield* engine.store.range(prefix, prefixEnd(prefix), deadline);
  if (!read.ok) return read;
  return ok(read.value.kvs.flatMap((kv) => Entry.read(kv) ?? []));
}
/** All of them or, when one has changed meanwhile, none: false. */
export function* write(
  engine: Engine,
  id: string,
  changes: readonly (readonly [Entry, KubeObject])[],
  deadline: number,
): Task<Result<boolean>> {
  const done = yield* engine.store.txn(
    {
      id,
      compare: changes.map(([{ key, revision }]) => ({ key, target: 'mod', op: '=', value: revision })),
      // biome-ignore lint/suspicious/noThenProperty: etcd's word
      then: changes.map(([, object]) => putOf(engine.cluster, RESOURCE_QUOTAS, object)),
      else: [],
    },
    deadline,
  );
  return done.ok ? ok(done.value.succeeded) : done;
}
