//! The pods of one node: an actor each, started, told of changes, ended, as the API's objects come and go.
import { address } from '../../runtime/address.ts';
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Host } from '../../runtime/host.ts';
import { keyOf } from '../api/resource.ts';
import type { Pod } from '../api/types/pod.ts';
import type { Service } from '../api/types/service.ts';
import type { KubeletRequest } from '../apiserver/protocol.ts';
import type { Cache, Client, EventRecorder } from '../client/protocol.ts';
import type { ContainerRecord, EngineEvent, EngineReply, EngineRequest } from '../engine/protocol.ts';
import type { PodHandle, Rejection, StartPod } from '../pod/protocol.ts';
import { type NodeRoom, refusal } from './admission.ts';
import { planFor } from './logic.ts';

type Attached = Extract<EngineReply, { type: 'engine.attached' }>;
export interface PodsPorts {
  readonly host: Host;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly services: Cache<Service>;
  readonly startPod: StartPod;
  readonly nodeIp: string;
  room(): NodeRoom;
  /** Reads the node's labels again, then syncs the key: they may be newer than what is known here. */
  refresh(key: string): void;
  removeSandbox(podUid: string): void;
  ended(key: string, how: 'done' | 'failed'): void;
}
interface Entry {
  readonly uid: string;
  readonly handle: PodHandle;
}
interface Held {
  readonly ip: string;
  readonly containers: readonly ContainerRecord[];
}

export class Pods {
  readonly #ports: PodsPorts;
  readonly #cache: Cache<Pod>;
  readonly #entries = new Map<string, Entry>();
  readonly #byUid = new Map<string, Entry>();
  /** Of the last attachment, until a pod takes it over. */
  #held = new Map<string, Held>();
  /** Their labels were read again for this: the next refusal counts. */
  readonly #refreshed = new Set<string>();
  #halting = false;
  constructor(cache: Cache<Pod>, ports: PodsPorts) {
    this.#cache = cache;
    this.#ports = ports;
  }

  get size(): number {
    return this.#entries.size;
  }
  /** Those whose sandbox an answer to a question asked now must contain. */
  sandboxed(): ReadonlySet<string> {
    const uids = new Set<string>();
    for (const { uid, handle } of this.#byUid.values()) if (handle.hasSandbox()) uids.add(uid);
    return uids;
  }
  /** What the engine holds, compared with what runs here. */
  attached({ sandboxes, containers }: Attached, expected: ReadonlySet<string>): void {
    const byPod = new Map<string, ContainerRecord[]>();
    for (const record of containers) {
      const list = byPod.get(record.podUid);
      if (list === undefined) byPod.set(record.podUid, [record]);
      else list.push(record);
    }
    this.#held = new Map(sandboxes.map(({ podUid, ip }) => [podUid, { ip, containers: byPod.get(podUid) ?? [] }]));
    for (const uid of expected)
      if (!this.#held.has(uid)) this.#byUid.get(uid)?.handle.actor.send({ type: 'sandbox.lost' });
    for (const { podUid, name, attempt, id, exit } of containers)
      if (exit !== undefined)
        this.exited({ type: 'engine.exited', podUid, name, attempt, id, ...exit, oomKilled: false, message: '' });
  }
  exited(event: EngineEvent): void {
    this.#byUid.get(event.podUid)?.handle.exited(event);
  }

  syncAll(): void {
    if (!this.#cache.synced) return;
    // Who runs already hears of changes as they come.
    for (const pod of this.#cache.list())
      if (this.#entries.get(keyOf(pod))?.uid !== pod.metadata.uid) this.sync(keyOf(pod));
    for (const [key] of [...this.#entries]) if (this.#cache.get(key) === undefined) this.sync(key);
    const known = new Set(this.#cache.list().map(({ metadata }) => metadata.uid));
    for (const uid of this.#held.keys())
      if (!known.has(uid) && !this.#byUid.has(uid)) {
        this.#held.delete(uid);
        this.#ports.removeSandbox(uid);
      }
  }
  sync(key: string): void {
    if (!this.#cache.synced || this.#halting) return;
    const pod = this.#cache.get(key);
    const entry = this.#entries.get(key);
    switch (planFor(pod?.metadata.uid, entry?.uid)) {
      case 'start':
        return this.#start(key, pod!);
      case 'update':
        return entry!.handle.update(pod!);
      case 'end':
        return entry!.handle.actor.send({ type: 'pod.vanished' });
      case 'nothing':
        return;
    }
  }
  #start(key: string, pod: Pod): void {
    const { host, client, events, services, startPod, nodeIp } = this.#ports;
    const { namespace = '', name, uid } = pod.metadata;
    const held = this.#held.get(uid);
    let rejected: Rejection | undefined;
    if (held === undefined && isFresh(pod)) {
      const room = this.#ports.room();
      rejected = refusal(pod, this.#counting(uid), room);
      if (rejected?.reason === 'NodeAffinity' && !this.#refreshed.has(uid)) {
        this.#refreshed.add(uid);
        return this.#ports.refresh(key);
      }
      this.#refreshed.delete(uid);
      if (rejected !== undefined)
        events.event(pod, 'Warning', rejected.reason, rejected.message.replace(/^Pod was rejected: /, ''));
    }
    this.#held.delete(uid);
    const { name: node, cpuMilli, memoryBytes } = this.#ports.room();
    const handle = startPod(host, {
      address: address('pod', namespace, name),
      engine: address('engine', '', node),
      node: { name: node, ip: nodeIp },
      capacity: { cpuMilli, memoryBytes },
      pod,
      rejected,
      held,
      client,
      services,
      record: (about, type, reason, message) => events.event(about, type, reason, message),
      ended: (how) => this.#ports.ended(key, how),
    });
    const entry = { uid, handle };
    this.#entries.set(key, entry);
    this.#byUid.set(uid, entry);
    // What is taken up is ended in order, if it is to end.
    if (held !== undefined && pod.metadata.deletionTimestamp !== undefined) handle.update(pod);
  }
  /** Pods that take room: those whose end the API does not know of yet. */
  #counting(uid: string): readonly Pod[] {
    const pods: Pod[] = [];
    for (const key of this.#entries.keys()) {
      const pod = this.#cache.get(key);
      if (pod === undefined || pod.metadata.uid === uid || !this.#byUid.has(pod.metadata.uid)) continue;
      if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') pods.push(pod);
    }
    return pods;
  }
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#byUid.delete(entry.uid);
  }
  /** The node stops. */
  halt(graceMs: number): void {
    this.#halting = true;
    for (const { handle } of this.#entries.values()) handle.actor.send({ type: 'pod.halt', graceMs });
  }
  /** At once, without their ends being waited for. */
  kill(): void {
    for (const { handle } of [...this.#entries.values()]) handle.actor.kill();
  }
  objects(): readonly Pod[] {
    return this.#cache.list();
  }
  logOf({ podUid, namespace, name, container, previous }: LogsRequest): Result<string> {
    const entry = this.#byUid.get(podUid);
    if (entry === undefined)
      return fail('NotFound', `pod "${name}" in namespace "${namespace}" not found on this node`);
    return entry.handle.logOf(container, previous);
  }
  /** What the engine is to be asked; refusals are in kubelet's words. */
  connectionTo(request: ConnectRequest): Result<EngineRequest> {
    const { podUid, stream } = request;
    const entry = this.#byUid.get(podUid);
    if (entry === undefined || !entry.handle.hasSandbox()) return fail('NotFound', 'pod does not exist');
    if (request.type === 'kubelet.dial') return ok({ type: 'sandbox.dial', podUid, port: request.port, stream });
    const id = entry.handle.runningId(request.container);
    if (id === undefined) return fail('NotFound', `container not found (${JSON.stringify(request.container)})`);
    return ok({ type: 'container.open', id, order: request.order, stream });
  }
}
type LogsRequest = Extract<KubeletRequest, { type: 'kubelet.logs' }>;
type ConnectRequest = Extract<KubeletRequest, { type: 'kubelet.open' | 'kubelet.dial' }>;
/** It was never taken by this node: a pod that was is not asked again. */
const isFresh = (pod: Pod): boolean =>
  pod.status?.startTime === undefined &&
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status?.phase ?? 'Pending') === 'Pending';
