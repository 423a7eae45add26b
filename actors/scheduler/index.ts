//! The scheduler as an actor: feeds what it knows, runs its cycles, writes what they decide.
import { unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Stop } from '../../runtime/ports.ts';
import type { Task } from '../../runtime/task.ts';
import { NAMESPACES, NODES, PODS } from '../api/resource.ts';
import type { Namespace, Node } from '../api/types/cluster.ts';
import type { Pod } from '../api/types/pod.ts';
import type { User } from '../apiserver/protocol.ts';
import { createClient } from '../client/client.ts';
import { startElection } from '../client/election/index.ts';
import type { ElectionEvent, ElectionTimes } from '../client/election/protocol.ts';
import { createRecorder } from '../client/events.ts';
import { informers } from '../client/informer/set.ts';
import type { CacheChange, Client, EventRecorder } from '../client/protocol.ts';
import { schedulerMachine } from './machine.ts';
import {
  SCHEDULER_LEASE,
  SCHEDULER_NAME,
  type SchedulerEffect,
  type SchedulerEvent,
  schedulerAddress,
} from './protocol.ts';
import { refusalMessage } from './refusal-message.ts';
import { type Decision, isGated, Scheduler } from './scheduler.ts';
import { bind, report, unscheduled } from './writes.ts';

export interface SchedulerOptions {
  readonly user?: User;
  /** Pods with this `schedulerName` are its own. */
  readonly name?: string;
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
    shutdown: { event: { type: 'scheduler.stop' }, shutdownMs: 5_000 },
  });
}

class Shell {
  readonly #host: Host;
  readonly #options: SchedulerOptions;
  readonly #releases: Stop[] = [];
  #self!: Self<SchedulerEvent>;
  #client!: Client;
  #events!: EventRecorder;
  #scheduler!: Scheduler;
  #election: ActorHandle<ElectionEvent> | undefined;
  #leads = false;
  #inFlight = 0;
  #alarm: Stop = () => {};

  constructor(host: Host, options: SchedulerOptions) {
    this.#host = host;
    this.#options = options;
  }

  start(self: Self<SchedulerEvent>): void {
    const { user = USER, name = SCHEDULER_NAME } = this.#options;
    const { random, clock } = self;
    const set = informers(this.#host);
    this.#self = self;
    this.#client = createClient(this.#host.cluster, user, { id: `scheduler/${this.#host.id}`, random, clock }, set);
    this.#events = createRecorder({
      client: this.#client,
      clock,
      random,
      component: name,
      run: (task) => this.#run(task),
    });
    this.#scheduler = new Scheduler(name, random.fork('ties'));
    let missing = 3;
    const synced = (): void => {
      if (--missing === 0) self.send({ type: 'caches.synced' });
    };
    const namespaces = set.get<Namespace>(
      { resource: NAMESPACES },
      { changed: (change) => this.#scheduler.namespaceChanged(change, self.clock.now()), synced },
    );
    const nodes = set.get<Node>({ resource: NODES }, { changed: (change) => this.#node(change), synced });
    const pods = set.get<Pod>({ resource: PODS }, { changed: (change) => this.#pod(change), synced });
    this.#releases.push(
      () => namespaces.release(),
      () => nodes.release(),
      () => pods.release(),
    );
  }
  end(): void {
    for (const release of this.#releases) release();
    this.#alarm();
    this.#election?.kill(); // in order it is over already; after a failure the next one of us takes the lease again
  }

  perform(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'cycle.run':
        return this.#cycle();
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

  #node(change: CacheChange<Node>): void {
    this.#scheduler.nodeChanged(change, this.#self.clock.now());
    this.#wake();
  }
  #pod(change: CacheChange<Pod>): void {
    const { object: pod } = change;
    this.#scheduler.podChanged(change, this.#self.clock.now());
    if (change.type !== 'deleted' && !pod.spec.nodeName && isGated(pod)) this.#tellGated(pod);
    this.#wake();
  }
  /** Tells an idle chart that there is work; told once, it looks until there is none. */
  #wake(): void {
    if (!this.#resting) return;
    if (this.#scheduler.queue.ready(this.#self.clock.now())) {
      this.#resting = false;
      this.#self.send({ type: 'queue.filled' });
    } else this.#watch();
  }
  #resting = false;
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

  #cycle(): void {
    const decision = this.#scheduler.cycle(this.#self.clock.now());
    if (decision?.type === 'assigned') this.#assign(decision);
    else if (decision?.type === 'refused') this.#refuse(decision);
    this.#self.send({ type: 'cycle.ended', ...this.#state() });
  }
  #state(): { readonly more: boolean; readonly inFlight: number } {
    return { more: this.#scheduler.queue.ready(this.#self.clock.now()), inFlight: this.#inFlight };
  }
  #assign(decision: Decision & { readonly type: 'assigned' }): void {
    const { pod, node } = decision;
    this.#write(bind(this.#client, pod.pod, node), (result) => {
      if (result.ok) {
        const { namespace, name } = pod.pod.metadata;
        const message = `Successfully assigned ${namespace}/${name} to ${node}`;
        return this.#events.event(pod.pod, 'Normal', 'Scheduled', message);
      }
      // Conflict: somebody else bound it, and the watch will say where. NotFound: it is gone.
      const again = result.fault.reason !== 'Conflict' && result.fault.reason !== 'NotFound';
      this.#scheduler.unbound(decision, again, this.#self.clock.now());
      if (!again) return;
      const message = `binding rejected: ${result.fault.message}`;
      this.#events.event(pod.pod, 'Warning', 'FailedScheduling', message);
      const condition = unscheduled(pod.pod, 'SchedulerError', message, this.#self.clock.now());
      if (condition !== undefined) this.#write(report(this.#client, pod.pod, condition), () => {});
    });
  }
  #refuse({ pod: { pod }, refusals }: Decision & { readonly type: 'refused' }): void {
    const message = refusalMessage(refusals, pod.spec);
    this.#events.event(pod, 'Warning', 'FailedScheduling', message);
    const condition = unscheduled(pod, 'Unschedulable', message, this.#self.clock.now());
    if (condition !== undefined) this.#write(report(this.#client, pod, condition), () => {});
  }
  #tellGated(pod: Pod): void {
    if (!this.#leads) return;
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    const condition = unscheduled(pod, 'SchedulingGated', message, this.#self.clock.now());
    if (condition !== undefined) this.#run(report(this.#client, pod, condition));
  }
  #write<T>(task: Task<T>, ended: (result: T) => void): void {
    this.#inFlight++;
    this.#self.run(task, (result) => {
      this.#inFlight--;
      ended(result);
      return { type: 'write.ended', ...this.#state() };
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
