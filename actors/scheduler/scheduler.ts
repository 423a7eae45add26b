//! The scheduler's knowledge and its decisions, as a plain class: changes go in, one decision a cycle comes out.
//! It writes nothing: index.ts does, and tells how it went.
import type { Random } from '../../runtime/ports.ts';
import { equal } from '../api/json.ts';
import { keyOf } from '../api/resource.ts';
import type { Namespace, Node } from '../api/types/cluster.ts';
import type { Pod } from '../api/types/pod.ts';
import type { CacheChange } from '../client/protocol.ts';
import { isTerminal, isTerminating } from '../client/workload/pod-state.ts';
import { nodeResourcesFit } from './filter/node-resources-fit.ts';
import { choose, type Refusals } from './logic.ts';
import { NodeTable } from './node-table.ts';
import { factsOf, type PodFacts } from './pod-facts.ts';
import { SchedulingQueue } from './queue.ts';

export type Decision =
  | { readonly type: 'assigned'; readonly pod: PodFacts; readonly node: string; readonly attempts: number }
  | { readonly type: 'refused'; readonly pod: PodFacts; readonly refusals: Refusals };

export class Scheduler {
  readonly table = new NodeTable();
  readonly queue = new SchedulingQueue();
  readonly #name: string;
  readonly #random: Random;
  /** Where the next cycle begins to ask: every node gets its turn although only a sample is asked. */
  #start = 0;

  constructor(name: string, random: Random) {
    this.#name = name;
    this.#random = random;
  }

  nodeChanged(change: CacheChange<Node>, now: number): void {
    if (change.type === 'deleted') return this.table.removeNode(change.object.metadata.name);
    const { object } = change;
    if (change.type === 'added') {
      this.table.setNode(object);
      return this.queue.wake('all', now);
    }
    const filters = filtersConcerned(change.old, object);
    if (filters.length === 0) return; // a heartbeat
    this.table.setNode(object);
    this.queue.wake(filters, now);
  }

  namespaceChanged({ type, object }: CacheChange<Namespace>, now: number): void {
    const { name, labels = {} } = object.metadata;
    if (type === 'deleted') this.table.namespaces.delete(name);
    else this.table.namespaces.set(name, labels);
    this.queue.wake(['InterPodAffinity'], now);
  }

  podChanged(change: CacheChange<Pod>, now: number): void {
    const { object: pod } = change;
    const key = keyOf(pod);
    if (change.type === 'deleted' || isTerminal(pod)) return this.#gone(key, now);
    if (pod.spec.nodeName) {
      this.queue.remove(key);
      this.table.place(factsOf(pod), pod.spec.nodeName);
      return this.queue.wake(COMPANY, now);
    }
    if (this.table.isAssumed(key)) return;
    if (pod.spec.schedulerName !== this.#name || isTerminating(pod) || isGated(pod)) return this.queue.remove(key);
    const known = this.queue.get(key);
    // Our own word on its status is no news.
    if (known !== undefined && sameWish(known.pod, pod)) return this.queue.refresh({ ...known, pod });
    this.queue.add(factsOf(pod), now);
  }

  /** Takes the pod whose turn it is. Undefined: none waits. */
  cycle(now: number): Decision | undefined {
    const entry = this.queue.pop(now);
    if (entry === undefined) return undefined;
    const pod = entry.facts;
    const choice = choose(pod, this.table, this.#random, this.#start);
    if (!choice.fits) {
      this.queue.park(entry, choice.refusals.filters, now);
      return { type: 'refused', pod, refusals: choice.refusals };
    }
    this.#start = (this.#start + choice.asked) % this.table.nodes.length;
    this.queue.remove(pod.key);
    this.table.assume(pod, choice.node.name);
    return { type: 'assigned', pod, node: choice.node.name, attempts: entry.attempts };
  }

  /** The binding did not happen. `again`: the pod still needs a node, as far as we know. */
  unbound({ pod, attempts }: Decision & { type: 'assigned' }, again: boolean, now: number): void {
    if (!this.table.isAssumed(pod.key)) return; // seen bound or deleted meanwhile
    this.table.forget(pod.key);
    if (again) this.queue.retry(pod, attempts, now);
  }

  #gone(key: string, now: number): void {
    this.queue.remove(key);
    const node = this.table.remove(key);
    if (node?.node === undefined) return;
    this.queue.wake(COMPANY, now);
    // Only a pod that the room on this node helps is worth another try.
    this.queue.wake(
      ['NodeResourcesFit', 'NodePorts'],
      now,
      (facts) => nodeResourcesFit.prepare(facts, this.table)?.(node) === undefined,
    );
  }
}

/** Filters that look at other pods: who comes, changes or goes may make the difference. */
const COMPANY = ['InterPodAffinity', 'PodTopologySpread'];

export const isGated = (pod: Pod): boolean => (pod.spec.schedulingGates?.length ?? 0) > 0;
const sameWish = (a: Pod, b: Pod): boolean =>
  a === b ||
  (a.metadata.uid === b.metadata.uid && equal(a.spec, b.spec) && equal(a.metadata.labels, b.metadata.labels));

/** Which filters may answer otherwise after this change of a node; none after a heartbeat. */
export function filtersConcerned(old: Node, node: Node): readonly string[] {
  const filters: string[] = [];
  if (old.spec?.unschedulable !== node.spec?.unschedulable) filters.push('NodeUnschedulable');
  if (!equal(old.spec?.taints, node.spec?.taints)) filters.push('TaintToleration');
  if (!equal(old.metadata.labels, node.metadata.labels))
    filters.push('NodeAffinity', 'InterPodAffinity', 'PodTopologySpread');
  if (!equal(old.status?.allocatable, node.status?.allocatable)) filters.push('NodeResourcesFit');
  return filters;
}
