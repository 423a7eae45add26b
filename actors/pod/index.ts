//! Performs what a pod's chart wants: the sandbox by the engine, its containers as actors, its status by the API.
import { fail, ok, type Result, unreachable } from '../../runtime/fault.ts';
import type { Host, Self } from '../../runtime/host.ts';
import type { Stop } from '../../runtime/ports.ts';
import { pause, type Task } from '../../runtime/task.ts';
import { PODS } from '../api/resource.ts';
import { parseTime, timestamp } from '../api/time.ts';
import type { Container, Pod, PodStatus } from '../api/types/pod.ts';
import type { StartContainer } from '../container/protocol.ts';
import type { ContainerSpec, EngineReply, EngineRequest } from '../engine/protocol.ts';
import { configure, mountVolumes, placeOf, sandboxOf, type Volumes } from './configure.ts';
import { isOver, PodContainers } from './containers.ts';
import { logId } from './known.ts';
import { podMachine } from './machine.ts';
import type { PodEffect, PodEvent, PodOrder, Rejection, StartPod } from './protocol.ts';
import { statusOf } from './status.ts';
import { StatusWriter } from './writer.ts';

const SANDBOX_MS = 60_000;
const DEADLINE: Rejection = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** What a kubelet starts pods with. */
export const podStarter =
  (startContainer: StartContainer): StartPod =>
  (host, order) => {
    const shell = new Shell(host, order, startContainer);
    const { pod, held, rejected } = order;
    const actor = host.start({
      address: order.address,
      machine: podMachine,
      input: {
        over: rejected !== undefined || isOver(pod),
        deleting: pod.metadata.deletionTimestamp !== undefined,
        held: held !== undefined,
        graceMs: graceMs(pod),
      },
      mailboxCapacity: 256,
      onStart: (self) => shell.start(self),
      onStop: () => shell.stop(),
      perform: (effect, self) => shell.perform(effect, self),
    });
    return {
      actor,
      update: (next) => shell.update(next),
      exited: (event) => shell.containers.exited(event),
      hasSandbox: () => shell.hasSandbox,
      logOf: (container, previous) => shell.logOf(container, previous),
      runningId: (container) => {
        const status = shell.containers.statuses.get(container);
        return status?.state.running === undefined ? undefined : status.containerID;
      },
    };
  };

const graceMs = ({ metadata, spec }: Pod): number =>
  (metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30) * 1_000;

class Shell {
  readonly containers: PodContainers;
  readonly #order: PodOrder;
  readonly #startedAt: string;
  #self!: Self<PodEvent>;
  #writer!: StatusWriter;
  #pod: Pod;
  #ip: string | undefined;
  #volumes: Volumes | undefined;
  #last: PodStatus | undefined;
  #over = false;
  #failed: Rejection | undefined;
  #done = false;
  #removed = false;
  #disarm: Stop = () => {};

  constructor(host: Host, order: PodOrder, startContainer: StartContainer) {
    this.#order = order;
    this.#pod = order.pod;
    this.#ip = order.held?.ip;
    this.#startedAt = order.pod.status?.startTime ?? timestamp(host.ports.clock.now());
    this.containers = new PodContainers(host, order, startContainer, {
      configure: (container, attempt) => this.#configure(container, attempt),
      changed: (progress) => this.#self.send({ type: 'containers.changed', progress }),
      failed: () => this.#self.send({ type: 'container.failed' }),
    });
  }
  start(self: Self<PodEvent>): void {
    this.#self = self;
    this.#writer = new StatusWriter(this.#pod, {
      client: this.#order.client,
      run: (task, done) =>
        self.run(task, (result) => {
          done(result);
          return undefined;
        }),
      after: (ms, then) => self.run(pause(ms), () => void then()),
      settled: () => self.send({ type: 'status.settled' }),
      warn: (message) => self.logger.warn({ message }, 'status not written'),
    });
    this.#armDeadline();
  }
  /** From its start; a running pod's may be set or moved. */
  #armDeadline(): void {
    this.#disarm();
    const deadline = this.#pod.spec.activeDeadlineSeconds;
    if (deadline === undefined) return;
    const { clock } = this.#self;
    const since = parseTime(this.#startedAt) ?? clock.now();
    this.#disarm = this.#self.after(Math.max(0, since + deadline * 1_000 - clock.now()), { type: 'deadline.passed' });
  }
  stop(): void {
    this.containers.forget();
    if (!this.#done) this.#order.ended('failed');
  }
  get hasSandbox(): boolean {
    return this.#ip !== undefined && !this.#removed;
  }
  update(pod: Pod): void {
    const before = this.#pod.spec.activeDeadlineSeconds;
    this.#pod = pod;
    if (pod.spec.activeDeadlineSeconds !== before) this.#armDeadline();
    const deleting = pod.metadata.deletionTimestamp !== undefined;
    this.#self.send({ type: 'pod.changed', deleting, graceMs: graceMs(pod) });
    if (this.containers.update(pod))
      this.#self.send({ type: 'containers.changed', progress: this.containers.progress });
  }
  logOf(name: string, previous: boolean): Result<string> {
    const status = this.containers.statuses.get(name);
    const pod = this.#pod.metadata.name;
    const id = status && logId(status, previous);
    if (id !== undefined && id !== '') return ok(id);
    if (previous) return fail('BadRequest', `previous terminated container "${name}" in pod "${pod}" not found`);
    const waits = status?.state.waiting?.reason ?? 'ContainerCreating';
    return fail('BadRequest', `container "${name}" in pod "${pod}" is waiting to start: ${waits}`);
  }

  perform(effect: PodEffect, self: Self<PodEvent>): void {
    const podUid = this.#pod.metadata.uid;
    switch (effect.type) {
      case 'volumes.mount':
        self.run(
          this.#mount(),
          (result): PodEvent =>
            result.ok ? { type: 'volumes.mounted' } : { type: 'volumes.refused', fault: result.fault },
        );
        return;
      case 'sandbox.run':
        return this.#ask({ type: 'sandbox.run', spec: sandboxOf(this.#pod) }, (reply) => {
          this.#ip = reply.type === 'sandbox.running' ? reply.ip : '';
          return { type: 'sandbox.running', ip: this.#ip };
        });
      case 'sandbox.remove':
        this.#removed = true;
        return this.#ask({ type: 'sandbox.remove', podUid }, () => ({ type: 'sandbox.removed' }));
      case 'containers.survey':
        return self.send({ type: 'containers.changed', progress: this.containers.progress });
      case 'containers.begin':
        for (const name of effect.names) this.containers.begin(name);
        return;
      case 'containers.stop':
        return this.containers.stop(effect.graceMs);
      case 'containers.forget':
        this.#ip = undefined;
        return this.containers.forget();
      case 'status.compute':
        return this.#writer.want(this.#status());
      case 'status.conclude':
        return this.#conclude(effect.pastDeadline);
      case 'object.delete':
        self.run(
          this.#delete(),
          (result): PodEvent => (result.ok ? { type: 'object.deleted' } : { type: 'object.kept', fault: result.fault }),
        );
        return;
      case 'event.record':
        return this.#order.record(this.#pod, 'Warning', effect.reason, effect.message);
      case 'order.end':
        this.#done = true;
        return this.#order.ended('done');
      default:
        return unreachable(effect);
    }
  }

  #ask(request: EngineRequest, then: (reply: EngineReply) => PodEvent): void {
    this.#self.request(this.#order.engine, request, SANDBOX_MS, (result) =>
      result.ok ? then(result.value as EngineReply) : { type: 'sandbox.refused', fault: result.fault },
    );
  }
  #status(): PodStatus {
    this.#last = statusOf({
      pod: this.#pod,
      node: this.#order.node,
      ip: this.#ip,
      statuses: this.containers.statuses,
      initializing: this.containers.progress.stage === 'initializing',
      over: this.#over,
      rejected: this.#order.rejected,
      failed: this.#failed,
      startedAt: this.#startedAt,
      before: this.#last,
      nowMs: this.#self.clock.now(),
    });
    return this.#last;
  }
  #conclude(pastDeadline: boolean): void {
    // At its end before this actor began: what the API says stays.
    if (isOver(this.#pod) && !this.#over && this.#order.rejected === undefined)
      return this.#self.send({ type: 'status.settled' });
    if (pastDeadline) this.#failed = DEADLINE;
    this.#over = true;
    this.#writer.want(this.#status());
  }
  *#mount(): Task<Result<Volumes>> {
    const mounted = yield* mountVolumes(this.#order, placeOf(this.#order, this.#pod, this.#ip ?? ''));
    if (mounted.ok) this.#volumes = mounted.value;
    return mounted;
  }
  *#configure(container: Container, attempt: number): Task<Result<ContainerSpec>> {
    let volumes = this.#volumes;
    if (volumes === undefined) {
      const mounted = yield* this.#mount();
      if (!mounted.ok) return mounted;
      volumes = mounted.value;
    }
    const place = placeOf(this.#order, this.#pod, this.#ip ?? '');
    return yield* configure(this.#order, place, volumes, container, attempt);
  }
  *#delete(): Task<Result<void>> {
    const { namespace = '', name, uid } = this.#pod.metadata;
    return yield* this.#order.client.delete(PODS, namespace, name, {
      gracePeriodSeconds: 0,
      preconditions: { uid },
    });
  }
}
