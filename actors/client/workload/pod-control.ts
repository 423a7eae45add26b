//! Pods made and deleted on behalf of their controller, and told as its Events.
import type { Fault } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import { PODS } from '../../api/resource.ts';
import type { Draft, KubeObject, ObjectMeta } from '../../api/types/meta.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/pod.ts';
import { controllerRef } from '../owners.ts';
import type { ControllerIo } from '../protocol.ts';
import { namespaceTerminating } from './namespace-terminating.ts';

/** Of a template. `named`: a name, or another beginning of one than its owner's name. */
export function podOf(
  owner: KubeObject,
  { metadata = {}, spec }: PodTemplateSpec,
  named: Pick<Partial<ObjectMeta>, 'name' | 'generateName'> = { generateName: `${owner.metadata.name}-` },
): Draft<Pod> {
  return {
    metadata: {
      ...named,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerRef(owner)],
    },
    spec,
  };
}

/** 1, 2, 4 ...: if the first fails the others would too. */
export function slowStart(count: number): readonly number[] {
  const batches: number[] = [];
  for (let left = count, size = 1; left > 0; left -= size, size = Math.min(2 * size, left)) batches.push(size);
  return batches;
}
/** The first fault, or undefined when all went well, or nothing can be made there any more. */
export function* createPods(
  owner: KubeObject,
  drafts: readonly Draft<Pod>[],
  io: ControllerIo,
): Task<Fault | undefined> {
  const { namespace = '' } = owner.metadata;
  let from = 0;
  for (const size of slowStart(drafts.length)) {
    const batch = drafts.slice(from, from + size);
    from += size;
    const results = yield* all(batch.map((draft) => io.client.create(PODS, namespace, draft)));
    let fault: Fault | undefined;
    for (const result of results) {
      if (result.ok) io.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${result.value.metadata.name}`);
      else if (!namespaceTerminating(result.fault)) {
        io.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${result.fault.message}`);
        fault ??= result.fault;
      } else return undefined;
    }
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export function* deletePods(owner: KubeObject, pods: readonly Pod[], io: ControllerIo): Task<Fault | undefined> {
  const { namespace = '' } = owner.metadata;
  const results = yield* all(
    pods.map(({ metadata }) =>
      io.client.delete(PODS, namespace, metadata.name, { preconditions: { uid: metadata.uid } }),
    ),
  );
  let fault: Fault | undefined;
  for (const [i, result] of results.entries()) {
    const { name } = pods[i]!.metadata;
    if (result.ok) io.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    else if (result.fault.reason !== 'NotFound') {
      io.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${result.fault.message}`);
      fault ??= result.fault;
    }
  }
  return fault;
}
