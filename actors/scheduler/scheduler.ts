//! The scheduler's knowledge and its decisions, as a plain class: changes go in, one decision a cycle comes out.
//! It writes nothing: index.ts does, and tells how it went.
import type { Random } from '../../runtime/ports.ts';
import type { Task } from '../../runtime/task.ts';
import { equal } from '../api/json.ts';
import { keyOf } from '../api/resource.ts';
import type { Namespace, Node } from '../api/types/cluster.ts';
import type { Pod } from '../api/types/pod.ts';
import type { CacheChange } from '../client/protocol.ts';
import { isTerminal, isTerminating } from '../client/workload/pod-state.ts';
import type { Cluster } from './cluster.ts';
import { ClassCache } from './framework/class-cache.ts';
import { type ClusterEvent, nodeEvents, podEvents } from './framework/event.ts';
import { pickBest } from './framework/pick.ts';
import type { Placement, Refusal } from './framework/plugin.ts';
import type { Profile } from './framework/profile.ts';
import { type Found, Run } from './framework/run.ts';
import { factsOf, type PodFacts } from './pod-facts.ts';
import type { Candidate } from './preemption/victims.ts';
import { type Entry, SchedulingQueue } from './queue.ts';
import { NO_NODES, refusalMessage } from './refusal-message.ts';

export interface Assigned extends Placement {
  readonly type: 'assigned';
  readonly profile: Profile;
  readonly entry: Entry;
  /** Permit plugins that hold it, with how long at most. */
  readonly holds: ReadonlyMap<string, number>;
}
export interface Refused {
  readonly type: 'refused';
  readonly profile: Profile;
  readonly pod: PodFacts;
  readonly message: string;
  /** A node that will have room; '': no longer any; undefined: as it was. */
  readonly nominated?: string;
  readonly victims: readonly PodFacts[];
  /** Nodes where preemption would do. */
  readonly candidates: readonly Candidate[];
  /** What PostFilter plugins want written. */
  readonly writes?: readonly Task<unknown>[];
}
export type Decision = Assigned | Refused;

export interface SchedulerParts {
  readonly cluster: Cluster;
  readonly profiles: readonly Profile[];
  readonly random: Random;
  readonly queue: ConstructorParameters<typeof SchedulingQueue>[0];
}
/** A cycle that has found nodes: what is asked of others (extenders) comes between this and `decide`. */
export interface Begun {
  readonly entry: Entry;
  readonly profile: Profile;
  readonly run: Run;
  readonly found: Found;
}

export class Scheduler {
  readonly cluster: Cluster;
  readonly queue: SchedulingQueue;
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #classes: ReadonlyMap<Profile, ClassCache>;
  readonly #random: Random;
  /** Where the next cycle begins to ask: every node gets its turn although only a sample is asked. */
  #start = 0;

  constructor({ cluster, profiles, random, queue }: SchedulerParts) {
    this.cluster = cluster;
    this.#profiles = new Map(profiles.map((profile) => [profile.name, profile]));
    this.#classes = new Map(profiles.map((profile) => [profile, new ClassCache()]));
    this.#random = random;
    this.queue = new SchedulingQueue({
      ...queue,
      sort: profiles[0]!.plugins.queueSort[0]!.plugin.queueSort!,
      gate: (pod) => this.#gate(pod),
    });
  }
  #gate(pod: PodFacts): string | undefined {
    for (const { plugin } of this.profileOf(pod.pod)?.plugins.preEnqueue ?? [])
      if (plugin.preEnqueue!(pod) !== undefined) return plugin.name;
    return undefined;
  }
  /** Undefined: the pod is another scheduler's. */
  profileOf(pod: Pod): Profile | undefined {
    return this.#profiles.get(pod.spec.schedulerName);
  }

  nodeChanged(change: CacheChange<Node>, now: number): void {
    const { object } = change;
    const { table, images } = this.cluster;
    if (change.type === 'deleted') {
      images.changed(object, undefined);
      table.removeNode(object.metadata.name);
      return this.happened({ kind: 'NodeDelete', object }, now);
    }
    const old = change.type === 'modified' ? change.old : undefined;
    images.changed(old, object);
    const events: readonly ClusterEvent[] = old === undefined ? [{ kind: 'NodeAdd', object }] : nodeEvents(old, object);
    // A heartbeat changes nothing that anybody asks: the numbers of the node stay as they are.
    if (events.length === 0 && old !== undefined && equal(old.status?.images, object.status?.images)) return;
    table.setNode(object);
    for (const event of events) this.happened(event, now);
  }
  namespaceChanged({ type, object }: CacheChange<Namespace>, now: number): void {
    const { name, labels = {} } = object.metadata;
    if (type !== 'deleted' && equal(this.cluster.table.namespaces.get(name), labels)) return;
    this.cluster.table.setNamespace(name, type === 'deleted' ? undefined : labels);
    this.happened({ kind: 'NamespaceChange', object }, now);
  }
  podChanged(change: CacheChange<Pod>, now: number): void {
    const { object: pod } = change;
    const key = keyOf(pod);
    if (change.type === 'deleted' || isTerminal(pod)) return this.#gone(key, pod, now);
    if (pod.spec.nodeName) return this.#placed(key, pod, change.type === 'modified' ? change.old : undefined, now);
    if (this.cluster.table.isAssumed(key)) return;
    if (this.profileOf(pod) === undefined || isTerminating(pod)) return this.#dropped(key);
    const known = this.queue.get(key);
    // Our own word on its status is no news.
    if (known !== undefined && sameWish(known.facts.pod, pod)) {
      if (known.facts.pod !== pod) this.queue.refresh(factsOf(pod));
    } else this.queue.add(factsOf(pod), now);
    this.#nominate(pod, change.type === 'modified' ? change.old : undefined);
  }
  /** What its status says, also by the scheduler before us; what we have decided since is not told there yet. */
  #nominate(pod: Pod, old: Pod | undefined): void {
    const node = pod.status?.nominatedNodeName;
    const before = old?.status?.nominatedNodeName;
    if (!node && before) this.cluster.nominations.delete(keyOf(pod));
    const entry = this.queue.get(keyOf(pod));
    if (node && node !== before && entry !== undefined) this.cluster.nominations.set(entry.facts, node);
  }
  #dropped(key: string): void {
    this.queue.remove(key);
    this.cluster.nominations.delete(key);
  }
  #placed(key: string, pod: Pod, old: Pod | undefined, now: number): void {
    const { table } = this.cluster;
    this.#dropped(key);
    const before = table.placed(key);
    const confirms = before !== undefined && before.facts.pod.metadata.uid === pod.metadata.uid;
    const facts = factsOf(pod);
    const smaller = confirms && shrank(before.facts, facts);
    table.place(facts, pod.spec.nodeName!);
    if (!confirms || old?.spec.nodeName === undefined)
      return this.happened({ kind: 'AssignedPodAdd', object: pod }, now);
    for (const event of podEvents(old, pod, smaller)) this.happened(event, now);
  }
  #gone(key: string, pod: Pod, now: number): void {
    // One that only waited for its room leaves that room too.
    const nominated = this.cluster.nominations.nodeOf(key);
    this.#dropped(key);
    this.cluster.preempting.delete(pod.metadata.uid);
    if (this.cluster.table.remove(key) !== undefined) this.happened({ kind: 'AssignedPodDelete', object: pod }, now);
    else if (nominated !== undefined) this.#left(pod, nominated, now);
  }
  /** Room that somebody had taken without being there yet. */
  #left(pod: Pod, nodeName: string, now: number): void {
    const object: Pod = { ...pod, spec: { ...pod.spec, nodeName } };
    this.happened({ kind: 'AssignedPodDelete', object }, now);
  }

  /** Pods that it may help come back. */
  happened(event: ClusterEvent, now: number): void {
    this.queue.wake(event.kind, now, (pod, plugin) => this.#mayHelp(pod, plugin, event));
  }
  #mayHelp(pod: PodFacts, plugin: string, event: ClusterEvent): boolean {
    const wakes = this.profileOf(pod.pod)?.wakes;
    if (wakes === undefined) return false;
    const known = wakes.get(plugin);
    // An extender, or a plugin that does not say: anything may help.
    if (known === undefined) return true;
    for (const { on, hint } of known)
      if (on.includes(event.kind) && (hint === undefined || hint(pod, event))) return true;
    return false;
  }

  /** Takes the pod whose turn it is and asks the filters. Undefined: none waits. */
  begin(now: number): Begun | undefined {
    const entry = this.queue.pop(now);
    if (entry === undefined) return undefined;
    const profile = this.profileOf(entry.facts.pod)!;
    const run = new Run(profile, this.cluster, entry.facts, this.#classes.get(profile)!);
    const nodes = this.cluster.table.nodes.length;
    const found = nodes === 0 ? NOTHING_FOUND : run.find(this.#start);
    if (nodes > 0) this.#start = (this.#start + found.asked) % nodes;
    return { entry, profile, run, found };
  }
  /** `fitting`: what extenders left; `more`: what they add to the scores. */
  decide({ entry, profile, run }: Begun, fitting: Found['fitting'], now: number, more?: readonly number[]): Decision {
    if (fitting.length === 0) return this.#refuse(entry, profile, run, now);
    let chosen = fitting[0]!;
    if (fitting.length > 1) {
      const totals = run.score(fitting);
      more?.forEach((score, i) => {
        totals[i]! += score;
      });
      chosen = fitting[pickBest(totals, this.#random)]!;
    }
    return this.#assign(entry, profile, chosen.name, now);
  }
  /** Both, when nobody else is asked. */
  cycle(now: number): Decision | undefined {
    const begun = this.begin(now);
    return begun && this.decide(begun, begun.found.fitting, now);
  }
  /** An extender failed, or a plugin: again after its back-off. */
  failed({ entry }: Begun, now: number): void {
    this.queue.retry(entry.facts, entry.attempts, now);
  }

  #assign(entry: Entry, profile: Profile, node: string, now: number): Decision {
    const placement = { pod: entry.facts, node };
    this.cluster.table.assume(entry.facts, node);
    const holds = new Map<string, number>();
    const refusal = this.#reserve(profile, placement) ?? permit(profile, placement, holds);
    if (refusal === undefined) {
      this.queue.remove(entry.facts.key);
      this.cluster.nominations.delete(entry.facts.key);
      return { type: 'assigned', profile, entry, ...placement, holds };
    }
    this.unreserve(profile, placement);
    this.cluster.table.forget(entry.facts.key);
    this.queue.park(entry, new Set([refusal.by]), now);
    const message = `0/1 nodes are available: 1 ${refusal.refusal.reasons.join(', ')}.`;
    return { type: 'refused', profile, pod: entry.facts, message, nominated: '', victims: NOBODY, candidates: NONE };
  }
  #reserve(profile: Profile, placement: Placement): By | undefined {
    for (const { plugin } of profile.plugins.reserve) {
      const refusal = plugin.reserve?.(placement);
      if (refusal !== undefined) return { refusal, by: plugin.name };
    }
    return undefined;
  }
  unreserve(profile: Profile, placement: Placement): void {
    for (const { plugin } of [...profile.plugins.reserve].reverse()) plugin.unreserve?.(placement);
  }
  #refuse(entry: Entry, profile: Profile, run: Run, now: number): Refused {
    const { facts } = entry;
    const { nominations, table } = this.cluster;
    if (table.nodes.length === 0) {
      this.queue.park(entry, NO_PLUGINS, now);
      nominations.delete(facts.key);
      return {
        type: 'refused',
        profile,
        pod: facts,
        message: NO_NODES,
        nominated: '',
        victims: NOBODY,
        candidates: NONE,
      };
    }
    const refusals = run.refusals();
    const said: string[] = [];
    const writes: Task<unknown>[] = [];
    let nominated: string | undefined;
    let victims: readonly PodFacts[] = NOBODY;
    let candidates: readonly Candidate[] = NONE;
    for (const { plugin } of profile.plugins.postFilter) {
      const answer = plugin.postFilter!(run.cycle, refusals, run);
      nominated = answer.nominated ?? nominated;
      if (answer.message !== undefined) said.push(answer.message);
      if (answer.write !== undefined) writes.push(answer.write);
      if (answer.nominated === undefined || answer.nominated === '') continue;
      victims = answer.victims ?? NOBODY;
      candidates = answer.candidates ?? NONE;
      said.length = 0; // it will fit: nothing to explain
      break;
    }
    this.queue.park(entry, refusals.plugins, now);
    const message = refusalMessage(refusals, said);
    const what = { type: 'refused', profile, pod: facts, message, victims, candidates, writes } as const;
    return nominated === undefined ? what : { ...what, nominated };
  }

  /** Keeps the room that is being made for it. Those that were to have it, less important ones, have it no longer. */
  nominate({ pod, nominated }: Refused): readonly PodFacts[] {
    const { nominations } = this.cluster;
    if (nominated === undefined) return NOBODY;
    const displaced = nominated === '' ? NOBODY : nominations.below(pod.priority, nominated);
    for (const other of displaced) nominations.delete(other.key);
    if (nominated === '') nominations.delete(pod.key);
    else if (this.queue.get(pod.key) !== undefined) nominations.set(pod, nominated);
    return displaced;
  }

  /** The binding did not happen. `again`: the pod still needs a node, as far as we know. */
  unbound({ profile, pod, node, entry }: Assigned, again: boolean, now: number): void {
    if (!this.cluster.table.isAssumed(pod.key)) return; // seen bound or deleted meanwhile
    this.unreserve(profile, { pod, node });
    this.cluster.table.forget(pod.key);
    this.#left(pod.pod, node, now);
    if (again) this.queue.retry(pod, entry.attempts, now);
  }
  /** A Permit said no in the end. */
  rejected(assigned: Assigned, plugin: string, now: number): void {
    this.unbound(assigned, true, now);
    const entry = this.queue.get(assigned.pod.key);
    if (entry !== undefined) this.queue.reject(entry, new Set([plugin]), now);
  }
}

interface By {
  readonly refusal: Refusal;
  readonly by: string;
}
function permit(profile: Profile, placement: Placement, holds: Map<string, number>): By | undefined {
  for (const { plugin } of profile.plugins.permit) {
    const answer = plugin.permit!(placement);
    if (answer === undefined) continue;
    if ('reasons' in answer) return { refusal: answer, by: plugin.name };
    holds.set(plugin.name, answer.waitMs);
  }
  return undefined;
}
const NOTHING_FOUND: Found = { fitting: [], asked: 0 };
const NO_PLUGINS: ReadonlySet<string> = new Set(['']);
const NOBODY: readonly PodFacts[] = [];
const NONE: readonly Candidate[] = [];

const sameWish = (a: Pod, b: Pod): boolean =>
  a === b ||
  (a.metadata.uid === b.metadata.uid && equal(a.spec, b.spec) && equal(a.metadata.labels, b.metadata.labels));
const shrank = ({ requests: before }: PodFacts, { requests: now }: PodFacts): boolean =>
  now.milliCpu < before.milliCpu || now.memory < before.memory;
