//! What any API server is asked over the bus, on `api(cluster, verb)` (queue group `api`). HTTPS at its edge says the
//! same.
import type { Fault } from '../../runtime/fault.ts';
import type { KubeObject, Status } from '../api/types/meta.ts';
import type { LogOptions, OpenOrder } from '../engine/protocol.ts';

export type Verb = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The `extra` of a user that says by which certificate or token (CredentialIDKey). */
export const CREDENTIAL = 'authentication.kubernetes.io/credential-id';

/** Query parameters and bodies by their Kubernetes names. */
export interface ApiOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** custom.metrics.k8s.io: of the metric, not of its object. */
  readonly metricLabelSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly limit?: number;
  /** Watches: whether the state comes before the changes. */
  readonly sendInitialEvents?: boolean;
  /** Watches: how long; 0 or absent: as the server likes. */
  readonly timeoutSeconds?: number;
  readonly continue?: string;
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface ApiRequest {
  readonly type: 'api.request';
  /** The same id again (a retry after a time-out) is the same request. */
  readonly id: string;
  readonly user: User;
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** '' for cluster scope and for all namespaces. */
  readonly namespace: string;
  /** '' for collections. */
  readonly name: string;
  /** status, scale, binding, eviction, token, log, finalize ... ; '' for the object itself. */
  readonly subresource: string;
  /** create, update: the object. patch: the patch (JSON patch: an array). delete: nothing. */
  readonly body?: unknown;
  readonly patchType?: 'json' | 'merge' | 'strategic' | 'apply';
  readonly options: ApiOptions;
}

/**
 * A list over the bus is cut into pages of at most LIST_PAGE_BYTES: `continue` is set until the last.
 * `streamRevision` (lists, last page counts): the revision up to which the watch stream of this resource is contained.
 */
export type ApiReply =
  | {
      readonly type: 'api.object';
      readonly code: number;
      readonly object: KubeObject;
      readonly warnings?: readonly string[];
    }
  | {
      readonly type: 'api.list';
      readonly items: readonly KubeObject[];
      readonly resourceVersion: string;
      readonly continue?: string;
      readonly remainingItemCount?: number;
    }
  /** A delete that answers with Success. */
  | { readonly type: 'api.status'; readonly status: Status }
  | { readonly type: 'fault'; readonly fault: Fault }; // fault.detail is the Status

interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly podUid: string;
}
/** What an API server asks the kubelet of a node (address `kubelet/<node>`). Answered by a KubeletReply. */
export type KubeletRequest =
  | (PodReference & {
      readonly type: 'kubelet.logs';
      readonly container: string;
      /** Of the container's life before this one. */
      readonly previous: boolean;
      readonly options: LogOptions;
      /** The subject of the reader (runtime/stream.ts) to which the lines go. */
      readonly stream: string;
    })
  /** exec, or without a command attach. `stream` is an offer of runtime/duplex.ts, taken up by the node's engine. */
  | (PodReference & {
      readonly type: 'kubelet.open';
      readonly container: string;
      readonly order: OpenOrder;
      readonly stream: string;
    })
  /** A TCP connection to a port of the pod. */
  | (PodReference & { readonly type: 'kubelet.dial'; readonly port: number; readonly stream: string })
  /** What the kubelet's own HTTP server would answer to a GET. */
  | { readonly type: 'kubelet.get'; readonly path: string };
export type KubeletReply =
  | { readonly type: 'done' }
  | { readonly type: 'stream.opened'; readonly stream: string }
  | { readonly type: 'kubelet.got'; readonly code: number; readonly contentType: string; readonly body: string }
  | { readonly type: 'fault'; readonly fault: Fault };

/**
 * What an API server asks an actor that answers for a whole group's version: an APIService's annotation names it
 * (aggregation/remotes.ts). Who may is decided before.
 */
export interface AggregatedRequest {
  readonly type: 'aggregated.ask';
  readonly method: string;
  /** From `/apis/`, with its query. */
  readonly path: string;
  readonly accept: string;
  readonly user: User;
}
export interface AggregatedReply {
  readonly type: 'aggregated.answered';
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
}
/** Of an APIService: the actor, as `component/namespace/name`, that stands for the Service of that name. */
export const ACTOR_ANNOTATION = 'orrery.dev/actor';

export const LIST_PAGE_BYTES = 512 * 1024;
/** How long a client waits for one answer. */
export const API_TIMEOUT_MS = 10_000;

/** Keys in etcd: `/registry/<group or core>/<resource>/<namespace or _>/<name>`, one character a byte of UTF-8. */
export const storageKey = (group: string, resource: string, namespace: string, name: string): string =>
  `/registry/${group === '' ? 'core' : group}/${resource}/${namespace === '' ? '_' : namespace}/${toBytes(name)}`;
/** Names of roles may be any text. */
const toBytes = (name: string): string => (ASCII.test(name) ? name : Buffer.from(name).toString('latin1'));
const fromBytes = (name: string): string => (ASCII.test(name) ? name : Buffer.from(name, 'latin1').toString());
const ASCII = /^[ -~]*$/;
export const storagePrefix = (group: string, resource: string, namespace?: string): string =>
  `/registry/${group === '' ? 'core' : group}/${resource}/${namespace === undefined ? '' : `${namespace === '' ? '_' : namespace}/`}`;
export function parseStorageKey(key: string): { group: string; resource: string; namespace: string; name: string } {
  const [, , group = '', resource = '', namespace = '', ...name] = key.split('/');
  return {
    group: group === 'core' ? '' : group,
    resource,
    namespace: namespace === '_' ? '' : namespace,
    name: fromBytes(name.join('/')),
  };
}
/** Streams of changes, as etcd numbers them: one a resource, one a node and resource (pods only). */
export const resourceStream = (group: string, resource: string): string =>
  `${group === '' ? 'core' : group}/${resource}`;
export const nodeStream = (node: string, resource: string): string => `node/${node}/${resource}`;

/** Values in etcd are JSON without `metadata.resourceVersion`: the revision of the key is that. */
export function decodeValue<T extends KubeObject>(value: Uint8Array, modRevision: number): T {
  const object = JSON.parse(text.decode(value)) as { metadata: { resourceVersion: string } };
  object.metadata.resourceVersion = String(modRevision);
  return object as unknown as T;
}
/** `metadata` comes third, so that the resourceVersion can be put into the text without parsing it. */
export function encodeValue(object: KubeObject): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _, ...kept } = metadata;
  return bytes.encode(JSON.stringify({ kind, apiVersion, metadata: kept, ...rest }));
}
/** As it is on the wire: with its resourceVersion, unless it was never stored (0: a dry run). */
export function valueText(value: Uint8Array, modRevision: number): string {
  const stored = text.decode(value);
  if (modRevision === 0) return stored;
  const metadata = START.exec(stored);
  if (metadata === null) return JSON.stringify(decodeValue(value, modRevision));
  const at = metadata[0].length;
  return `${stored.slice(0, at)}"resourceVersion":"${modRevision}"${stored[at] === '}' ? '' : ','}${stored.slice(at)}`;
}
/**
 * The same for a value that any client of etcd may have written; undefined when it is none that the API would have
 * stored. A look at the text, no validation: enough that nobody who reads it breaks.
 */
export function soundText(key: string, value: Uint8Array, modRevision: number): string | undefined {
  const stored = text.decode(value);
  const { group, resource, namespace, name } = parseStorageKey(key);
  let whole = stored;
  if (!START.test(stored) || !stored.endsWith('}')) {
    try {
      const { kind, apiVersion, metadata, ...rest } = JSON.parse(stored) as Record<string, unknown>;
      whole = JSON.stringify({ kind, apiVersion, metadata, ...rest });
    } catch {
      return undefined;
    }
    if (!START.test(whole)) return undefined;
  }
  const parts = [`"name":${JSON.stringify(name)}`, ...(namespace === '' ? [] : [`"namespace":"${namespace}"`])];
  if (!parts.every((part) => whole.includes(part))) return undefined;
  if (!whole.includes(ALWAYS_THERE[`${group}/${resource}`] ?? '')) return undefined;
  return valueText(whole === stored ? value : bytes.encode(whole), modRevision);
}
const TEMPLATE = '"template":{';
/** What validation never lets such an object be without (k8s.io/kubernetes pkg/apis/...: ValidatePodSpec and so on). */
const ALWAYS_THERE: Readonly<Record<string, string>> = {
  '/pods': '"containers":[',
  '/services': '"spec":{',
  '/replicationcontrollers': TEMPLATE,
  'apps/replicasets': TEMPLATE,
  'apps/deployments': TEMPLATE,
  'apps/statefulsets': TEMPLATE,
  'apps/daemonsets': TEMPLATE,
  'batch/jobs': TEMPLATE,
  'batch/cronjobs': '"jobTemplate":{',
};
const START = /^\{"(?:kind|apiVersion)":"[^"\\]*","(?:kind|apiVersion)":"[^"\\]*","metadata":\{/;
const text = new TextDecoder();
const bytes = new TextEncoder();
