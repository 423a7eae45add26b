//! The Node object and its lease, as this node writes them.
import { api } from '../../runtime/address.ts';
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { ask, pause, type Task } from '../../runtime/task.ts';
import { LEASES, NODES } from '../api/resource.ts';
import { microTime } from '../api/time.ts';
import type { Lease, Node, NodeCondition } from '../api/types/cluster.ts';
import type { ApiReply, User } from '../apiserver/protocol.ts';
import type { Client } from '../client/protocol.ts';
import type { EngineInfo } from '../engine/protocol.ts';
import type { NodeRoom } from './admission.ts';
import {
  hasMoved,
  type Identity,
  LEASE_SECONDS,
  MEMORY_KEPT_BYTES,
  movedDraft,
  nodeConditions,
  nodeDraft,
  nodeStatus,
  PODS_MAX,
  REPORT_AGAIN_MS,
  sameConditions,
} from './logic.ts';
import type { KubeletOptions } from './protocol.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const LOOKS = 40;
const LOOK_MS = 1_000;
const LOOK_AGAIN_MS = 50;

export class NodeRecord {
  readonly #options: KubeletOptions;
  readonly #info: EngineInfo;
  readonly #client: Client;
  readonly #identity: Identity;
  #node: Node | undefined;
  #conditions: readonly NodeCondition[] = [];
  #reportedAt = 0;
  #leased = false;
  readonly #cluster: string;
  readonly #user: User;
  constructor(
    options: KubeletOptions,
    info: EngineInfo,
    who: { readonly client: Client; readonly user: User; readonly cluster: string },
    random: Random,
  ) {
    this.#options = options;
    this.#info = info;
    this.#client = who.client;
    this.#user = who.user;
    this.#cluster = who.cluster;
    const hex = (length: number): string => Array.from({ length }, () => integer(random, 16).toString(16)).join('');
    this.#identity = { machineId: hex(32), bootId: [8, 4, 4, 4, 12].map(hex).join('-') };
  }

  get node(): Node | undefined {
    return this.#node;
  }
  get room(): NodeRoom {
    return {
      name: this.#options.node,
      labels: this.#node?.metadata.labels ?? this.#options.labels ?? {},
      cpuMilli: this.#info.cpuMilli,
      memoryBytes: Math.max(0, this.#info.memoryBytes - MEMORY_KEPT_BYTES),
      pods: this.#options.podsMax ?? PODS_MAX,
    };
  }
  /**
   * The client waits longer from try to try; at the start of a cluster the API comes within moments, and a node that
   * looks often is Ready that much sooner.
   */
  *#found(nowMs: number): Task<Result<Node | undefined>> {
    const { node } = this.#options;
    const where = { group: '', version: 'v1', resource: 'nodes', namespace: '', name: node, subresource: '' };
    let last: Result<undefined> = ok(undefined);
    for (let tried = 0; tried < LOOKS; tried++) {
      const id = `kubelet:${node}:${nowMs}:${tried}`;
      const request = { type: 'api.request', id, user: this.#user, verb: 'get', ...where, options: {} } as const;
      const result = yield* ask<ApiReply>(api(this.#cluster, 'get'), request, LOOK_MS);
      if (result.ok) return ok(result.value.type === 'api.object' ? (result.value.object as Node) : undefined);
      if (result.fault.reason === 'NotFound') return ok(undefined);
      last = result;
      yield* pause(LOOK_AGAIN_MS);
    }
    return last;
  }
  /** Creates it, or takes up what is there: labels that people have set stay. */
  *register(nowMs: number): Task<Result<void>> {
    const found = yield* this.#found(nowMs);
    if (!found.ok) return found;
    const draft = nodeDraft(this.#info, this.#options);
    const conditions = nodeConditions([], undefined, nowMs);
    const status = nodeStatus(this.#info, this.#options, this.#identity, conditions);
    const before = found.value;
    const moved = before !== undefined && hasMoved(before, draft);
    if (moved) {
      const { uid } = before.metadata;
      const gone = yield* this.#client.delete(NODES, '', this.#options.node, { preconditions: { uid } });
      if (!gone.ok && gone.fault.reason !== 'NotFound') return gone;
    }
    const created =
      before === undefined || moved
        ? yield* this.#client.create<Node>(NODES, '', { ...(moved ? movedDraft(before, draft) : draft), status })
        : fail('AlreadyExists', 'it is there already');
    if (created.ok) {
      this.#node = created.value;
      // A server that keeps to the subresource has dropped it.
      if (created.value.status?.conditions?.some(({ type }) => type === 'Ready')) return this.#noted(conditions, nowMs);
    } else {
      if (created.fault.reason !== 'AlreadyExists') return created;
      const { labels } = draft.metadata;
      const { podCIDR, podCIDRs } = draft.spec ?? {};
      const patched = yield* this.#client.patch<Node>(
        NODES,
        '',
        this.#options.node,
        { metadata: { labels }, spec: { podCIDR, podCIDRs } },
        { type: 'strategic' },
      );
      if (!patched.ok) return patched;
      this.#node = patched.value;
    }
    return yield* this.report(undefined, nowMs, true);
  }
  *report(down: string | undefined, nowMs: number, always = false): Task<Result<void>> {
    const before = this.#conditions.length > 0 ? this.#conditions : (this.#node?.status?.conditions ?? []);
    const conditions = nodeConditions(before, down, nowMs);
    const old = nowMs - this.#reportedAt >= REPORT_AGAIN_MS;
    if (!always && !old && sameConditions(conditions, this.#conditions)) return ok(undefined);
    const status = nodeStatus(this.#info, this.#options, this.#identity, conditions);
    const patched = yield* this.#client.patch<Node>(
      NODES,
      '',
      this.#options.node,
      { status },
      {
        type: 'strategic',
        subresource: 'status',
      },
    );
    if (!patched.ok) return patched;
    this.#node = patched.value;
    return this.#noted(conditions, nowMs);
  }
  #noted(conditions: readonly NodeCondition[], nowMs: number): Result<void> {
    this.#conditions = conditions;
    this.#reportedAt = nowMs;
    return ok(undefined);
  }
  *refresh(): Task<Result<void>> {
    const read = yield* this.#client.get(NODES, '', this.#options.node);
    if (!read.ok) return read;
    this.#node = read.value;
    return ok(undefined);
  }
  *renewLease(nowMs: number): Task<Result<void>> {
    const { node } = this.#options;
    const spec = { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime(nowMs) };
    if (this.#leased) {
      const patched = yield* this.#client.patch<Lease>(LEASES, LEASE_NAMESPACE, node, { spec });
      if (patched.ok) return ok(undefined);
      if (patched.fault.reason !== 'NotFound') return patched;
      this.#leased = false;
    }
    const uid = this.#node?.metadata.uid;
    const owner = { apiVersion: 'v1', kind: 'Node', name: node, uid: uid ?? '' };
    const created = yield* this.#client.create<Lease>(LEASES, LEASE_NAMESPACE, {
      metadata: { name: node, ...(uid === undefined ? {} : { ownerReferences: [owner] }) },
      spec,
    });
    if (!created.ok && created.fault.reason !== 'AlreadyExists') return created;
    this.#leased = true;
    if (created.ok) return ok(undefined);
    const patched = yield* this.#client.patch<Lease>(LEASES, LEASE_NAMESPACE, node, { spec });
    return patched.ok ? ok(undefined) : patched;
  }
}
