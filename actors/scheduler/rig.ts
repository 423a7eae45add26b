//! For tests and benchmarks: a scheduler without an API, told of nodes and pods directly.

import { SeededRandom } from '../../runtime/sim/random.ts';
import type { Node } from '../api/types/cluster.ts';
import type { Pod } from '../api/types/pod.ts';
import type { Client, EventRecorder } from '../client/protocol.ts';
import { Cluster } from './cluster.ts';
import { DEFAULT_PROFILE, type ProfileConfiguration } from './config/configuration.ts';
import { ClassCache } from './framework/class-cache.ts';
import type { Handle, Registry } from './framework/plugin.ts';
import { createProfile, type Profile } from './framework/profile.ts';
import { Run } from './framework/run.ts';
import { PermitRoom } from './permit.ts';
import { DEFAULT_REGISTRY } from './plugins/registry.ts';
import { factsOf } from './pod-facts.ts';
import { nobodyFits } from './refusal-message.ts';
import { type Decision, Scheduler } from './scheduler.ts';

/** Nothing is written here: tasks are made, and never run. */
const NOBODY = new Proxy({}, { get: () => () => undefined }) as Client;

export interface RigOptions {
  readonly seed?: number;
  readonly profiles?: readonly ProfileConfiguration[];
  readonly plugins?: Registry;
}

export class Rig {
  readonly cluster = new Cluster();
  readonly profiles: readonly Profile[];
  readonly scheduler: Scheduler;
  readonly classes = new ClassCache();
  now = 0;

  constructor({ seed = 1, profiles = [{ schedulerName: DEFAULT_PROFILE }], plugins = {} }: RigOptions = {}) {
    const random = new SeededRandom(seed);
    const handle: Handle = {
      profile: DEFAULT_PROFILE,
      cluster: this.cluster,
      random: random.fork('plugins'),
      now: () => this.now,
      client: NOBODY,
      events: { event: () => {} } as EventRecorder,
      waiting: new PermitRoom({ setTimeout: () => 0, clearTimeout: () => {} }),
    };
    this.profiles = profiles.map((profile) => createProfile(profile, { ...DEFAULT_REGISTRY, ...plugins }, handle));
    const cluster = this.cluster;
    this.scheduler = new Scheduler({ cluster, profiles: this.profiles, random: random.fork('ties'), queue: {} });
  }
  node(...objects: readonly Node[]): this {
    for (const object of objects) {
      const old = this.cluster.table.get(object.metadata.name)?.node;
      const change =
        old === undefined ? ({ type: 'added', object } as const) : ({ type: 'modified', object, old } as const);
      this.scheduler.nodeChanged(change, this.now);
    }
    return this;
  }
  pod(object: Pod): void {
    this.scheduler.podChanged({ type: 'added', object }, this.now);
  }
  changed(old: Pod, object: Pod): void {
    this.scheduler.podChanged({ type: 'modified', old, object }, this.now);
  }
  gone(object: Pod): void {
    this.scheduler.podChanged({ type: 'deleted', object }, this.now);
  }
  place(pod: Pod, nodeName: string): void {
    this.pod({ ...pod, spec: { ...pod.spec, nodeName } });
  }
  cycle(): Decision | undefined {
    const decision = this.scheduler.cycle(this.now);
    if (decision?.type === 'refused') this.scheduler.nominate(decision);
    return decision;
  }
  /** The node that it would get now or, in Kubernetes' words, why none. */
  answer(pod: Pod): string {
    this.pod(pod);
    const decision = this.cycle();
    if (decision?.type === 'assigned') this.scheduler.unbound(decision, false, this.now);
    this.gone(pod);
    if (decision === undefined) return 'not scheduled';
    return decision.type === 'assigned' ? decision.node : decision.message;
  }
  run(pod: Pod): Run {
    return new Run(this.profiles[0]!, this.cluster, factsOf(pod), this.classes);
  }
  /** Why no node fits, the filters' part of it. */
  why(pod: Pod): string {
    const run = this.run(pod);
    const { fitting } = run.find(0);
    const { nodes, counts } = run.refusals();
    return fitting.length > 0 ? 'it fits' : nobodyFits(nodes, counts);
  }
  /** By node that fits: its total. */
  scores(pod: Pod): Readonly<Record<string, number>> {
    const run = this.run(pod);
    const { fitting } = run.find(0);
    const totals = run.score(fitting);
    return Object.fromEntries(fitting.map((node, i) => [node.name, totals[i]!]));
  }
}
