//! The scheduler as an actor: feeds what it knows, runs its cycles, writes what they decide.
import { unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Delivery, Stop } from '../../runtime/ports.ts';
import type { Task } from '../../runtime/task.ts';
import type { Pod } from '../api/types/pod.ts';
import type { User } from '../apiserver/protocol.ts';
import { createClient } from '../client/client.ts';
import { startElection } from '../client/election/index.ts';
import type { ElectionEvent, ElectionTimes } from '../client/election/protocol.ts';
import { createRecorder } from '../client/events.ts';
import { informers } from '../client/informer/set.ts';
import type { Client, EventRecorder } from '../client/protocol.ts';
import { bindPod } from './binding.ts';
import { Cluster } from './cluster.ts';
import { DEFAULT_CONFIGURATION, type SchedulerConfiguration } from './config/configuration.ts';
import { ExtenderAsker } from './extender/asker.ts';
import { extend, preemptWith } from './extender/chain.ts';
import { bindBy, binds, isInterested, preempts } from './extender/extender.ts';
import { ignoringManaged } from './extender/managed.ts';
import type { ExtenderDoor } from './extender/protocol.ts';
import { feed } from './feeds.ts';
import type { Registry } from './framework/plugin.ts';
import { createProfile } from './framework/profile.ts';
import { schedulerMachine } from './machine.ts';
import { Observed } from './observed.ts';
import { PermitRoom } from './permit.ts';
import { DEFAULT_REGISTRY } from './plugins/registry.ts';
import { isGated } from './pod-facts.ts';
import { pickCandidate } from './preemption/pick.ts';
import {
  IN_FLIGHT_MAX,
  PODS_A_STEP_MAX,
  SCHEDULER_LEASE,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerMessage,
  schedulerAddress,
} from './protocol.ts';
import { type Assigned, type Begun, type Decision, type Refused, Scheduler } from './scheduler.ts';
import { preemptAll, report, unscheduled } from './writes.ts';

export interface SchedulerOptions {
  readonly user?: User;
  /** Valid, as `readConfiguration` hands it over. Absent: Kubernetes' defaults. */
  readonly configuration?: SchedulerConfiguration;
  /** Plugins beside Kubernetes' own: a profile runs them when its configuration enables them. */
  readonly plugins?: Registry;
  /** How extenders of the configuration are reached. */
  readonly extenders?: ExtenderDoor;
  /** Absent: it is the only one, and leads. */
  readonly leaderElection?: { readonly identity: string; readonly times?: ElectionTimes };
}
const USER: User = { name: 'system:kube-scheduler', groups: ['system:authenticated'] };

export function startScheduler(host: Host, options: SchedulerOptions = {}): ActorHandle<SchedulerEvent> {
  const shell = new Shell(host, options);
  return host.start({
    address: schedulerAddress(host.id),
    machine: schedulerMachine,
    input: undefined,
    onStart: (self) => shell.start(self),
    onStop: () => shell.end(),
    perform: (effect) => shell.perform(effect),
    receive: (delivery) => shell.receive(delivery),
    shutdown: { event: { type: 'scheduler.stop' }, shutdownMs: 5_000 },
  });
}

class Shell {
  readonly #host: Host;
  readonly #options: SchedulerOptions;
  readonly #observed = new Observed();
  #releases: readonly Stop[] = [];
  #self!: Self<SchedulerEvent>;
  #client!: Client;
  #events!: EventRecorder;
  #scheduler!: Scheduler;
  #permits!: PermitRoom;
  #asker!: ExtenderAsker;
  #extenders: SchedulerConfiguration['extenders'] = [];
  #election: ActorHandle<ElectionEvent> | undefined;
  #leads = false;
  #inFlight = 0;
  #resting = false;
  #alarm: Stop = () => {};

  constructor(host: Host, options: SchedulerOptions) {
    this.#host = host;
    this.#options = options;
  }

  start(self: Self<SchedulerEvent>): void {
    const { user = USER, configuration = DEFAULT_CONFIGURATION, plugins = {} } = this.#options;
    const { random, clock } = self;
    const id = `scheduler/${this.#host.id}`;
    this.#self = self;
    this.#client = createClient(this.#host.cluster, user, { id, random, clock }, informers(this.#host));
    this.#events = createRecorder({
      client: this.#client,
      clock,
      random,
      component: configuration.profiles[0]!.schedulerName,
      run: (task) => this.#run(task),
    });
    this.#permits = new PermitRoom(clock);
    this.#extenders = configuration.extenders;
    const failed = (error: unknown): void => self.send({ type: 'task.failed', why: String(error) });
    this.#asker = new ExtenderAsker(this.#host.ports, this.#options.extenders, failed);
    const cluster = new Cluster();
    const registry = { ...DEFAULT_REGISTRY, ...plugins };
    const profiles = configuration.profiles.map((profile) => {
      const handle = {
        profile: profile.schedulerName,
        cluster,
        random: random.fork(`plugins/${profile.schedulerName}`),
        now: () => clock.now(),
        client: this.#client,
        events: this.#events,
        waiting: this.#permits,
      };
      return createProfile(
        ignoringManaged(profile, this.#extenders),
        registry,
        handle,
        configuration.percentageOfNodesToScore,
      );
    });
    this.#scheduler = new Scheduler({
      cluster,
      profiles,
      random: random.fork('ties'),
      queue: {
        initialBackoffMs: configuration.podInitialBackoffSeconds * 1_000,
        maxBackoffMs: configuration.podMaxBackoffSeconds * 1_000,
        came: (place, event) => this.#observed.came(place, event),
      },
    });
    this.#releases = feed({
      host: this.#host,
      scheduler: this.#scheduler,
      now: () => clock.now(),
      changed: () => this.#wake(),
      podSeen: (pod) => this.#podSeen(pod),
      synced: () => self.send({ type: 'caches.synced' }),
    });
  }
  end(): void {
    for (const release of this.#releases) release();
    this.#alarm();
    this.#asker.end();
    this.#election?.kill(); // in order it is over already; after a failure the next one of us takes the lease again
  }
  receive({ message, reply }: Delivery): SchedulerEvent | undefined {
    const asked = message as SchedulerMessage;
    if (asked.type === 'metrics.text') return undefined;
    if (asked.type !== 'metrics.get') return asked;
    reply?.({ type: 'metrics.text', text: this.#observed.text(this.#scheduler) } as SchedulerMessage);
    return undefined;
  }

  perform(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'cycle.run':
        return this.#cycles();
      case 'queue.watch':
        return this.#watch();
      case 'election.start':
        return this.#elect();
      case 'election.stop':
        if (this.#election === undefined) this.#self.send({ type: 'election.ended' });
        else this.#election.stop();
        return;
      case 'actor.fail':
        throw new Error(effect.why);
      default:
        return unreachable(effect);
    }
  }

  #podSeen(pod: Pod): void {
    if (!pod.spec.nodeName && isGated(pod) && this.#scheduler.profileOf(pod) !== undefined) this.#tellGated(pod);
  }
  /** Tells an idle chart that there is work; told once, it looks until there is none. */
  #wake(): void {
    if (!this.#resting) return;
    if (this.#scheduler.queue.ready(this.#self.clock.now())) {
      this.#resting = false;
      this.#self.send({ type: 'queue.filled' });
    } else this.#watch();
  }
  /** Nothing to do now: until something changes, or the next back-off ends. */
  #watch(): void {
    const { clock } = this.#self;
    this.#alarm();
    this.#resting = true;
    const due = this.#scheduler.queue.nextDue();
    if (this.#scheduler.queue.ready(clock.now())) return this.#wake();
    if (due === undefined) return;
    const timer = clock.setTimeout(() => this.#wake(), Math.max(0, due - clock.now()));
    this.#alarm = () => clock.clearTimeout(timer);
  }

  /** Several pods a step of the chart, so that the chart costs little of each. */
  #cycles(): void {
    for (let i = 0; i < PODS_A_STEP_MAX && this.#inFlight < IN_FLIGHT_MAX; i++) {
      const began = this.#self.clock.now();
      const begun = this.#scheduler.begin(began);
      if (begun === undefined) break;
      // The step ends when the extenders have answered.
      if (this.#asks(begun.entry.facts.pod)) return this.#extend(begun, began);
      this.#perform(this.#scheduler.decide(begun, begun.found.fitting, began), began);
    }
    this.#self.send({ type: 'cycle.ended', ...this.#state() });
  }
  #asks(pod: Pod): boolean {
    return this.#extenders.some((one) => isInterested(one, pod));
  }
  #extend(begun: Begun, began: number): void {
    this.#asker.run(extend(this.#extenders, begun), (answer) => {
      const { pod } = begun.entry.facts;
      if (answer.ok) {
        const { fitting, scores } = answer.value;
        this.#perform(this.#scheduler.decide(begun, fitting, this.#self.clock.now(), scores), began);
      } else {
        this.#scheduler.failed(begun, this.#self.clock.now());
        this.#observed.failed(begun.profile.name, this.#self.clock.now() - began);
        this.#tell(pod, 'SchedulerError', answer.fault.message, '');
      }
      this.#self.send({ type: 'cycle.ended', ...this.#state() });
    });
  }
  #state(): { readonly more: boolean; readonly inFlight: number } {
    return { more: this.#scheduler.queue.ready(this.#self.clock.now()), inFlight: this.#inFlight };
  }
  #perform(decision: Decision, began: number): void {
    this.#observed.decided(decision, this.#self.clock.now() - began);
    if (decision.type === 'refused') return this.#refuse(decision);
    if (decision.holds.size === 0) return this.#bind(decision, began);
    this.#permits.hold(decision, decision.holds, (outcome) => {
      const now = this.#self.clock.now();
      this.#observed.waited(outcome.allowed, now - began);
      if (outcome.allowed) return this.#bind(decision, began);
      this.#scheduler.rejected(decision, outcome.plugin, now);
      this.#tell(decision.pod.pod, 'Unschedulable', `0/1 nodes are available: 1 ${outcome.message}.`, '');
      this.#wake();
    });
  }
  #bind(decision: Assigned, began: number): void {
    const { pod, node, profile, entry } = decision;
    const binder = this.#extenders.find((one) => binds(one) && isInterested(one, pod.pod));
    const elsewhere = binder === undefined ? undefined : bindBy(binder, decision);
    this.#write(bindPod(profile, decision, elsewhere), (result) => {
      const now = this.#self.clock.now();
      if (result.ok) {
        const { namespace, name } = pod.pod.metadata;
        this.#observed.bound(profile.name, entry, now - began, now);
        for (const { plugin } of profile.plugins.postBind) plugin.postBind?.(decision);
        const message = `Successfully assigned ${namespace}/${name} to ${node}`;
        return this.#events.event(pod.pod, 'Normal', 'Scheduled', message);
      }
      // Conflict: somebody else bound it, and the watch will say where. NotFound: it is gone.
      const again = result.fault.reason !== 'Conflict' && result.fault.reason !== 'NotFound';
      this.#scheduler.unbound(decision, again, now);
      if (!again) return;
      this.#observed.failed(profile.name, now - began);
      this.#tell(pod.pod, 'SchedulerError', `binding rejected: ${result.fault.message}`, '');
    });
  }
  #refuse(refused: Refused): void {
    const { pod, candidates } = refused;
    const asked = this.#extenders.filter((one) => preempts(one) && isInterested(one, pod.pod));
    if (candidates.length === 0 || asked.length === 0) return this.#settle(refused);
    this.#asker.run(preemptWith(asked, pod.pod, candidates), (answer) => {
      const best = answer.ok ? pickCandidate(answer.value, this.#self.clock.now()) : undefined;
      const nominated = best === undefined ? {} : { nominated: best.node.name };
      const { nominated: _, ...rest } = refused;
      this.#settle({ ...rest, ...nominated, victims: best?.victims ?? [] });
    });
  }
  #settle(refused: Refused): void {
    const { pod, message, nominated, victims } = refused;
    const displaced = this.#scheduler.nominate(refused);
    this.#tell(pod.pod, 'Unschedulable', message, nominated);
    for (const other of displaced) this.#write(report(this.#client, other.pod, { nominatedNodeName: null }), () => {});
    for (const task of refused.writes ?? []) this.#write(task, () => {});
    if (victims.length > 0) this.#preempt(refused);
  }
  /** The victims go while other pods are scheduled; until they are told, their preemptor stays out of the queue. */
  #preempt({ pod: { pod, key }, victims, nominated }: Refused): void {
    const { cluster, queue } = this.#scheduler;
    const { uid } = pod.metadata;
    const { clock } = this.#self;
    cluster.preempting.add(uid);
    const gone = (victim: Pod): void => {
      const message = `Preempted by pod ${uid} on node ${nominated}`;
      this.#events.event(victim, 'Normal', 'Preempted', message);
    };
    const waiting = victims.filter((victim) => this.#permits.get(victim.key) !== undefined);
    for (const victim of waiting) this.#permits.reject(victim.key, 'DefaultPreemption', 'preempted');
    const others = victims.filter((victim) => !waiting.includes(victim)).map((victim) => victim.pod);
    const task = preemptAll(this.#client, others, pod.spec.schedulerName, clock.now(), gone);
    this.#write(task, (result) => {
      cluster.preempting.delete(uid);
      if (result.ok) queue.regate(key, clock.now());
      else queue.activate(key, clock.now());
      this.#wake();
    });
  }
  #tell(pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string, nominated?: string): void {
    this.#events.event(pod, 'Warning', 'FailedScheduling', message);
    const status = unscheduled(pod, reason, message, this.#self.clock.now(), nominated);
    if (status !== undefined) this.#write(report(this.#client, pod, status), () => {});
  }
  #tellGated(pod: Pod): void {
    if (!this.#leads) return;
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    const status = unscheduled(pod, 'SchedulingGated', message, this.#self.clock.now());
    if (status !== undefined) this.#run(report(this.#client, pod, status));
  }
  #write<T>(task: Task<T>, ended: (result: T) => void): void {
    this.#inFlight++;
    const done = (result: T): SchedulerEvent | undefined => {
      const full = this.#inFlight >= IN_FLIGHT_MAX;
      this.#inFlight--;
      ended(result);
      // Only who is saturated waits to hear of it.
      return full ? { type: 'write.ended', ...this.#state() } : undefined;
    };
    if (this.#extenders.length === 0) this.#self.run(task, done);
    else
      this.#asker.run(task, (result) => {
        const event = done(result);
        if (event !== undefined) this.#self.send(event);
      });
  }
  #run(task: Task<unknown>): void {
    this.#self.run(task, () => undefined);
  }

  #elect(): void {
    const { leaderElection, user = USER } = this.#options;
    const gained = (): void => {
      this.#leads = true;
      this.#self.send({ type: 'leadership.gained' });
    };
    if (leaderElection === undefined) return gained();
    const lease = { ...leaderElection, manager: `scheduler/${this.#host.id}`, name: SCHEDULER_LEASE, user };
    this.#election = startElection(this.#host, lease, {
      won: gained,
      lost: () => {
        this.#leads = false;
        this.#self.send({ type: 'leadership.lost' });
      },
      ended: () => {
        this.#election = undefined;
        this.#self.send({ type: 'election.ended' });
      },
    });
  }
}
