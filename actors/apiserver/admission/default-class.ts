//! Which class is the default: of storage, of Ingresses.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Stored } from '../storage/streams.ts';
import type { Engine } from '../verbs/engine.ts';

/** Its name; of several the newest, then the first by name. */
export function* theDefault(
  engine: Engine,
  storage: Stored,
  annotations: readonly string[],
  deadline: number,
): Task<Result<string | undefined>> {
  const cache = yield* engine.caches.fresh(storage, 0, deadline);
  if (!cache.ok) return cache;
  const [first] = [...cache.value.all()]
    .map(({ object }) => object)
    .filter(({ metadata }) => annotations.some((key) => metadata.annotations?.[key] === 'true'))
    .sort((a, b) => newer(a, b) || (a.metadata.name < b.metadata.name ? -1 : 1));
  return ok(first?.metadata.name);
}
const newer = ({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number =>
  a.creationTimestamp === b.creationTimestamp ? 0 : (a.creationTimestamp ?? '') > (b.creationTimestamp ?? '') ? -1 : 1;
