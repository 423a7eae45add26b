//! What a StatefulSet should do: its pods come in order and go in reverse, one at a time unless it says otherwise.
import { resolve } from '../../api/intstr.ts';
import { equal } from '../../api/json.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';
import type { StatefulSet } from '../../api/types/workload.ts';
import { isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import {
  identityLabels,
  isAvailable,
  isForeign,
  isStale,
  isUnavailable,
  ordinalOf,
  ownersOf,
  podAt,
  podName,
  revisionOf,
  startOf,
} from './pods.ts';
import type { Decision, Revisions } from './protocol.ts';

/** The claims of an ordinal that are there; undefined: some are missing. */
export type ClaimsOf = (ordinal: number) => {
  readonly there: readonly PersistentVolumeClaim[];
  readonly missing: boolean;
};

/** `pods`: those that it has claimed. In the order in which it is to be done; the first fault ends it. */
export function plan(
  set: StatefulSet,
  revisions: Revisions,
  pods: readonly Pod[],
  claimsOf: ClaimsOf,
  now: number,
): readonly Decision[] {
  if (set.metadata.deletionTimestamp !== undefined) return [];
  const step = new Step(set, revisions, pods, claimsOf, now);
  // Scaling comes before updates.
  if (step.fill() && step.shrink()) step.update();
  return step.decisions;
}

class Step {
  readonly decisions: Decision[] = [];
  readonly #set: StatefulSet;
  readonly #revisions: Revisions;
  readonly #claimsOf: ClaimsOf;
  readonly #now: number;
  /** By ordinal, from the first. */
  readonly #replicas: (Pod | undefined)[];
  /** The highest ordinal first. */
  readonly #condemned: readonly Pod[];
  /** One thing after the other, each when what came before is available. */
  readonly #ordered: boolean;
  constructor(set: StatefulSet, revisions: Revisions, pods: readonly Pod[], claimsOf: ClaimsOf, now: number) {
    this.#set = set;
    this.#revisions = revisions;
    this.#claimsOf = claimsOf;
    this.#now = now;
    this.#ordered = set.spec.podManagementPolicy !== 'Parallel';
    const [first, count] = [startOf(set), set.spec.replicas];
    this.#replicas = Array.from({ length: count }, () => undefined);
    const condemned: [number, Pod][] = [];
    for (const pod of pods) {
      const ordinal = ordinalOf(set, pod);
      if (ordinal === undefined) continue;
      if (ordinal >= first && ordinal < first + count) this.#replicas[ordinal - first] = pod;
      else condemned.push([ordinal, pod]);
    }
    this.#condemned = condemned.sort(([a], [b]) => b - a).map(([, pod]) => pod);
  }

  /** False: nothing more may be done now. */
  fill(): boolean {
    for (const [i, pod] of this.#replicas.entries()) {
      const goesOn = this.#replica(startOf(this.#set) + i, pod);
      if (!goesOn && this.#ordered) return false;
    }
    return true;
  }
  #replica(ordinal: number, pod: Pod | undefined): boolean {
    if (pod === undefined) return this.#create(ordinal);
    if (isTerminal(pod)) {
      // Another is made when it is gone, however it has ended.
      if (!isTerminating(pod)) this.decisions.push({ type: 'pod.delete', pod });
      return false;
    }
    if (pod.status.phase === 'Pending' && this.#claimsOf(ordinal).missing)
      this.decisions.push({ type: 'claims.create', ordinal, pod: pod.metadata.name });
    if (this.#ordered && isUnavailable(this.#set, pod, this.#now)) return false;
    const labels = identityLabels(this.#set, ordinal);
    if (!equal({ ...pod.metadata.labels, ...labels }, pod.metadata.labels))
      this.decisions.push({ type: 'pod.mark', pod, labels });
    this.#retain(ordinal, pod, false);
    return true;
  }
  #create(ordinal: number): boolean {
    const { there } = this.#claimsOf(ordinal);
    if (there.some((claim) => isStale(claim, podName(this.#set, ordinal)))) return false;
    const { name, template } = this.#needsCurrent(ordinal) ? this.#revisions.current : this.#revisions.update;
    this.decisions.push({ type: 'pod.create', pod: podAt(this.#set, ordinal, name, template), ordinal });
    return false;
  }
  /** During a rollout, what it has not reached comes back as it was. */
  #needsCurrent(ordinal: number): boolean {
    const { spec, status } = this.#set;
    if (spec.updateStrategy.type !== 'RollingUpdate') return false;
    const rolling = spec.updateStrategy.rollingUpdate;
    const below = rolling === undefined ? (status.currentReplicas ?? 0) : (rolling.partition ?? 0);
    return ordinal < startOf(this.#set) + below;
  }
  #retain(ordinal: number, pod: Pod, condemned: boolean): void {
    for (const claim of this.#claimsOf(ordinal).there) {
      const { metadata } = claim;
      const wanted = ownersOf(this.#set, claim, pod, condemned);
      if (equal(metadata.ownerReferences ?? [], wanted)) continue;
      if (isForeign(this.#set, claim, pod)) this.decisions.push({ type: 'claim.foreign', claim });
      else
        this.decisions.push({
          type: 'claim.own',
          claim: { ...claim, metadata: { ...metadata, ownerReferences: wanted } },
          pod: pod.metadata.name,
        });
    }
  }

  shrink(): boolean {
    const [set, now] = [this.#set, this.#now];
    for (const pod of this.#condemned) this.#retain(ordinalOf(set, pod) ?? 0, pod, true);
    const all = [...this.#replicas, ...[...this.#condemned].reverse()];
    const firstUnhealthy = all.find((pod) => isUnavailable(set, pod, now));
    for (const pod of this.#condemned) {
      if (isTerminating(pod)) {
        if (this.#ordered) return false;
        continue;
      }
      if (this.#ordered && !isAvailable(set, pod, now) && pod !== firstUnhealthy) return false;
      this.decisions.push({ type: 'pod.delete', pod });
      if (this.#ordered) return false;
    }
    return true;
  }

  /** Old pods go, the highest ordinal first, as far as enough stay available. */
  update(): void {
    const [set, now] = [this.#set, this.#now];
    const { type, rollingUpdate } = set.spec.updateStrategy;
    if (type !== 'RollingUpdate') return;
    const from = rollingUpdate?.partition ?? 0;
    const most = Math.max(1, resolve(rollingUpdate?.maxUnavailable ?? 1, set.spec.replicas, 'down') ?? 1);
    const isOld = (pod: Pod): boolean => revisionOf(pod) !== this.#revisions.update.name && !isTerminating(pod);
    const unavailable = this.#replicas.filter((pod) => isUnavailable(set, pod, now)).length;
    const old = this.#replicas
      .slice(from)
      .reverse()
      .filter((pod): pod is Pod => pod !== undefined && !isTerminal(pod) && isOld(pod));
    // What is not available anyway is no loss; in order it is waited for.
    const lost = this.#ordered ? [] : old.filter((pod) => !isAvailable(set, pod, now));
    const rest = old.filter((pod) => !lost.includes(pod));
    const go = [...lost, ...rest.slice(0, Math.max(0, most - unavailable))];
    this.decisions.push(...go.map((pod): Decision => ({ type: 'pod.delete', pod })));
  }
}
