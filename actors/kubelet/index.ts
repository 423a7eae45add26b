//! Performs what a kubelet's chart wants: the node's record and lease, its pods, and logs on request.
import { type Address, address, inbox } from '../../runtime/address.ts';
import { fail, type Result, unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Delivery, Message, Stop } from '../../runtime/ports.ts';
import { ask, pause, type Task } from '../../runtime/task.ts';
import { keyOf, NODES, PODS, SERVICES } from '../api/resource.ts';
import type { Pod } from '../api/types/pod.ts';
import type { KubeletReply, KubeletRequest, User } from '../apiserver/protocol.ts';
import type { UsedCache } from '../client/cache.ts';
import { createClient } from '../client/client.ts';
import { createRecorder } from '../client/events.ts';
import { informers } from '../client/informer/set.ts';
import type { Client, EventRecorder } from '../client/protocol.ts';
import type { EngineInfo, EngineReply, EngineRequest } from '../engine/protocol.ts';
import { answerTo, isAboutUsage, noUsage, usageAnswer } from './http.ts';
import { LEASE_RENEW_MS, restartMs } from './logic.ts';
import { kubeletMachine } from './machine.ts';
import { NodeRecord } from './node.ts';
import { Pods } from './pods.ts';
import type { KubeletEffect, KubeletEvent, KubeletOptions } from './protocol.ts';
import { Samples } from './stats.ts';

export type { KubeletEvent, KubeletOptions } from './protocol.ts';

const ENGINE_MS = 5_000;
const LOGS_MS = 5_000;
/** An engine may try for ten seconds to reach a port. */
const CONNECT_MS = 12_000;
const LEASE_JITTER = 0.04;
const HALT_GRACE_MS = 2_000;
const SHUTDOWN_MS = 15_000;

/** The engine of the node may start before or after it. `startPod`: `podStarter(startContainer)`. */
export function startKubelet(host: Host, options: KubeletOptions): ActorHandle<KubeletEvent> {
  const shell = new Shell(host, options);
  const draw = host.ports.random.fork(`kubelet/${options.node}/lease`);
  return host.start({
    address: address('kubelet', '', options.node),
    machine: kubeletMachine.provide({
      delays: { lease: () => Math.round(LEASE_RENEW_MS * (1 + LEASE_JITTER * draw.float())) },
    }),
    input: undefined,
    onStart: (self) => shell.start(self),
    onStop: () => shell.stop(),
    receive: (delivery) => shell.receive(delivery),
    perform: (effect, self) => shell.perform(effect, self),
    shutdown: { event: { type: 'kubelet.stop' }, shutdownMs: SHUTDOWN_MS },
  });
}

class Shell {
  readonly #host: Host;
  readonly #options: KubeletOptions;
  readonly #engine: Address;
  readonly #user: User;
  readonly #releases: Stop[] = [];
  readonly #failures = new Map<string, number>();
  readonly #touched = new Set<string>();
  readonly #samples = new Samples();
  #self!: Self<KubeletEvent>;
  #client!: Client;
  #events!: EventRecorder;
  #info: EngineInfo | undefined;
  #node: NodeRecord | undefined;
  #pods: Pods | undefined;
  /** What the engine held when nobody could be asked yet whom it belongs to. */
  #first: Extract<EngineReply, { type: 'engine.attached' }> | undefined;

  constructor(host: Host, options: KubeletOptions) {
    this.#host = host;
    this.#options = options;
    this.#engine = address('engine', '', options.node);
    this.#user = {
      name: `system:node:${options.node}`,
      groups: ['system:nodes', 'system:masters', 'system:authenticated'],
    };
  }
  start(self: Self<KubeletEvent>): void {
    this.#self = self;
    const { node } = this.#options;
    const { random, clock, host } = self;
    this.#client = createClient(host.cluster, this.#user, { id: `kubelet:${node}`, random, clock }, informers(host));
    this.#events = createRecorder({
      client: this.#client,
      clock,
      random,
      component: 'kubelet',
      instance: node,
      run: (task) => void self.run(task, () => undefined),
    });
  }
  stop(): void {
    for (const release of this.#releases) release();
    this.#pods?.kill();
  }

  receive(delivery: Delivery): KubeletEvent | undefined {
    const message = delivery.message as KubeletEvent | KubeletRequest;
    if (message.type === 'engine.exited') return message;
    const reply = (answer: KubeletReply): void => delivery.reply?.(answer as Message);
    if (message.type === 'kubelet.logs') this.#logs(message, reply);
    else if (message.type === 'kubelet.open' || message.type === 'kubelet.dial') this.#connect(message, reply);
    else if (message.type === 'kubelet.get') this.#answer(message.path, reply);
    else if (delivery.reply)
      delivery.reply({
        type: 'fault',
        fault: fail('BadRequest', `a kubelet knows no ${message.type}`).fault,
      } as Message);
    return undefined;
  }

  perform(effect: KubeletEffect, self: Self<KubeletEvent>): void {
    switch (effect.type) {
      case 'engine.attach':
        return this.#info === undefined ? this.#getInfo() : this.#attach();
      case 'node.register':
        self.run(this.#node!.register(self.clock.now()), (result): KubeletEvent => {
          if (!result.ok) {
            self.logger.warn({ fault: result.fault.reason, message: result.fault.message }, 'node not registered');
            return { type: 'node.refused', fault: result.fault };
          }
          self.logger.info({ node: this.#options.node }, 'node registered');
          return { type: 'node.registered' };
        });
        return;
      case 'lease.renew':
        self.run(
          this.#node!.renewLease(self.clock.now()),
          (result): KubeletEvent =>
            result.ok ? { type: 'lease.renewed' } : { type: 'lease.refused', fault: result.fault },
        );
        return;
      case 'node.report':
        self.run(this.#node!.report(effect.ready ? undefined : effect.message, self.clock.now()), (result) => {
          if (!result.ok) self.logger.warn({ message: result.fault.message }, 'node status not written');
          return undefined;
        });
        return;
      case 'pods.watch':
        return this.#watch(self);
      case 'pods.sync':
        return this.#pods?.syncAll();
      case 'pod.sync':
        return this.#pods?.sync(effect.key);
      case 'pod.forget':
        return this.#forget(effect.key, effect.how);
      case 'exit.forward':
        return this.#pods?.exited(effect.exit);
      case 'pods.halt':
        this.#pods?.halt(this.#options.haltGraceMs ?? HALT_GRACE_MS);
        return this.#tellWhenGone();
      default:
        return unreachable(effect);
    }
  }

  #getInfo(): void {
    this.#ask({ type: 'engine.info' }, (result) => {
      if (!result.ok) return { type: 'engine.lost', fault: result.fault };
      if (result.value.type === 'engine.informed') this.#info = result.value.info;
      this.#node = new NodeRecord(
        this.#options,
        this.#info!,
        { client: this.#client, user: this.#user, cluster: this.#host.cluster },
        this.#self.random,
      );
      this.#attach();
      return undefined;
    });
  }
  #attach(): void {
    const expected = this.#pods?.sandboxed() ?? new Set<string>();
    const subscriber = inbox(this.#host.cluster, this.#self.address);
    this.#ask({ type: 'engine.attach', subscriber }, (result) => {
      if (!result.ok) return { type: 'engine.lost', fault: result.fault };
      const held = result.value as Extract<EngineReply, { type: 'engine.attached' }>;
      if (this.#pods === undefined) this.#first = held;
      else this.#pods.attached(held, expected);
      return { type: 'engine.attached' };
    });
  }
  #watch(self: Self<KubeletEvent>): void {
    const set = informers(this.#host);
    const services = set.get({ resource: SERVICES });
    // The listener hears what is there at once, before `get` has returned: it goes by the mailbox.
    const cache: UsedCache<Pod> = set.get(
      { resource: PODS, node: this.#options.node },
      {
        changed: ({ object }) => {
          if (this.#pods !== undefined && cache.synced) this.#touch(keyOf(object));
        },
        synced: () => self.send({ type: 'pods.listed' }),
      },
    );
    this.#releases.push(
      () => cache.release(),
      () => services.release(),
    );
    this.#pods = new Pods(cache, {
      host: this.#host,
      client: this.#client,
      events: this.#events,
      services,
      startPod: this.#options.startPod,
      nodeIp: this.#info?.nodeIp ?? '',
      room: () => this.#node!.room,
      refresh: (key) => void self.run(this.#node!.refresh(), () => ({ type: 'pod.touched', key })),
      removeSandbox: (podUid) => self.tell(this.#engine, { type: 'sandbox.remove', podUid } as EngineRequest),
      // Its address is free a moment later.
      ended: (key, how) => void self.after(0, { type: 'pod.ended', key, how }),
    });
    if (this.#first !== undefined) this.#pods.attached(this.#first, new Set());
    this.#first = undefined;
    const { uid } = this.#node?.node?.metadata ?? { uid: '' };
    const about = { apiVersion: 'v1', kind: NODES.kind, name: this.#options.node, uid };
    this.#events.event(about, 'Normal', 'Starting', 'Starting kubelet.');
    const status = `Node ${this.#options.node} status is now: NodeReady`;
    this.#events.event(about, 'Normal', 'NodeReady', status);
  }
  /**
   * A change may be told from inside a pod's own write, and many may come at once: they are looked at a moment later,
   * each pod once.
   */
  #touch(key: string): void {
    this.#touched.add(key);
    if (this.#touched.size > 1) return;
    this.#self.run(pause(0), () => {
      const keys = [...this.#touched];
      this.#touched.clear();
      for (const one of keys) this.#self.send({ type: 'pod.touched', key: one });
      return undefined;
    });
  }
  /** A pod whose actor died of a bug is started again, later each time; what runs of it is taken up. */
  #forget(key: string, how: 'done' | 'failed'): void {
    this.#pods?.forget(key);
    this.#tellWhenGone();
    if (how === 'done') {
      this.#failures.delete(key);
      return this.#pods?.sync(key);
    }
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#self.after(restartMs(failures), { type: 'pods.retry' });
  }
  #tellWhenGone(): void {
    if (this.#self.host.find(this.#self.address) === undefined) return;
    if ((this.#pods?.size ?? 0) === 0) this.#self.send({ type: 'pods.gone' });
  }
  #answer(path: string, reply: (reply: KubeletReply) => void): void {
    const pods = (): readonly Pod[] => this.#pods?.objects() ?? [];
    if (!isAboutUsage(path)) return reply(answerTo(path, pods()));
    this.#ask({ type: 'engine.stats' }, (result) => {
      if (!result.ok) reply(noUsage(result.fault.message));
      else if (result.value.type === 'engine.measured') {
        const { stats } = result.value;
        const before = this.#samples.before(stats);
        this.#samples.add(stats);
        const node = { name: this.#options.node, capacityBytes: this.#info?.memoryBytes ?? 0 };
        reply(usageAnswer(path, node, stats, before, pods()));
      }
      return undefined;
    });
  }
  #logs(request: Extract<KubeletRequest, { type: 'kubelet.logs' }>, reply: (reply: KubeletReply) => void): void {
    const id = this.#pods?.logOf(request) ?? fail('Unavailable', 'the kubelet is starting');
    if (!id.ok) return reply({ type: 'fault', fault: id.fault });
    const { stream, options } = request;
    this.#ask(
      { type: 'container.logs', id: id.value, stream, options },
      (result) => {
        reply(result.ok ? { type: 'done' } : { type: 'fault', fault: result.fault });
        return undefined;
      },
      LOGS_MS,
    );
  }
  /** The engine takes the offer up: from then on bytes pass this kubelet by. */
  #connect(
    request: Extract<KubeletRequest, { type: 'kubelet.open' | 'kubelet.dial' }>,
    reply: (reply: KubeletReply) => void,
  ): void {
    const wanted = this.#pods?.connectionTo(request) ?? fail('Unavailable', 'the kubelet is starting');
    if (!wanted.ok) return reply({ type: 'fault', fault: wanted.fault });
    this.#ask(
      wanted.value,
      (result) => {
        if (!result.ok) reply({ type: 'fault', fault: result.fault });
        else if (result.value.type === 'stream.opened') reply(result.value);
        return undefined;
      },
      CONNECT_MS,
    );
  }
  #ask(
    request: EngineRequest,
    then: (result: Result<EngineReply>) => KubeletEvent | undefined,
    timeoutMs = ENGINE_MS,
  ): void {
    // `request` wants an event for every answer; some answers are none.
    this.#self.run(answered(this.#self, this.#engine, request, timeoutMs), then);
  }
}
function* answered(
  self: Self<KubeletEvent>,
  to: Address,
  request: EngineRequest,
  timeoutMs: number,
): Task<Result<EngineReply>> {
  return yield* ask<EngineReply>(inbox(self.host.cluster, to), request, timeoutMs);
}
