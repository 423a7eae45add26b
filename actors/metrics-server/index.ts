//! The metrics server as an actor: asks every kubelet what is used, answers for metrics.k8s.io.
import { address, inbox } from '../../runtime/address.ts';
import { fail, type Result, unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Delivery, Message, Stop } from '../../runtime/ports.ts';
import { all, ask, type Task } from '../../runtime/task.ts';
import { NODES, PODS } from '../api/resource.ts';
import type { Node } from '../api/types/cluster.ts';
import type { Pod } from '../api/types/pod.ts';
import type { AggregatedRequest, KubeletReply, User } from '../apiserver/protocol.ts';
import type { UsedCache } from '../client/cache.ts';
import { createClient } from '../client/client.ts';
import { informers } from '../client/informer/set.ts';
import type { Client } from '../client/protocol.ts';
import { answer } from './answer.ts';
import { Storage } from './logic.ts';
import { metricsServerMachine } from './machine.ts';
import { METRICS_SERVER, type MetricsServerEffect, type MetricsServerEvent } from './protocol.ts';
import { register } from './registration.ts';
import { RESOURCES, readScrape, type Scrape } from './scrape.ts';

/** Less than an interval: a round ends before the next is due. */
const SCRAPE_MS = 10_000;
const USER: User = {
  name: 'system:serviceaccount:kube-system:metrics-server',
  groups: ['system:masters', 'system:authenticated'],
};

export function startMetricsServer(host: Host): ActorHandle<MetricsServerEvent> {
  const shell = new Shell(host);
  return host.start({
    address: METRICS_SERVER,
    machine: metricsServerMachine,
    input: undefined,
    onStart: (self) => shell.start(self),
    onStop: () => shell.stop(),
    receive: (delivery) => shell.receive(delivery),
    perform: (effect, self) => shell.perform(effect, self),
    shutdown: { event: { type: 'server.stop' }, shutdownMs: 1_000 },
  });
}

class Shell {
  readonly #host: Host;
  readonly #storage = new Storage();
  #client!: Client;
  #nodes!: UsedCache<Node>;
  #pods!: UsedCache<Pod>;
  #releases: readonly Stop[] = [];
  constructor(host: Host) {
    this.#host = host;
  }
  start({ random, clock, host }: Self<MetricsServerEvent>): void {
    const set = informers(host);
    this.#client = createClient(host.cluster, USER, { id: 'metrics-server', random, clock }, set);
    this.#nodes = set.get({ resource: NODES });
    this.#pods = set.get({ resource: PODS });
    this.#releases = [() => this.#nodes.release(), () => this.#pods.release()];
  }
  stop(): void {
    for (const release of this.#releases) release();
  }
  receive({ message, reply }: Delivery): MetricsServerEvent | undefined {
    if (message.type !== 'aggregated.ask') {
      const { fault } = fail('BadRequest', `a metrics server knows no ${message.type}`);
      reply?.({ type: 'fault', fault } as Message);
      return undefined;
    }
    const storage = this.#storage;
    const known = {
      nowMs: this.#host.ports.clock.now(),
      nodes: () => this.#nodes.list(),
      pods: (namespace: string) => this.#pods.list(namespace === '' ? undefined : namespace),
      nodeUsed: (name: string) => storage.node(name),
      podUsed: (key: string) => storage.pod(key),
    };
    reply?.(answer(message as AggregatedRequest, known) as Message);
    return undefined;
  }
  perform(effect: MetricsServerEffect, self: Self<MetricsServerEvent>): void {
    switch (effect.type) {
      case 'register':
        self.run(register(this.#client), (result): MetricsServerEvent => {
          if (result.ok) return { type: 'registered' };
          self.logger.warn({ fault: result.fault.reason, message: result.fault.message }, 'metrics API not registered');
          return { type: 'registration.failed' };
        });
        return;
      case 'scrape': {
        const ready = this.#nodes.list().filter(isReady);
        const names = ready.map(({ metadata }) => metadata.name);
        self.run(all(names.map((name) => scrape(this.#host.cluster, name))), (results): MetricsServerEvent => {
          const heard = new Set<string>();
          for (const [i, result] of results.entries()) {
            const name = names[i]!;
            if (result.ok) {
              heard.add(name);
              this.#storage.add(name, result.value);
            } else self.logger.debug({ node: name, message: result.fault.message }, 'node not scraped');
          }
          this.#storage.keep(heard);
          return { type: 'scraped' };
        });
        return;
      }
      default:
        return unreachable(effect);
    }
  }
}
function* scrape(cluster: string, node: string): Task<Result<Scrape>> {
  const to = inbox(cluster, address('kubelet', '', node));
  const got = yield* ask<KubeletReply>(to, { type: 'kubelet.get', path: RESOURCES } as Message, SCRAPE_MS);
  if (!got.ok) return got;
  if (got.value.type !== 'kubelet.got' || got.value.code !== 200)
    return fail('Unavailable', `kubelet ${node} does not say what is used`);
  const read = readScrape(got.value.body);
  return read === undefined
    ? fail('Unavailable', `kubelet ${node} says nothing of its node`)
    : { ok: true, value: read };
}
const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
