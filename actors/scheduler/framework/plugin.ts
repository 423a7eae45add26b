//! What a plugin of the scheduling framework may be: one object with the extension points that it takes part in.
import type { Result } from '../../../runtime/fault.ts';
import type { Random } from '../../../runtime/ports.ts';
import type { Task } from '../../../runtime/task.ts';
import type { Client, EventRecorder } from '../../client/protocol.ts';
import type { Cluster } from '../cluster.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';
import type { Candidate } from '../preemption/victims.ts';
import type { ClusterEvent, EventKind } from './event.ts';

/** In Kubernetes' order and spelling, as in a KubeSchedulerConfiguration. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;
export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

/** Scores after normalizing: 0 to 100. */
export const SCORE_MAX = 100;

/** Why not, in words. `resolvable`: fewer pods on the node may help (Unschedulable, not ...AndUnresolvable). */
export interface Refusal {
  readonly reasons: readonly string[];
  readonly resolvable: boolean;
}
/** One try to place one pod. */
export interface Cycle {
  readonly pod: PodFacts;
  readonly cluster: Cluster;
}
/** `skip`: this pod is none of the plugin's business, its Filter is not asked. */
export type PreFiltered<F> =
  | 'skip'
  | {
      readonly state: F;
      /** Only these can fit; the others are not asked. */
      readonly nodes?: ReadonlySet<string>;
    }
  | { readonly refusal: Refusal };
export interface Queued {
  readonly facts: PodFacts;
  /** When it came into the queue. */
  readonly since: number;
}
/** What the filters said of the nodes, when none was left. */
export interface Refusals {
  /** How many there are, asked or not. */
  readonly nodes: number;
  readonly counts: ReadonlyMap<Refusal, number>;
  /** Those where fewer pods may help. */
  readonly resolvable: readonly NodeInfo[];
  readonly byNode: (node: NodeInfo) => Refusal | undefined;
  /** Who refused: events that these care about wake the pod. */
  readonly plugins: ReadonlySet<string>;
  /** A PreFilter refused the pod outright, with these words. */
  readonly outright?: string;
}
/** `nominated`: a node that will have room; '': no longer any; undefined: as it was. */
export interface PostFiltered {
  readonly nominated?: string;
  /** Preemption: who goes so that the pod can come. */
  readonly victims?: readonly PodFacts[];
  /** Where else others could go. */
  readonly candidates?: readonly Candidate[];
  readonly message?: string;
  /** What is to be written so that the pod may fit later. */
  readonly write?: Task<unknown>;
}
/** A pod on its way to a node. */
export interface Placement {
  readonly pod: PodFacts;
  readonly node: string;
}
export type Permission = undefined | Refusal | { readonly waitMs: number };

export interface Wake {
  readonly on: readonly EventKind[];
  /** Whether the event may help this pod, which the plugin refused. Absent: always. */
  readonly hint?: (pod: PodFacts, event: ClusterEvent) => boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: what a plugin hands from one point to the next is its own affair
export interface Plugin<F = any, S = any> {
  readonly name: string;
  /**
   * Filter and Score look at one node, and of the pod at nothing but what its class tells (pod-facts.ts): what they
   * answered counts for every pod of the class until the node changes.
   */
  readonly local?: boolean;
  /** Of a local plugin that looks at something else too: another number when that has changed. */
  readonly epoch?: () => number;
  /** Which events may help a pod that it refused. Absent: any. */
  readonly wakes?: readonly Wake[];

  readonly preEnqueue?: (pod: PodFacts) => Refusal | undefined;
  /** Who goes first; equal ones go in order of arrival. */
  readonly queueSort?: (a: Queued, b: Queued) => number;
  readonly preFilter?: (cycle: Cycle) => PreFiltered<F>;
  readonly filter?: (node: NodeInfo, cycle: Cycle, state: F) => Refusal | undefined;
  /** What if this pod came to the node (1), or left it (-1): AddPod and RemovePod. Always taken back afterwards. */
  readonly whatIf?: (state: F, pod: PodFacts, node: NodeInfo, by: 1 | -1, cycle: Cycle) => void;
  readonly postFilter?: (cycle: Cycle, refusals: Refusals, fits: WhatIf) => PostFiltered;
  readonly preScore?: (cycle: Cycle, nodes: readonly NodeInfo[]) => 'skip' | { readonly state: S };
  readonly score?: (node: NodeInfo, cycle: Cycle, state: S) => number;
  /** In place: to 0 to 100. */
  readonly normalize?: (scores: number[], nodes: readonly NodeInfo[], cycle: Cycle, state: S) => void;
  readonly reserve?: (placement: Placement) => Refusal | undefined;
  readonly unreserve?: (placement: Placement) => void;
  readonly permit?: (placement: Placement) => Permission;
  /** Undefined: nothing to do before this pod is bound. */
  readonly preBind?: (placement: Placement) => Task<Result<void>> | undefined;
  /** Undefined: somebody else binds it. */
  readonly bind?: (placement: Placement) => Task<Result<unknown>> | undefined;
  readonly postBind?: (placement: Placement) => void;
}
/** Asks every filter again with other pods on a node: what preemption is made of. */
export interface WhatIf {
  /** No filter that concerns this pod looks further than one node. */
  readonly isLocal: boolean;
  /** Why the pod does not fit on the node as it is now; nominated pods count. */
  ask(node: NodeInfo): Refusal | undefined;
  /** Inside, pods may be taken and put; afterwards all is as it was. */
  suppose<T>(node: NodeInfo, work: () => T): T;
  take(pod: PodFacts, node: NodeInfo): void;
  put(pod: PodFacts, node: NodeInfo): void;
}

/** What a plugin may use of its scheduler. */
export interface Handle {
  readonly profile: string;
  readonly cluster: Cluster;
  readonly random: Random;
  readonly now: () => number;
  readonly client: Client;
  readonly events: EventRecorder;
  /** Pods of this profile that a Permit holds. */
  readonly waiting: WaitingPods;
}
export interface WaitingPods {
  keys(): Iterable<string>;
  get(key: string): Placement | undefined;
  allow(key: string, plugin: string): void;
  reject(key: string, plugin: string, message: string): void;
}
/** `args`: of this plugin, with defaults, valid. */
export type PluginFactory = (args: unknown, handle: Handle) => Plugin;
export type Registry = Readonly<Record<string, PluginFactory>>;

/** The same words are one object, so that they can be counted by it. */
export function refusal(reasons: readonly string[], resolvable: boolean): Refusal {
  const refusals = resolvable ? RESOLVABLE : FINAL;
  const key = reasons.length === 1 ? reasons[0]! : reasons.join('\n');
  let known = refusals.get(key);
  if (known === undefined) {
    if (refusals.size >= REFUSALS_MAX) refusals.clear();
    known = { reasons, resolvable };
    refusals.set(key, known);
  }
  return known;
}
const REFUSALS_MAX = 1_000;
const RESOLVABLE = new Map<string, Refusal>();
const FINAL = new Map<string, Refusal>();
export const never = (reason: string): Refusal => refusal([reason], false);
export const notNow = (reason: string): Refusal => refusal([reason], true);
