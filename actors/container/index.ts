//! Performs what a container's chart wants: requests to the node's engine, reports to its pod, probes as actors.
import { type Address, address } from '../../runtime/address.ts';
import { unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { ContainerSpec, EngineReply, EngineRequest } from '../engine/protocol.ts';
import { podTitle, preStopOf, probeOf, pulledMessage } from './logic.ts';
import { containerMachine } from './machine.ts';
import { startProbe } from './probe/index.ts';
import { limitsOf, requestOf, timeoutMs } from './probe/logic.ts';
import type { ContainerEffect, ContainerEvent, ContainerOrder, ProbeKind } from './protocol.ts';

const PULL_MS = 120_000;
const START_MS = 120_000;
const ANSWER_MS = 10_000;
const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];
/** kubelet's minimum: a hook that used the grace period up leaves this. */
const STOP_LEAST_MS = 2_000;

export function startContainer(host: Host, order: ContainerOrder): ActorHandle<ContainerEvent> {
  const shell = new Shell(host, order);
  const { container, pod, policy, known } = order;
  return host.start({
    address: order.address,
    machine: containerMachine,
    input: {
      name: container.name,
      image: container.image,
      neverPull: container.imagePullPolicy === 'Never',
      policy,
      podTitle: podTitle(pod),
      graceMs: pod.graceMs,
      probes: KINDS.filter((kind) => probeOf(container, kind) !== undefined),
      hasHook: preStopOf(container) !== undefined,
      known,
    },
    mailboxCapacity: 64,
    onStop: () => shell.stop(),
    perform: (effect, self) => shell.perform(effect, self),
  });
}

class Shell {
  readonly #host: Host;
  readonly #order: ContainerOrder;
  #probes: ActorHandle[] = [];
  #spec: ContainerSpec | undefined;
  #hookMs = 0;
  #over = false;
  constructor(host: Host, order: ContainerOrder) {
    this.#host = host;
    this.#order = order;
  }

  perform(effect: ContainerEffect, self: Self<ContainerEvent>): void {
    const { engine } = this.#order;
    switch (effect.type) {
      case 'image.pull':
        return this.#pull(self);
      case 'config.resolve':
        self.run(this.#order.configure(effect.attempt), (result): ContainerEvent => {
          if (!result.ok) return { type: 'config.refused', fault: result.fault };
          this.#spec = result.value;
          return { type: 'config.resolved' };
        });
        return;
      case 'engine.start':
        self.request(engine, { type: 'container.start', spec: this.#spec! } as EngineRequest, START_MS, (result) => {
          if (!result.ok) return { type: 'engine.refused', fault: result.fault, at: self.clock.now() };
          const { id, at } = result.value as Extract<EngineReply, { type: 'container.started' }>;
          return { type: 'engine.started', id, at };
        });
        return;
      case 'engine.stop': {
        const graceMs = effect.graceMs === 0 ? 0 : Math.max(STOP_LEAST_MS, effect.graceMs - this.#hookMs);
        this.#hookMs = 0;
        return this.#tell(self, { type: 'container.stop', id: effect.id, graceMs });
      }
      case 'engine.forget':
        if (effect.id !== '') this.#tell(self, { type: 'container.remove', id: effect.id });
        return;
      case 'hook.run':
        return this.#hook(effect.id, effect.graceMs, self);
      case 'probes.start':
        for (const kind of effect.kinds) this.#probe(kind, effect.id, self);
        return;
      case 'probes.stop':
        for (const probe of this.#probes) probe.kill();
        this.#probes = [];
        return;
      case 'status.report':
        return this.#order.report(effect.status);
      case 'order.end':
        this.#over = true;
        return this.#order.ended('done');
      case 'event.record':
        return this.#order.record(effect.warning ? 'Warning' : 'Normal', effect.reason, effect.message);
      default:
        return unreachable(effect);
    }
  }
  stop(): void {
    for (const probe of this.#probes) probe.kill();
    if (!this.#over) this.#order.ended('failed');
  }

  #pull(self: Self<ContainerEvent>): void {
    const { container, engine } = this.#order;
    const { image, imagePullPolicy: policy, command = [] } = container;
    const began = self.clock.now();
    const request: EngineRequest = { type: 'image.pull', image, policy, ...(command.length > 0 ? { command } : {}) };
    self.request(engine, request, PULL_MS, (result): ContainerEvent => {
      if (!result.ok) {
        if (result.fault.reason === 'NotFound') this.#order.record('Normal', 'Pulling', `Pulling image "${image}"`);
        return { type: 'image.refused', fault: result.fault };
      }
      const { imageId, pulled, sizeBytes } = result.value as Extract<EngineReply, { type: 'image.pulled' }>;
      if (pulled) this.#order.record('Normal', 'Pulling', `Pulling image "${image}"`);
      const message = pulledMessage(image, pulled, self.clock.now() - began, sizeBytes);
      return { type: 'image.pulled', imageId, pulled, message };
    });
  }
  /** Its end frees the way; what fails is told and changes nothing. */
  #hook(id: string, graceMs: number, self: Self<ContainerEvent>): void {
    const hook = preStopOf(this.#order.container);
    if (hook === undefined) return;
    const began = self.clock.now();
    const ended = (): ContainerEvent => {
      this.#hookMs = self.clock.now() - began;
      return { type: 'hook.ended' };
    };
    if (hook.sleep !== undefined) {
      this.#hookMs = Math.min(graceMs, hook.sleep.seconds * 1_000);
      self.after(this.#hookMs, { type: 'hook.ended' });
      return;
    }
    const probe = {
      ...hook,
      timeoutSeconds: graceMs / 1_000,
      periodSeconds: 1,
      successThreshold: 1,
      failureThreshold: 1,
    };
    const request = requestOf(probe, this.#order.container, this.#order.pod.uid, id);
    if (request === undefined) return void self.after(0, { type: 'hook.ended' });
    self.request(this.#order.engine, request, graceMs + ANSWER_MS, (result) => {
      if (!result.ok) this.#order.record('Warning', 'FailedPreStopHook', `PreStopHook failed: ${result.fault.message}`);
      return ended();
    });
  }
  #probe(kind: ProbeKind, id: string, self: Self<ContainerEvent>): void {
    const { container, pod, engine } = this.#order;
    const probe = probeOf(container, kind);
    const request = probe && requestOf(probe, container, pod.uid, id);
    if (probe === undefined || request === undefined) return self.send({ type: 'probe.passed', probe: kind });
    const title = `${kind[0]!.toUpperCase()}${kind.slice(1)} probe failed: `;
    const at: Address = address('probe', pod.namespace, `${pod.name}/${container.name}/${kind}`);
    const handle = startProbe(this.#host, {
      address: at,
      engine,
      request,
      timeoutMs: timeoutMs(probe),
      limits: limitsOf(probe),
      once: kind === 'startup',
      failed: (message) => this.#order.record('Warning', 'Unhealthy', title + message),
      verdict: (ok) => self.send({ type: ok ? 'probe.passed' : 'probe.failed', probe: kind }),
    });
    this.#probes.push(handle as unknown as ActorHandle);
  }
  #tell(self: Self<ContainerEvent>, request: EngineRequest): void {
    self.tell(this.#order.engine, request);
  }
}
