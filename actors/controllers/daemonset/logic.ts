//! What a DaemonSet should do: one pod on each node that shall have one, none on others.
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { DaemonSet, DaemonSetStatus } from '../../api/types/workload.ts';
import { availableAt, isReady, isTerminating } from '../../client/workload/pod-state.ts';
import { eligible } from './eligible.ts';
import { byNode, isUpdated, oldestFirst } from './pods.ts';
import { BACKOFF_LEAST_MS, BACKOFF_MOST_MS, type Backoff, BURST_MAX, type Plan, type Told } from './protocol.ts';
import { limitsOf, rollingStep } from './rolling.ts';

/** `pods`: all that it has claimed. `backoffs`: by node. A rollout goes on when everything is in its place. */
export function plan(
  set: DaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  hash: string,
  backoffs: ReadonlyMap<string, Backoff>,
  now: number,
): Plan {
  const placed = byNode(pods);
  const placing = new Placing(set, hash, backoffs, now);
  for (const node of nodes) placing.look(node, placed.get(node.metadata.name));
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  // Meant for a node that is no more: nobody else will ever delete it.
  for (const [name, there] of placed)
    if (!known.has(name)) placing.remove.push(...there.filter(({ spec }) => !spec.nodeName));
  const managed = placing.plan();
  const settled = managed.create.length + managed.remove.length === 0;
  if (!settled || set.spec.updateStrategy.type !== 'RollingUpdate') return managed;
  const { create, remove } = rollingStep(set, nodes, placed, hash, now);
  return { ...managed, create: create.slice(0, BURST_MAX), remove: remove.slice(0, BURST_MAX) };
}

class Placing {
  readonly remove: Pod[] = [];
  readonly #set: DaemonSet;
  readonly #hash: string;
  readonly #backoffs: ReadonlyMap<string, Backoff>;
  readonly #now: number;
  readonly #surges: boolean;
  readonly #create: string[] = [];
  readonly #told: Told[] = [];
  readonly #failed: string[] = [];
  #afterMs: number | undefined;
  constructor(set: DaemonSet, hash: string, backoffs: ReadonlyMap<string, Backoff>, now: number) {
    this.#set = set;
    this.#hash = hash;
    this.#backoffs = backoffs;
    this.#now = now;
    this.#surges = set.spec.updateStrategy.type === 'RollingUpdate' && limitsOf(set, 1).maxSurge > 0;
  }
  plan(): Plan {
    return {
      create: this.#create.slice(0, BURST_MAX),
      remove: this.remove.slice(0, BURST_MAX),
      told: this.#told,
      failed: this.#failed,
      afterMs: this.#afterMs,
    };
  }

  look(node: Node, pods: readonly Pod[] | undefined): void {
    const { shouldRun, continues } = eligible(this.#set, node);
    const { name } = node.metadata;
    if (shouldRun && pods === undefined) this.#create.push(name);
    if (pods === undefined) return;
    const living = pods.filter((pod) => !isTerminating(pod));
    if (!continues) this.remove.push(...living);
    else this.#excess(living.filter((pod) => !this.#ended(name, pod)));
  }
  /** What has ended is deleted, so that another can be made. */
  #ended(node: string, pod: Pod): boolean {
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (pod.status.phase === 'Succeeded') {
      const message = `Found succeeded daemon pod ${name} on node ${node}, will try to delete it`;
      this.#told.push({ type: 'Normal', reason: 'SucceededDaemonPod', message });
      this.remove.push(pod);
      return true;
    }
    if (pod.status.phase !== 'Failed') return false;
    const backoff = this.#backoffs.get(node);
    const waitMs = backoff === undefined ? 0 : backoff.at + backoff.waitMs - this.#now;
    if (waitMs > 0) {
      this.#afterMs = Math.min(waitMs, this.#afterMs ?? waitMs);
      return true;
    }
    const message = `Found failed daemon pod ${name} on node ${node}, will try to kill it`;
    this.#told.push({ type: 'Warning', reason: 'FailedDaemonPod', message });
    this.#failed.push(node);
    this.remove.push(pod);
    return true;
  }
  #excess(pods: readonly Pod[]): void {
    if (pods.length <= 1) return;
    const sorted = oldestFirst(pods);
    if (!this.#surges) {
      this.remove.push(...sorted.slice(1));
      return;
    }
    // While it surges: an old one that is ready, and a new one that is not available yet.
    const fresh = sorted.filter((pod) => isUpdated(this.#set, pod, this.#hash));
    const old = sorted.filter((pod) => !fresh.includes(pod));
    this.remove.push(...fresh.slice(1), ...old.slice(1));
    const [first, before] = [fresh[0], old[0]];
    if (first !== undefined && before !== undefined && (!isReady(before) || isAvailable(this.#set, first, this.#now)))
      this.remove.push(before);
  }
}
const isAvailable = ({ spec }: DaemonSet, pod: Pod, now: number): boolean =>
  (availableAt(pod, spec.minReadySeconds ?? 0) ?? Number.POSITIVE_INFINITY) <= now;

export function longer(before: Backoff | undefined, now: number): Backoff {
  const forgotten = before === undefined || now - before.at > 2 * BACKOFF_MOST_MS;
  return { waitMs: forgotten ? BACKOFF_LEAST_MS : Math.min(2 * before.waitMs, BACKOFF_MOST_MS), at: now };
}

/** `collisions`: of the names of its revisions. */
export function statusOf(
  set: DaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  hash: string,
  collisions: number,
  now: number,
): DaemonSetStatus {
  const placed = byNode(pods);
  let [desired, current, misscheduled, ready, available, updated] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const [first] = oldestFirst(placed.get(node.metadata.name) ?? []);
    if (!eligible(set, node).shouldRun) {
      if (first !== undefined) misscheduled++;
      continue;
    }
    desired++;
    if (first === undefined) continue;
    current++;
    if (isReady(first)) ready++;
    if (isAvailable(set, first, now)) available++;
    if (isUpdated(set, first, hash)) updated++;
  }
  return {
    ...(collisions === 0 ? {} : { collisionCount: collisions }),
    currentNumberScheduled: current,
    desiredNumberScheduled: desired,
    numberMisscheduled: misscheduled,
    numberReady: ready,
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(desired === available ? {} : { numberUnavailable: desired - available }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}
/** When the next ready pod becomes available by mere passing of time. */
export function nextAvailableMs({ spec }: DaemonSet, pods: readonly Pod[], now: number): number | undefined {
  const times = pods.map((pod) => (availableAt(pod, spec.minReadySeconds ?? 0) ?? 0) - now).filter((ms) => ms > 0);
  return times.length === 0 ? undefined : Math.min(...times);
}
