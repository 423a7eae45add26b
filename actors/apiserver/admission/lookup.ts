//! One object that a decision depends on: from a cache when it is there, else from etcd.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { Entry } from '../cache/entry.ts';
import { storageKey } from '../protocol.ts';
import type { Stored } from '../storage/streams.ts';
import { type Engine, spoiled } from '../verbs/engine.ts';

export function* lookup<T extends KubeObject>(
  engine: Engine,
  storage: Stored,
  namespace: string,
  name: string,
  deadline: number,
): Task<Result<T | undefined>> {
  const key = storageKey(storage.group, storage.resource, namespace, name);
  const cached = engine.caches.peek(storage, key);
  if (cached !== undefined) return ok(cached.object as T);
  const got = yield* engine.store.get(key, deadline);
  if (!got.ok) return got;
  const entry = got.value && Entry.read(got.value);
  return got.value && entry === undefined ? spoiled(key) : ok(entry?.object as T | undefined);
}
export const stored = (group: string, version: string, resource: string): Stored => ({ group, version, resource });
export const NAMESPACES = stored('', 'v1', 'namespaces');
export const SERVICE_ACCOUNTS = stored('', 'v1', 'serviceaccounts');
export const PRIORITY_CLASSES = stored('scheduling.k8s.io', 'v1', 'priorityclasses');
