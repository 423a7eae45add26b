//! For tests: a process engine on a network of its own, asked over the bus as a kubelet would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { address, inbox } from '../../../../runtime/address.ts';
import type { Result } from '../../../../runtime/fault.ts';
import { type ActorHandle, Host } from '../../../../runtime/host.ts';
import { realPorts } from '../../../../runtime/real/ports.ts';
import { openReader } from '../../../../runtime/stream.ts';
import { opened } from '../../../../runtime/task.ts';
import type { ClusterNetwork, NodeNetwork } from '../../../network/protocol.ts';
import { containerOf } from '../../contract.ts';
import type {
  ContainerSpec,
  EngineEvent,
  EngineReply,
  EngineRequest,
  LogOptions,
  SandboxSpec,
} from '../../protocol.ts';
import { type StartProcessEngine, startProcessEngine } from '../index.ts';

export const CLUSTER = 'test';
const KUBELET = inbox(CLUSTER, address('kubelet', '', 'node-1'));

export type OpenNetwork = (key: string, home: string) => Promise<ClusterNetwork>;
export const promised = <T>(run: (done: (result: Result<T>) => void) => void): Promise<T> =>
  new Promise((resolve, reject) =>
    run((result) => (result.ok ? resolve(result.value) : reject(new Error(result.fault.message)))),
  );

export class Rig {
  readonly dir = mkdtempSync(join(tmpdir(), 'orrery-engine-'));
  readonly host = new Host('h1', CLUSTER, realPorts({ level: 'silent' }));
  readonly exits: EngineEvent[] = [];
  readonly #listeners = new Set<() => void>();
  #streams = 0;
  readonly #options: Partial<StartProcessEngine>;
  network!: NodeNetwork;
  engine!: ActorHandle<never>;
  #cluster!: ClusterNetwork;

  constructor(options: Partial<StartProcessEngine> = {}) {
    this.#options = options;
    this.host.ports.bus.subscribe(KUBELET, ({ message }) => {
      this.exits.push(message as EngineEvent);
      for (const listener of this.#listeners) listener();
    });
  }
  async open(openNetwork: OpenNetwork): Promise<this> {
    this.#cluster = await openNetwork(`engine ${this.dir}`, this.dir);
    await this.boot();
    return this;
  }
  /** An engine, as after the last one's crash when there was one. */
  async boot(): Promise<Extract<EngineReply, { type: 'engine.attached' }>> {
    this.network = await promised<NodeNetwork>((done) => this.#cluster.node('node-1', done));
    const { dir, network, host } = this;
    this.engine = startProcessEngine(host, { node: 'node-1', stateDir: dir, network, ...this.#options }) as never;
    return this.attach();
  }
  attach(): Promise<Extract<EngineReply, { type: 'engine.attached' }>> {
    return this.ask<'engine.attached'>({ type: 'engine.attach', subscriber: KUBELET });
  }
  answer(request: EngineRequest): Promise<Result<EngineReply>> {
    const to = inbox(CLUSTER, address('engine', '', 'node-1'));
    return new Promise((resolve) =>
      this.host.ports.bus.request(to, request, 30_000, (result) => resolve(opened(result) as Result<EngineReply>)),
    );
  }
  async ask<T extends EngineReply['type']>(request: EngineRequest): Promise<Extract<EngineReply, { type: T }>> {
    const result = await this.answer(request);
    if (!result.ok) throw new Error(`${request.type}: ${result.fault.reason}: ${result.fault.message}`);
    return result.value as Extract<EngineReply, { type: T }>;
  }
  async run(podUid: string, more: Partial<SandboxSpec> = {}): Promise<string> {
    const spec = { podUid, namespace: 'default', name: podUid, hostNetwork: false, hostname: podUid, labels: {} };
    const running = await this.ask<'sandbox.running'>({
      type: 'sandbox.run',
      spec: { ...spec, annotations: {}, ...more },
    });
    return running.ip;
  }
  async start(podUid: string, more: Partial<ContainerSpec>): Promise<string> {
    return (await this.ask<'container.started'>({ type: 'container.start', spec: containerOf({ podUid, ...more }) }))
      .id;
  }
  sh(podUid: string, script: string, more: Partial<ContainerSpec> = {}): Promise<string> {
    return this.start(podUid, { command: ['/bin/sh', '-c', script], ...more });
  }
  /** Once a container's exit has been told. */
  exit(id: string): Promise<EngineEvent> {
    return this.until(() => this.exits.find((event) => event.id === id));
  }
  until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const { clock } = this.host.ports;
      const limit = clock.setTimeout(() => reject(new Error('it did not come true in time')), 20_000);
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        clock.clearTimeout(limit);
        this.#listeners.delete(check);
        resolve(found);
      };
      this.#listeners.add(check);
      check();
    });
  }
  /** What `kubectl logs` would print; `onData` sees it come. */
  async logs(id: string, options: Partial<LogOptions> = {}, onData: (all: string) => void = () => {}): Promise<string> {
    const { bus, clock } = this.host.ports;
    let all = '';
    this.#streams += 1;
    const end = new Promise<void>((resolve, reject) => {
      const reader = openReader(bus, clock, CLUSTER, `log-${this.#streams}`, {
        onData: (bytes) => {
          all += Buffer.from(bytes).toString();
          onData(all);
        },
        onEnd: (fault) => (fault ? reject(new Error(fault.message)) : resolve()),
      });
      const asked: LogOptions = { follow: false, timestamps: false, ...options };
      this.ask({ type: 'container.logs', id, stream: reader.subject, options: asked }).catch(reject);
    });
    await end;
    return all;
  }
  /** Tries until it answers. */
  async eventually<T>(attempt: () => Promise<T | undefined>, limitMs = 10_000): Promise<T> {
    for (let waited = 0; ; waited += 10) {
      const found = await attempt().catch(() => undefined);
      if (found !== undefined) return found;
      if (waited >= limitMs) throw new Error('it did not come true in time');
      await new Promise((resolve) => this.host.ports.clock.setTimeout(() => resolve(undefined), 10));
    }
  }
  async close(): Promise<void> {
    const { sandboxes } = await this.attach();
    // Answered once the images are built: nothing is written to the folder after that.
    await this.answer({ type: 'image.pull', image: 'nginx', policy: 'IfNotPresent' });
    await Promise.all(sandboxes.map(({ podUid }) => this.ask({ type: 'sandbox.remove', podUid })));
    this.engine.stop();
    await new Promise<void>((resolve) => this.#cluster.close(resolve));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
