//! Sandboxes and containers of one simulated node. A plain class: 100,000 pods must fit in a process.
import { fail, unreachable } from '../../../runtime/fault.ts';
import type { Bus, Clock } from '../../../runtime/ports.ts';
import type {
  ContainerSpec,
  EngineEvent,
  EngineInfo,
  EngineReply,
  EngineRequest,
  EngineStats,
  SandboxSpec,
} from '../protocol.ts';
import { Addresses } from './addresses.ts';
import { SimulatedContainer } from './container.ts';
import { CpuMeter } from './cpu-meter.ts';
import { fullName, imageId, repositoryOf } from './image.ts';
import type { SimulationReply, SimulationRequest, WorkloadRule } from './protocol.ts';
import type { Visits } from './visits.ts';
import { behaviourOf } from './workload.ts';

export interface SimulatedEngineOptions {
  readonly node: string;
  readonly nodeIp: string;
  readonly podCidr: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly workloads?: readonly WorkloadRule[];
  /** Repositories, or parts of them, that no registry has. `does-not-exist` is always one. */
  readonly missingImages?: readonly string[];
  /** How long a pull takes. Default 0. */
  readonly pullMs?: number;
  /** Sandboxes it may hold. Default 1,000. */
  readonly sandboxesMax?: number;
}
export interface SimulatedEnginePorts {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly visits: Visits;
}
interface Sandbox {
  readonly spec: SandboxSpec;
  readonly ip: string;
  readonly containers: Map<string, SimulatedContainer>;
}
type Reply = (reply: EngineReply | SimulationReply) => void;
const DONE = { type: 'done' } as const;
const PREFIX = 'simulated://';
const IMAGE_BYTES = 4_194_304;
/** What the node itself uses. */
const SYSTEM = { cpuMilli: 20, memoryBytes: 128 * 2 ** 20 } as const;

export class SimulatedEngine {
  readonly #options: SimulatedEngineOptions;
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #told: (event: EngineEvent) => void;
  readonly #addresses: Addresses;
  readonly #visits: Visits;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #containers = new Map<string, SimulatedContainer>();
  /** Starts that take a while, so that one asked twice is one. */
  readonly #starting = new Map<string, Reply[]>();
  readonly #images = new Set<string>();
  readonly #system: CpuMeter;
  readonly #startedAt: number;
  /** CPU time of containers that are over. */
  #spentNanos = 0;

  constructor(
    options: SimulatedEngineOptions,
    { clock, bus, visits }: SimulatedEnginePorts,
    told: (event: EngineEvent) => void,
  ) {
    this.#visits = visits;
    this.#options = options;
    this.#clock = clock;
    this.#bus = bus;
    this.#told = told;
    this.#addresses = new Addresses(options.podCidr);
    this.#system = new CpuMeter(clock, SYSTEM.cpuMilli);
    this.#startedAt = clock.now();
  }

  handle(request: EngineRequest | SimulationRequest, reply: Reply): void {
    switch (request.type) {
      case 'engine.info':
        return reply({ type: 'engine.informed', info: this.#info() });
      case 'engine.stats':
        return reply({ type: 'engine.measured', stats: this.#stats() });
      case 'engine.attach':
        return reply(this.#held());
      case 'sandbox.run':
        return this.#run(request.spec, reply);
      case 'sandbox.remove':
        return this.#remove(request.podUid, reply);
      case 'image.pull':
        return this.#pull(request.image, request.policy, reply);
      case 'container.start':
        return this.#start(request.spec, reply);
      case 'container.stop':
        this.#containers.get(request.id)?.stop(request.graceMs);
        return reply(DONE);
      case 'container.remove':
        return this.#forget(request.id, reply);
      case 'container.exec':
        return this.#exec(request.id, request.command, request.timeoutMs, reply);
      case 'container.logs': {
        const container = this.#containers.get(request.id);
        if (container === undefined) return reply(faulty('NotFound', `no such container: ${request.id}`));
        reply(DONE);
        return void container.log.send(this.#bus, this.#clock, request.stream, request.options);
      }
      case 'container.open': {
        const container = this.#containers.get(request.id);
        if (!container?.running) return reply(faulty('NotFound', `no such container runs: ${request.id}`));
        return this.#visits.open(container, request.order, request.stream, reply);
      }
      case 'sandbox.dial': {
        const sandbox = this.#sandboxes.get(request.podUid);
        if (sandbox === undefined) return reply(faulty('NotFound', `no sandbox runs for pod ${request.podUid}`));
        const container = listener(sandbox, request.port);
        const refused = `dial tcp4 ${sandbox.ip}:${request.port}: connect: connection refused`;
        if (container === undefined) return reply(faulty('Unavailable', refused));
        return this.#visits.dial(container, request.stream, reply);
      }
      case 'probe.http':
        return this.#probe(request.podUid, request.port, request.timeoutMs, request, reply);
      case 'probe.tcp':
        return this.#probe(request.podUid, request.port, request.timeoutMs, undefined, reply);
      case 'sim.crash': {
        const container = this.#named(request.podUid, request.container);
        if (container === undefined) return reply(faulty('NotFound', 'no such container runs'));
        container.finish(request.exitCode);
        return reply(DONE);
      }
      case 'sim.behave': {
        const container = this.#named(request.podUid, request.container);
        if (container === undefined) return reply(faulty('NotFound', 'no such container runs'));
        const { httpStatus } = request;
        if (httpStatus !== undefined) container.behaviour = { ...container.behaviour, httpStatus };
        const { execs } = request;
        if (execs !== undefined) container.behaviour = { ...container.behaviour, execs };
        container.listening = request.listening ?? container.listening;
        container.use(request);
        return reply(DONE);
      }
      case 'sim.print':
        this.#named(request.podUid, request.container)?.log.print(this.#clock.now(), request.line);
        return reply(DONE);
      case 'sim.http':
        return this.#answer(request.ip, request.port, request.path, reply);
      default:
        return unreachable(request);
    }
  }
  close(): void {
    this.#visits.close();
    for (const container of this.#containers.values()) container.dispose();
  }

  #info(): EngineInfo {
    const { nodeIp, podCidr, cpuMilli, memoryBytes } = this.#options;
    const system = { osImage: 'Orrery (simulated)', kernelVersion: '6.1.0-orrery', architecture: 'amd64' };
    return { name: 'simulated', version: '0.1.0', cpuMilli, memoryBytes, nodeIp, podCidr, ...system };
  }
  #held(): EngineReply {
    return {
      type: 'engine.attached',
      sandboxes: [...this.#sandboxes.values()].map(({ spec, ip }) => ({
        podUid: spec.podUid,
        namespace: spec.namespace,
        name: spec.name,
        ip,
      })),
      containers: [...this.#containers.values()].map(({ spec, id, startedAt, exit }) => ({
        podUid: spec.podUid,
        name: spec.name,
        attempt: spec.attempt,
        id,
        image: spec.image,
        startedAt,
        ...(exit === undefined
          ? {}
          : { exit: { at: exit.at, exitCode: exit.exitCode, ...(exit.signal ? { signal: exit.signal } : {}) } }),
      })),
    };
  }
  #stats(): EngineStats {
    const containers = [...this.#containers.values()].filter(({ running }) => running).map((one) => one.stats());
    const node = { startedAt: this.#startedAt, cpuNanos: this.#system.nanos + this.#spentNanos, memoryBytes: 0 };
    for (const { cpuNanos, memoryBytes } of containers) {
      node.cpuNanos += cpuNanos;
      node.memoryBytes += memoryBytes;
    }
    node.memoryBytes += SYSTEM.memoryBytes;
    return { at: this.#clock.now(), node, containers };
  }
  #run(spec: SandboxSpec, reply: Reply): void {
    const held = this.#sandboxes.get(spec.podUid);
    if (held !== undefined) return reply({ type: 'sandbox.running', ip: held.ip });
    const most = this.#options.sandboxesMax ?? 1_000;
    if (this.#sandboxes.size >= most) return reply(faulty('Busy', `${most} sandboxes run already`));
    const taken = spec.hostNetwork ? { ok: true as const, value: this.#options.nodeIp } : this.#addresses.take();
    if (!taken.ok) return reply({ type: 'fault', fault: taken.fault });
    this.#sandboxes.set(spec.podUid, { spec, ip: taken.value, containers: new Map() });
    reply({ type: 'sandbox.running', ip: taken.value });
  }
  #remove(podUid: string, reply: Reply): void {
    const sandbox = this.#sandboxes.get(podUid);
    if (sandbox !== undefined) {
      for (const container of sandbox.containers.values()) {
        container.stop(0);
        this.#containers.delete(container.id);
      }
      if (!sandbox.spec.hostNetwork) this.#addresses.free(sandbox.ip);
      this.#sandboxes.delete(podUid);
    }
    reply(DONE);
  }
  #pull(image: string, policy: 'Always' | 'IfNotPresent' | 'Never', reply: Reply): void {
    const name = fullName(image);
    const present = this.#images.has(name);
    if (policy === 'Never' && !present)
      return reply(faulty('Unavailable', `Container image "${image}" is not present with pull policy of Never`));
    const pulled = policy === 'Always' || !present;
    const answer = (): void => {
      if (!this.#exists(image)) return reply(faulty('NotFound', notFound(name)));
      this.#images.add(name);
      reply({ type: 'image.pulled', imageId: imageId(image), sizeBytes: IMAGE_BYTES, pulled });
    };
    const pullMs = this.#options.pullMs ?? 0;
    if (pulled && pullMs > 0) this.#clock.setTimeout(answer, pullMs);
    else answer();
  }
  #exists(image: string): boolean {
    const repository = repositoryOf(image);
    return !['does-not-exist', ...(this.#options.missingImages ?? [])].some((part) => repository.includes(part));
  }
  #start(spec: ContainerSpec, reply: Reply): void {
    const sandbox = this.#sandboxes.get(spec.podUid);
    if (sandbox === undefined) return reply(faulty('NotFound', `no sandbox runs for pod ${spec.podUid}`));
    const key = `${spec.name}/${spec.attempt}`;
    const id = `${PREFIX}${spec.podUid}-${spec.name}-${spec.attempt}`;
    const held = sandbox.containers.get(key);
    if (held !== undefined) return reply({ type: 'container.started', id: held.id, at: held.startedAt });
    const waiting = this.#starting.get(id);
    if (waiting !== undefined) return void waiting.push(reply);
    const annotations = { ...sandbox.spec.annotations, ...spec.annotations };
    const behaviour = behaviourOf({ ...spec, annotations }, this.#options.workloads ?? []);
    const begin = (): void => {
      const replies = this.#starting.get(id) ?? [reply];
      this.#starting.delete(id);
      if (this.#sandboxes.get(spec.podUid) !== sandbox) {
        for (const one of replies) one(faulty('NotFound', `the sandbox of pod ${spec.podUid} was removed`));
        return;
      }
      const container = new SimulatedContainer(id, spec, behaviour, {
        clock: this.#clock,
        hostname: sandbox.spec.hostname,
        ip: sandbox.ip,
        ended: (ended) => this.#ended(ended),
      });
      sandbox.containers.set(key, container);
      this.#containers.set(id, container);
      for (const one of replies) one({ type: 'container.started', id, at: container.startedAt });
    };
    if (behaviour.startDelayMs <= 0) return begin();
    this.#starting.set(id, [reply]);
    this.#clock.setTimeout(begin, behaviour.startDelayMs);
  }
  #forget(id: string, reply: Reply): void {
    const container = this.#containers.get(id);
    if (container?.running) return reply(faulty('Conflict', `container ${id} runs: stop it first`));
    if (container !== undefined) {
      const { podUid, name, attempt } = container.spec;
      this.#sandboxes.get(podUid)?.containers.delete(`${name}/${attempt}`);
      this.#containers.delete(id);
    }
    reply(DONE);
  }
  #exec(id: string, command: readonly string[], timeoutMs: number, reply: Reply): void {
    const container = this.#containers.get(id);
    if (!container?.running) return reply(faulty('NotFound', `no such container runs: ${id}`));
    container.exec(command, timeoutMs, (result) => {
      if (result === undefined)
        return reply(faulty('Timeout', `command "${command.join(' ')}" timed out after ${timeoutMs} ms`));
      const { exitCode, stdout, stderr } = result;
      reply({ type: 'container.executed', exitCode, stdout: encoder.encode(stdout), stderr: encoder.encode(stderr) });
    });
  }
  #probe(
    podUid: string,
    port: number,
    _timeoutMs: number,
    http: { readonly scheme: string; readonly path: string; readonly host: string } | undefined,
    reply: Reply,
  ): void {
    const sandbox = this.#sandboxes.get(podUid);
    const container = sandbox && listener(sandbox, port);
    if (container === undefined) {
      const to = `${sandbox?.ip ?? '0.0.0.0'}:${port}`;
      const refused = `dial tcp ${to}: connect: connection refused`;
      const message = http ? `Get "${http.scheme.toLowerCase()}://${to}${slashed(http.path)}": ${refused}` : refused;
      return reply({ type: 'probed', ok: false, message });
    }
    if (http === undefined) return reply({ type: 'probed', ok: true, message: '' });
    const { status, body } = container.answer(slashed(http.path));
    const ok = status >= 200 && status < 400;
    reply({ type: 'probed', ok, message: ok ? body : `HTTP probe failed with statuscode: ${status}` });
  }
  #answer(ip: string, port: number, path: string, reply: Reply): void {
    for (const sandbox of this.#sandboxes.values()) {
      if (sandbox.ip !== ip) continue;
      const container = listener(sandbox, port);
      if (container === undefined) continue;
      return reply({ type: 'sim.answered', podUid: sandbox.spec.podUid, ...container.answer(path) });
    }
    reply(faulty('Unavailable', `dial tcp ${ip}:${port}: connect: connection refused`));
  }
  #named(podUid: string, name: string): SimulatedContainer | undefined {
    const containers = this.#sandboxes.get(podUid)?.containers.values() ?? [];
    return [...containers].find((container) => container.running && container.spec.name === name);
  }
  #ended(container: SimulatedContainer): void {
    const { spec, id, exit } = container;
    const { podUid, name, attempt } = spec;
    this.#spentNanos += container.stats().cpuNanos;
    this.#told({ type: 'engine.exited', podUid, name, attempt, id, ...exit!, message: '' });
  }
}
const encoder = new TextEncoder();
const listener = (sandbox: Sandbox, port: number): SimulatedContainer | undefined =>
  [...sandbox.containers.values()].find((container) => container.listens(port));
const slashed = (path: string): string => (path.startsWith('/') ? path : `/${path}`);
const faulty = (reason: Parameters<typeof fail>[0], message: string): EngineReply => ({
  type: 'fault',
  fault: fail(reason, message).fault,
});
const notFound = (name: string): string =>
  `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`;
