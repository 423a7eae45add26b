//! What the engine is asked, done with real processes. Callbacks only: who asks is an actor.
import { copyFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { DuplexPorts } from '../../../../runtime/duplex.ts';
import { fail, type Result, unreachable } from '../../../../runtime/fault.ts';
import type { Clock, Logger, Stop } from '../../../../runtime/ports.ts';
import { ROOT } from '../../../../runtime/real/root.ts';
import type { NodeNetwork } from '../../../network/protocol.ts';
import type { ContainerSpec, EngineReply, EngineRequest, SandboxSpec } from '../../protocol.ts';
import { builtIn, programOf, repository, unknownImage } from '../images.ts';
import type { LogSink } from '../log-sink.ts';
import { bundleImages } from './bundle.ts';
import { type Container, Containers } from './containers.ts';
import { exec } from './exec.ts';
import { findIsolation } from './isolation.ts';
import { Joined } from './joined.ts';
import type { Machine } from './launch.ts';
import { LogFolder } from './log-folder.ts';
import { readLog } from './log-reader.ts';
import { engineInfo } from './machine-info.ts';
import { probeHttp, probeTcp } from './probe.ts';
import { Sweeper } from './proc.ts';
import { tool } from './programs.ts';
import { type SandboxFile, StateDir } from './state.ts';
import { UsageReader } from './usage.ts';
import { type VisitPlace, Visits } from './visits.ts';

export interface ProcessEngineOptions {
  readonly stateDir: string;
  readonly network: NodeNetwork;
  /** Of a log file before it is turned over; five are kept. */
  readonly logMaxBytes?: number;
  /** For tests: keep away from mount namespaces. */
  readonly isolate?: boolean;
}
export interface EnginePorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly exited: (container: Container) => void;
  readonly sink: (subject: string) => LogSink;
  /** How bytes travel to whoever asked. */
  readonly lines: DuplexPorts;
  readonly lineId: () => string;
}
type Reply = (reply: EngineReply) => void;
const LOG_MAX_BYTES = 10 * 1024 * 1024;
const DONE: EngineReply = { type: 'done' };

export class ProcessEngine {
  readonly #options: ProcessEngineOptions;
  readonly #ports: EnginePorts;
  readonly #state: StateDir;
  readonly #logs: LogFolder;
  readonly #sweeper: Sweeper;
  readonly #containers: Containers;
  readonly #sandboxes = new Map<string, SandboxFile>();
  readonly #running = new Joined<EngineReply>();
  readonly #readers = new Set<Stop>();
  readonly #visits: Visits;
  readonly #usage: UsageReader;
  #images: Result<string> | undefined;
  readonly #imagesWaiting: (() => void)[] = [];
  #isolates = false;

  constructor(options: ProcessEngineOptions, ports: EnginePorts) {
    if (!isAbsolute(options.stateDir)) throw new Error(`stateDir is not absolute: ${options.stateDir}`);
    this.#options = options;
    this.#ports = ports;
    this.#state = new StateDir(options.stateDir);
    this.#logs = new LogFolder(this.#state.logDir, ports.clock, options.logMaxBytes ?? LOG_MAX_BYTES);
    this.#sweeper = new Sweeper(ports.clock);
    const { clock, exited } = ports;
    this.#visits = new Visits(ports);
    this.#usage = new UsageReader(clock, () => this.#containers.running());
    this.#containers = new Containers({ state: this.#state, logs: this.#logs, sweeper: this.#sweeper, clock, exited });
  }

  recover(done: (result: Result<void>) => void): void {
    copyFileSync(join(ROOT, 'actors/engine/process/edge/shim.sh'), join(this.#options.stateDir, 'shim.sh'));
    bundleImages(this.#options.stateDir, (result) => {
      this.#images = result;
      if (!result.ok) this.#ports.logger.error({ fault: result.fault }, 'built-in images are missing');
      for (const waiting of this.#imagesWaiting.splice(0)) waiting();
    });
    for (const sandbox of this.#state.sandboxes()) this.#sandboxes.set(sandbox.spec.podUid, sandbox);
    this.#containers.recover();
    const pods = [...this.#sandboxes.values()].filter(({ spec }) => !spec.hostNetwork);
    findIsolation(this.#options.isolate ?? true, (missing) => {
      this.#isolates = missing === undefined;
      if (missing !== undefined) this.#ports.logger.info({ missing }, 'containers see this machine’s files');
      this.#options.network.adopt(
        pods.map(({ spec, ip }) => ({ podUid: spec.podUid, ip })),
        done,
      );
    });
  }
  /** Containers run on. */
  close(): void {
    for (const stop of [...this.#readers]) stop();
    this.#visits.close();
    this.#containers.close();
    this.#logs.close();
  }

  handle(request: EngineRequest, reply: Reply): void {
    switch (request.type) {
      case 'engine.info':
        return reply({ type: 'engine.informed', info: engineInfo(this.#options.network.addresses) });
      case 'engine.stats':
        return this.#usage.read((stats) => reply({ type: 'engine.measured', stats }));
      case 'engine.attach':
        return reply(this.#attached());
      case 'sandbox.run':
        return this.#running.do(`run ${request.spec.podUid}`, (done) => this.#run(request.spec, done), reply);
      case 'sandbox.remove':
        return this.#running.do(`remove ${request.podUid}`, (done) => this.#remove(request.podUid, done), reply);
      case 'image.pull':
        return this.#pull(request.image, request.policy, request.command ?? [], reply);
      case 'container.start': {
        const { podUid, name, attempt } = request.spec;
        return this.#running.do(`start ${podUid}/${name}/${attempt}`, (done) => this.#start(request.spec, done), reply);
      }
      case 'container.stop': {
        const container = this.#containers.get(request.id);
        if (container) this.#containers.stop(container, request.graceMs);
        return reply(DONE);
      }
      case 'container.remove': {
        const container = this.#containers.get(request.id);
        if (container === undefined) return reply(DONE);
        return this.#containers.kill([container], () => {
          this.#containers.remove(container);
          reply(DONE);
        });
      }
      case 'container.exec':
        return this.#with(request.id, reply, (container) =>
          this.#exec(container, request.command, request.timeoutMs, reply),
        );
      case 'probe.http': {
        const ip = this.#sandboxes.get(request.podUid)?.ip;
        if (ip === undefined) return reply(noSandbox(request.podUid));
        const port = this.#options.network.boundPort(request.host === '' ? ip : request.host, request.port);
        return probeHttp({ ...request, port }, ip, this.#ports.clock, reply);
      }
      case 'probe.tcp': {
        const ip = this.#sandboxes.get(request.podUid)?.ip;
        if (ip === undefined) return reply(noSandbox(request.podUid));
        const host = request.host === '' ? ip : request.host;
        const port = this.#options.network.boundPort(host, request.port);
        return probeTcp(host, port, request.timeoutMs, this.#ports.clock, reply);
      }
      case 'container.logs':
        return this.#with(request.id, reply, (container) => {
          container.log.noticed(this.#ports.clock.now());
          reply(DONE);
          const sink = this.#ports.sink(request.stream);
          // It may end before readLog returns.
          let over = false;
          let forget = (): void => {};
          const stop = readLog(container.log, request.options, {
            ...sink,
            end: () => {
              over = true;
              forget();
              sink.end();
            },
          });
          if (over) return;
          this.#readers.add(stop);
          forget = () => this.#readers.delete(stop);
        });
      case 'container.open':
        return this.#with(request.id, reply, (container) =>
          this.#visits.open(this.#placeOf(container), request, reply),
        );
      case 'sandbox.dial': {
        const sandbox = this.#sandboxes.get(request.podUid);
        if (sandbox === undefined) return reply(noSandbox(request.podUid));
        const port = this.#options.network.boundPort(sandbox.ip, request.port);
        return this.#visits.dial({ ip: sandbox.ip, port, netns: sandbox.netns }, request.stream, reply);
      }
      default:
        return unreachable(request);
    }
  }

  #attached(): EngineReply {
    const sandboxes = [...this.#sandboxes.values()].map(({ spec, ip }) => ({
      podUid: spec.podUid,
      namespace: spec.namespace,
      name: spec.name,
      ip,
    }));
    return { type: 'engine.attached', sandboxes, containers: this.#containers.records() };
  }
  #run(spec: SandboxSpec, reply: Reply): void {
    if (!/^[\w-]{1,200}$/.test(spec.podUid)) return reply(refuse('Invalid', `not a pod's uid: "${spec.podUid}"`));
    const { network } = this.#options;
    const keep = (address: { readonly ip: string; readonly netns?: string }): void => {
      const file: SandboxFile = { spec, ...address };
      this.#state.saveSandbox(file);
      this.#sandboxes.set(spec.podUid, file);
      reply({ type: 'sandbox.running', ip: address.ip });
    };
    if (spec.hostNetwork) return keep({ ip: network.addresses.nodeIp });
    network.join(spec.podUid, (joined) => (joined.ok ? keep(joined.value) : reply({ type: 'fault', ...joined })));
  }
  #remove(podUid: string, reply: Reply): void {
    const sandbox = this.#sandboxes.get(podUid);
    if (sandbox === undefined) return reply(DONE);
    const containers = this.#containers.ofPod(podUid);
    this.#containers.kill(containers, () =>
      this.#sweeper.sweep(`ORRERY_POD_UID=${podUid}\0`, () => {
        const finish = (result: Result<void>): void => {
          for (const container of containers) this.#containers.remove(container);
          this.#state.removeSandbox(podUid);
          this.#sandboxes.delete(podUid);
          reply(result.ok ? DONE : { type: 'fault', ...result });
        };
        if (sandbox.spec.hostNetwork) finish({ ok: true, value: undefined });
        else this.#options.network.leave(podUid, finish);
      }),
    );
  }
  #pull(image: string, policy: 'Always' | 'IfNotPresent' | 'Never', command: readonly string[], reply: Reply): void {
    if (command.length === 0 && builtIn(image) === undefined) {
      // Never: whoever asks reads "not there" (ErrImageNeverPull), not "no such image".
      const reason = policy === 'Never' ? 'Unavailable' : 'NotFound';
      return reply(refuse(reason, unknownImage(image)));
    }
    const program = programOf(image, command, []);
    this.#whenBundled(() => {
      const dir = this.#images?.ok ? this.#images.value : '';
      const size =
        program?.kind === 'bundle'
          ? statSync(join(dir, `${program.bundle}.cjs`), { throwIfNoEntry: false })?.size
          : undefined;
      const imageId = `process://${repository(image)}`;
      reply({ type: 'image.pulled', imageId, sizeBytes: size ?? 0, pulled: policy === 'Always' });
    });
  }
  #start(spec: ContainerSpec, reply: Reply): void {
    const sandbox = this.#sandboxes.get(spec.podUid);
    if (sandbox === undefined) return reply(noSandbox(spec.podUid));
    this.#whenBundled(() => {
      if (this.#images === undefined || !this.#images.ok)
        return reply({ type: 'fault', fault: this.#images?.fault ?? noImages.fault });
      const machine: Machine = {
        stateDir: this.#options.stateDir,
        imagesDir: this.#images.value,
        nodeIp: this.#options.network.addresses.nodeIp,
        lowPorts: this.#options.network.plan.lowPorts,
        isolates: this.#isolates,
      };
      this.#containers.start(machine, sandbox, spec, (started) => {
        if (!started.ok) return reply({ type: 'fault', ...started });
        const { id, startedAt } = started.value.file;
        reply({ type: 'container.started', id, at: startedAt });
      });
    });
  }
  #exec(container: Container, command: readonly string[], timeoutMs: number, reply: Reply): void {
    const place = this.#placeOf(container).inside;
    if (place === undefined)
      return reply(refuse('Unavailable', `container ${container.file.spec.name} is not running`));
    exec({ ...place, command, timeoutMs }, this.#ports.clock, reply);
  }
  #placeOf(container: Container): VisitPlace {
    const { file, hash } = container;
    const pid = file.exit === undefined ? this.#state.pidOf(hash) : undefined;
    if (pid === undefined) return { container, dir: this.#state.containerDir(hash) };
    const netns = this.#sandboxes.get(file.spec.podUid)?.netns;
    const flags = [...(file.isolated ? ['--mount', '--uts', '--root', '--wd'] : []), ...(netns ? ['--net'] : [])];
    const enter = flags.length === 0 ? [] : [tool('nsenter'), `--target=${pid}`, ...flags, '--'];
    const cwd = file.isolated || file.spec.workingDir === '' ? '/' : file.spec.workingDir;
    return { container, dir: this.#state.containerDir(hash), pid, inside: { enter, env: file.env, cwd } };
  }
  #with(id: string, reply: Reply, use: (container: Container) => void): void {
    const container = this.#containers.get(id);
    if (container === undefined) return reply(refuse('NotFound', `no container ${id}`));
    use(container);
  }
  #whenBundled(then: () => void): void {
    if (this.#images !== undefined) then();
    else this.#imagesWaiting.push(then);
  }
}

const refuse = (...about: Parameters<typeof fail>): EngineReply => ({ type: 'fault', ...fail(...about) });
const noImages = fail('Unavailable', 'the built-in images are not built yet');
const noSandbox = (podUid: string): EngineReply =>
  refuse('NotFound', `no sandbox of pod ${podUid}: sandbox.run comes first`);
