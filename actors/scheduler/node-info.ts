//! One node as the scheduler counts it: what it has, what is taken, by whom.

import { amountsOf } from '../api/pod-requests.ts';
import type { Node, Taint } from '../api/types/cluster.ts';
import { ANY_IP, type HostPort, type PodFacts } from './pod-facts.ts';

const NO_TAINTS: readonly Taint[] = [];
const NO_LABELS: Readonly<Record<string, string>> = {};

export class NodeInfo {
  readonly name: string;
  /** Its place in tables of nodes; given to another when this node is gone. */
  readonly slot: number;
  /** Another number after each change, never one that a node has had before. */
  version = 0;
  /** Undefined: pods name this node and it is not (or no longer) there. */
  node: Node | undefined;
  labels: Readonly<Record<string, string>> = NO_LABELS;
  allocatableMilliCpu = 0;
  allocatableMemory = 0;
  allocatablePods = 0;
  allocatableOthers: ReadonlyMap<string, number> = new Map();
  milliCpu = 0;
  memory = 0;
  scoredMilliCpu = 0;
  scoredMemory = 0;
  readonly others = new Map<string, number>();
  readonly pods = new Map<string, PodFacts>();
  /** NoSchedule and NoExecute. */
  hardTaints: readonly Taint[] = NO_TAINTS;
  /** PreferNoSchedule. */
  softTaints: readonly Taint[] = NO_TAINTS;
  /** Host ports in use, by `TCP/80`: how many pods by address. */
  readonly #ports = new Map<string, Map<string, number>>();

  constructor(name: string, slot: number) {
    this.name = name;
    this.slot = slot;
  }
  setNode(node: Node | undefined): void {
    this.#changed();
    this.node = node;
    this.labels = node?.metadata.labels ?? NO_LABELS;
    const allocatable = amountsOf(node?.status?.allocatable);
    this.allocatableMilliCpu = allocatable.get('cpu') ?? 0;
    this.allocatableMemory = allocatable.get('memory') ?? 0;
    this.allocatablePods = allocatable.get('pods') ?? 0;
    for (const name of ['cpu', 'memory', 'pods']) allocatable.delete(name);
    this.allocatableOthers = allocatable;
    const taints = node?.spec?.taints ?? NO_TAINTS;
    this.hardTaints = taints.filter((taint) => taint.effect !== 'PreferNoSchedule');
    this.softTaints = taints.filter((taint) => taint.effect === 'PreferNoSchedule');
  }
  add(pod: PodFacts): void {
    this.#changed();
    this.pods.set(pod.key, pod);
    this.#count(pod, 1);
  }
  remove(pod: PodFacts): void {
    if (!this.pods.delete(pod.key)) return;
    this.#changed();
    this.#count(pod, -1);
  }
  /** What a what-if has changed it has changed back. */
  restore(version: number): void {
    this.version = version;
  }
  /** Something that is not in here, but goes with the node, has changed. */
  touch(): void {
    this.#changed();
  }
  /** Taken on this address, on any, or (when any is asked for) on some. */
  portTaken({ ip, port }: HostPort): boolean {
    const addresses = this.#ports.get(port);
    if (addresses === undefined) return false;
    return ip === ANY_IP || addresses.has(ANY_IP) || addresses.has(ip);
  }
  get idle(): boolean {
    return this.node === undefined && this.pods.size === 0;
  }
  #changed(): void {
    this.version = ++versions;
  }
  #count({ requests, ports }: PodFacts, sign: 1 | -1): void {
    this.milliCpu += sign * requests.milliCpu;
    this.memory += sign * requests.memory;
    this.scoredMilliCpu += sign * requests.scoredMilliCpu;
    this.scoredMemory += sign * requests.scoredMemory;
    if (requests.others !== undefined)
      for (const [name, amount] of requests.others) this.others.set(name, (this.others.get(name) ?? 0) + sign * amount);
    for (const { ip, port } of ports) {
      let addresses = this.#ports.get(port);
      if (addresses === undefined) {
        addresses = new Map();
        this.#ports.set(port, addresses);
      }
      const users = (addresses.get(ip) ?? 0) + sign;
      if (users > 0) addresses.set(ip, users);
      else addresses.delete(ip);
      if (addresses.size === 0) this.#ports.delete(port);
    }
  }
}
/** Only compared for equality: several schedulers of a process may share it. */
let versions = 0;
