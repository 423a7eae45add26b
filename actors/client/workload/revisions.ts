//! The history of a workload's template, as ControllerRevisions: which is the present one, which may be forgotten.
import { type Fault, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import { CONTROLLER_REVISIONS, type Resource } from '../../api/resource.ts';
import { selectorOf } from '../../api/selector.ts';
import type { Draft, KubeObject, LabelSelector } from '../../api/types/meta.ts';
import type { PodTemplateSpec } from '../../api/types/pod.ts';
import type { ControllerRevision } from '../../api/types/workload.ts';
import { controllerRef } from '../owners.ts';
import type { ControllerIo } from '../protocol.ts';
import { claim } from './claim.ts';
import { hashOf } from './hash.ts';

/** What has such a history. */
export interface Versioned extends KubeObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly revisionHistoryLimit: number;
  };
  readonly status: { readonly collisionCount?: number };
}
export interface History {
  readonly current: ControllerRevision;
  /** All others, the lowest first. */
  readonly old: readonly ControllerRevision[];
  /** Names that were taken by something else. */
  readonly collisions: number;
}

/** The label of pods, and of a DaemonSet's revisions. */
export const REVISION_HASH = 'controller-revision-hash';
const NAME_MAX = 223;

export const templateOf = (revision: ControllerRevision): PodTemplateSpec | undefined => {
  if (revision.data === undefined) return undefined;
  const { $patch: _, ...template } = revision.data.spec.template;
  return template;
};
const dataOf = (template: PodTemplateSpec): NonNullable<ControllerRevision['data']> => ({
  spec: { template: { ...template, $patch: 'replace' } },
});
const byRevision = (a: ControllerRevision, b: ControllerRevision): number =>
  a.revision - b.revision || (a.metadata.name < b.metadata.name ? -1 : 1);

/** What to do so that the present template has the highest number. */
export type Step =
  | { readonly type: 'keep'; readonly current: ControllerRevision }
  | { readonly type: 'raise'; readonly current: ControllerRevision; readonly revision: number }
  | { readonly type: 'create'; readonly revision: number };
export function nextStep(template: PodTemplateSpec, revisions: readonly ControllerRevision[]): Step {
  const sorted = [...revisions].sort(byRevision);
  const data = dataOf(template);
  const current = sorted.findLast((revision) => equal(revision.data, data));
  const highest = sorted.at(-1);
  if (current === undefined) return { type: 'create', revision: (highest?.revision ?? 0) + 1 };
  if (current === highest) return { type: 'keep', current };
  return { type: 'raise', current, revision: (highest?.revision ?? 0) + 1 };
}
/** The lowest beyond the limit, of those that nothing has any more. */
export function surplusRevisions(
  { spec }: Versioned,
  old: readonly ControllerRevision[],
  lives: (revision: ControllerRevision) => boolean,
): readonly ControllerRevision[] {
  const dead = old.filter((revision) => !lives(revision));
  return dead.slice(0, Math.max(0, dead.length - spec.revisionHistoryLimit));
}

/** `hashLabel`: on the revision itself. */
export function* ensureHistory<T extends Versioned>(
  owner: T,
  resource: Resource<T>,
  hashLabel: string,
  io: ControllerIo,
): Task<Result<History>> {
  const claiming = {
    owner,
    ownerResource: resource,
    resource: CONTROLLER_REVISIONS,
    selector: selectorOf(owner.spec.selector),
  };
  const claimed = yield* claim(claiming, io);
  if (!claimed.ok) return claimed;
  const collisions = owner.status?.collisionCount ?? 0;
  const step = nextStep(owner.spec.template, claimed.value);
  const history = (current: ControllerRevision, count = collisions): Result<History> => {
    const old = claimed.value.filter(({ metadata }) => metadata.uid !== current.metadata.uid).sort(byRevision);
    return ok({ current, old, collisions: count });
  };
  switch (step.type) {
    case 'keep':
      return history(step.current);
    case 'raise': {
      const raised = yield* io.client.update(CONTROLLER_REVISIONS, { ...step.current, revision: step.revision });
      return raised.ok ? history(raised.value) : raised;
    }
    case 'create': {
      const made = yield* create(owner, step.revision, hashLabel, collisions, io);
      return made.ok ? history(made.value.revision, made.value.collisions) : made;
    }
  }
}

interface Created {
  readonly revision: ControllerRevision;
  readonly collisions: number;
}
/** A name that something else has gives another hash. */
function* create(
  owner: Versioned,
  number: number,
  hashLabel: string,
  before: number,
  io: ControllerIo,
): Task<Result<Created>> {
  const { namespace = '' } = owner.metadata;
  for (let collisions = before; ; collisions++) {
    const draft = revisionOf(owner, number, hashLabel, collisions);
    const made = yield* io.client.create(CONTROLLER_REVISIONS, namespace, draft);
    if (made.ok) return ok({ revision: made.value, collisions });
    if (made.fault.reason !== 'AlreadyExists') return made;
    const taken = yield* io.client.get(CONTROLLER_REVISIONS, namespace, draft.metadata.name ?? '');
    if (!taken.ok) return taken;
    if (equal(taken.value.data, draft.data)) return ok({ revision: taken.value, collisions });
  }
}
function revisionOf(
  owner: Versioned,
  revision: number,
  hashLabel: string,
  collisions: number,
): Draft<ControllerRevision> {
  const { name, annotations } = owner.metadata;
  const data = dataOf(owner.spec.template);
  const hash = hashOf(data, collisions);
  return {
    metadata: {
      name: `${name.slice(0, NAME_MAX)}-${hash}`,
      labels: { ...owner.spec.template.metadata?.labels, [hashLabel]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerRef(owner)],
    },
    data,
    revision,
  };
}

export function* forget(revisions: readonly ControllerRevision[], io: ControllerIo): Task<Fault | undefined> {
  for (const { metadata } of revisions) {
    const gone = yield* io.client.delete(CONTROLLER_REVISIONS, metadata.namespace ?? '', metadata.name);
    if (!gone.ok && gone.fault.reason !== 'NotFound') return gone.fault;
  }
  return undefined;
}
