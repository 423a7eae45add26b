//! For tests: a simulated cluster of an API and nodes, without scheduler and controllers: pods name their node.
import { address, inbox } from '../../runtime/address.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { Logger, Message } from '../../runtime/ports.ts';
import { silent } from '../../runtime/silent.ts';
import { openReader } from '../../runtime/stream.ts';
import { opened } from '../../runtime/task.ts';
import { Tracer } from '../../runtime/trace.ts';
import type { Pod, PodSpec } from '../api/types/pod.ts';
import type { KubeletRequest } from '../apiserver/protocol.ts';
import { type Any, Rig } from '../apiserver/rig.ts'; // tidy: a rig for tests puts components together
import { startContainer } from '../container/index.ts'; // tidy: a rig for tests puts components together
// tidy: a rig for tests puts components together
import {
  type SimulatedEngineOptions,
  type SimulationRequest,
  startSimulatedEngine,
} from '../engine/simulated/index.ts';
import { podStarter } from '../pod/index.ts'; // tidy: a rig for tests puts components together
import { type KubeletEvent, type KubeletOptions, startKubelet } from './index.ts';

export interface NodeRigOptions {
  readonly seed?: number;
  readonly nodes?: number;
  readonly latencyMs?: readonly [number, number];
  readonly engine?: Partial<SimulatedEngineOptions>;
  readonly kubelet?: Partial<KubeletOptions>;
}
const startPod = podStarter(startContainer);

export class NodeRig {
  readonly api: Rig;
  readonly kubelets: ActorHandle<KubeletEvent>[] = [];
  readonly #options: NodeRigOptions;
  /** Actors that died of a bug: no story goes on after that. */
  readonly #failed: string[] = [];
  readonly #logger: Logger = {
    ...silent,
    error: (fields) => this.#failed.push(JSON.stringify(fields)),
    child: () => this.#logger,
  };
  constructor(options: NodeRigOptions = {}) {
    this.#options = options;
    const { seed = 1, nodes = 1, latencyMs } = options;
    this.api = new Rig({ seed, logger: this.#logger, ...(latencyMs === undefined ? {} : { latencyMs }) });
    this.api.ok('create', 'configmaps', {
      body: { metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': 'CA' } },
    });
    for (let i = 1; i <= nodes; i++) {
      this.startEngine(i);
      this.startKubelet(i);
    }
    this.until('all nodes are Ready', () => this.list('nodes', '').filter(isReady).length === nodes);
  }
  get world() {
    return this.api.world;
  }
  startEngine(i: number): void {
    startSimulatedEngine(this.#watched(`engine-${i}`), {
      node: `node-${i}`,
      nodeIp: `10.0.0.${i}`,
      podCidr: `10.244.${i}.0/24`,
      cpuMilli: 4_000,
      memoryBytes: 8 * 2 ** 30,
      ...this.#options.engine,
    });
  }
  startKubelet(i: number): ActorHandle<KubeletEvent> {
    const kubelet = startKubelet(this.#watched(`node-${i}`), {
      node: `node-${i}`,
      startPod,
      ...this.#options.kubelet,
    });
    this.kubelets[i] = kubelet;
    return kubelet;
  }
  /** An event that no state knows is a misspelt one, or a state forgotten. */
  #watched(name: string): Host {
    const host = this.world.host(name);
    const tracer = new Tracer(
      host,
      () => true,
      ({ actor, event, from, ignored }) => {
        if (ignored) this.#failed.push(`${actor} does not know ${event} in ${from}`);
      },
    );
    host.observe(tracer);
    return host;
  }
  /** Deaths that a story caused on purpose. */
  forgive(): void {
    this.#failed.length = 0;
  }
  /** `done` is asked after every step: it must not ask the API. */
  until(what: string, done: () => boolean, limitMs = 600_000): void {
    const { world } = this;
    const end = world.clock.now() + limitMs;
    while (!done()) {
      if (world.clock.now() > end) throw new Error(`seed ${world.seed}: not within ${limitMs} ms: ${what}`);
      world.advance(STEP_MS);
      if (this.#failed.length > 0) throw new Error(this.#failed.join('\n'));
    }
  }
  list(resource: string, namespace = 'default'): readonly Any[] {
    const { group, version } = GROUPS[resource] ?? { group: '', version: 'v1' };
    const items: Any[] = [];
    let next = '';
    do {
      const options = next === '' ? {} : { continue: next };
      const page = this.api.ok('list', resource, { namespace, group, version, options });
      items.push(...page.items);
      next = page.continue ?? '';
    } while (next !== '');
    return items;
  }
  run(name: string, spec: Partial<PodSpec> | object, metadata: object = {}): Pod {
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...metadata },
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'nginx' }], ...spec },
    };
    return this.api.ok('create', 'pods', { body });
  }
  pod(name: string): Any {
    const reply = this.api.ask('get', 'pods', { name });
    return reply.type === 'api.object' ? reply.object : undefined;
  }
  status(name: string): Any {
    return this.pod(name)?.status;
  }
  untilPod(name: string, what: string, is: (pod: Any) => boolean, limitMs?: number): Any {
    let found: Any;
    this.until(
      `pod ${name}: ${what}`,
      () => {
        found = this.pod(name);
        return is(found);
      },
      limitMs,
    );
    return found;
  }
  events(reason?: string): readonly string[] {
    return this.list('events')
      .filter((event) => reason === undefined || event.reason === reason)
      .map((event) => event.message);
  }
  logs(name: string, more: { readonly previous?: boolean; readonly container?: string } = {}): string {
    const { bus, clock, cluster } = this.world;
    let text = '';
    let over = false;
    const decoder = new TextDecoder();
    const reader = openReader(bus, clock, cluster, `log-${clock.now()}`, {
      onData: (bytes) => {
        text += decoder.decode(bytes, { stream: true });
      },
      onEnd: () => {
        over = true;
      },
    });
    const { metadata, spec } = this.pod(name);
    const request: KubeletRequest = {
      type: 'kubelet.logs',
      namespace: metadata.namespace,
      name,
      podUid: metadata.uid,
      container: more.container ?? 'main',
      previous: more.previous ?? false,
      options: { follow: false, timestamps: false },
      stream: reader.subject,
    };
    const answer = this.ask(request, spec.nodeName, 'kubelet');
    if (!answer.ok) throw new Error(answer.fault.message);
    this.until('the end of the log', () => over, 10_000);
    return text;
  }
  /** Uids of the pods that an engine holds. Its events go to the kubelet as before. */
  held(i = 1): readonly string[] {
    const subscriber = inbox('sim', address('kubelet', '', `node-${i}`));
    const attached = this.ask({ type: 'engine.attach', subscriber } as Message, `node-${i}`);
    return attached.value.sandboxes.map((sandbox: Any) => sandbox.podUid);
  }
  /** To an engine. */
  ask(request: SimulationRequest | Message, node = 'node-1', component = 'engine'): Any {
    let answer: Any;
    this.world.bus.request(inbox('sim', address(component, '', node)), request, 10_000, (result) => {
      answer = opened(result);
    });
    this.world.until(request.type, () => answer !== undefined);
    return answer;
  }
}
const STEP_MS = 50;
const GROUPS: Readonly<Record<string, { readonly group: string; readonly version: string }>> = {
  leases: { group: 'coordination.k8s.io', version: 'v1' },
};
export const condition = (object: Any, type: string): Any =>
  object?.status?.conditions?.find((one: Any) => one.type === type);
export const isReady = (object: Any): boolean => condition(object, 'Ready')?.status === 'True';
