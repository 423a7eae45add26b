//! Whom a connection is for: pods, services and nodes by path and query, looked up, admitted (CONNECT).
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import type { JsonObject } from '../../../api/json.ts';
import { badRequest, notFound } from '../../../api/status.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import type { Pod } from '../../../api/types/pod.ts';
import { admitConnect } from '../../admission/chain.ts';
import { lookup } from '../../admission/lookup.ts';
import type { KubeletRequest } from '../../protocol.ts';
import { type Call, type Engine, refuse } from '../../verbs/engine.ts';
import { isTrue } from '../query.ts';
import { type Backend, backendOfPod, backendOfService } from './backend.ts';
import { containerOf } from './container.ts';

type Sans<T> = T extends { readonly stream: string } ? Omit<T, 'stream'> : never;
/** Of a pod on a node: what its kubelet is asked, but for the stream. */
export type Wanted = Sans<Extract<KubeletRequest, { type: 'kubelet.open' | 'kubelet.dial' }>>;
export type Command = Extract<Wanted, { type: 'kubelet.open' }>;
export interface PodOnNode {
  readonly node: string;
  readonly namespace: string;
  readonly name: string;
  readonly podUid: string;
}
export type Target =
  | { readonly kind: 'command'; readonly node: string; readonly request: Command }
  | { readonly kind: 'portforward'; readonly pod: PodOnNode; readonly ports: readonly number[] }
  | { readonly kind: 'proxy'; readonly backend: Backend; readonly path: string }
  | { readonly kind: 'kubelet'; readonly node: string; readonly path: string };

/** `rest`: what follows `/proxy`, with its slash; as it was sent. */
export function* targetOf(engine: Engine, call: Call, query: URLSearchParams, rest: string): Task<Result<Target>> {
  const { info, request } = call;
  if (info.resource === 'services') return yield* proxied(engine, call, rest, backendOfService);
  if (info.resource === 'nodes') return yield* kubeletOf(engine, call, query, rest);
  if (request.subresource === 'proxy') return yield* proxied(engine, call, rest, backendOfPod);
  const found = yield* lookup<Pod>(engine, info.storage, request.namespace, request.name, call.deadline);
  if (!found.ok) return found;
  const pod = found.value;
  if (pod === undefined) return refuse(notFound(info, request.name));
  const options = optionsOf(request.subresource, query);
  if (!options.ok) return options;
  const admitted = yield* admitConnect(engine, call, options.value);
  if (!admitted.ok) return admitted;
  const { name, namespace = '', uid } = pod.metadata;
  const node = pod.spec.nodeName ?? '';
  const unassigned = badRequest(`pod ${name} does not have a host assigned`);
  if (request.subresource === 'portforward') {
    if (node === '') return refuse(unassigned);
    const ports = (options.value['ports'] ?? []) as readonly number[];
    return ok({ kind: 'portforward', pod: { node, name, namespace, podUid: uid }, ports });
  }
  const container = containerOf(pod, query.get('container') ?? '');
  if (!container.ok) return container;
  if (node === '') return refuse(unassigned);
  const on = (word: string): boolean => isTrue(query.get(word));
  const tty = on('tty');
  const order = { stdin: on('stdin'), stdout: on('stdout'), stderr: on('stderr') && !tty, tty };
  if (!order.stdin && !order.stdout && !order.stderr)
    return refuse(badRequest('you must specify at least 1 of stdin, stdout, stderr'));
  const command = query.getAll('command');
  if (request.subresource === 'exec' && command.length === 0)
    return refuse(badRequest('you must specify at least 1 command for the pod'));
  const wanted: Command = {
    type: 'kubelet.open',
    namespace,
    name,
    podUid: uid,
    container: container.value,
    order: request.subresource === 'exec' ? { ...order, command } : order,
  };
  return ok({ kind: 'command', node, request: wanted });
}

function* proxied(
  engine: Engine,
  call: Call,
  path: string,
  find: (engine: Engine, call: Call) => Task<Result<Backend>>,
): Task<Result<Target>> {
  const kind = call.info.resource === 'services' ? 'ServiceProxyOptions' : 'PodProxyOptions';
  const admitted = yield* admitConnect(engine, call, { kind, apiVersion: 'v1', path });
  if (!admitted.ok) return admitted;
  const backend = yield* find(engine, call);
  return backend.ok ? ok({ kind: 'proxy', backend: backend.value, path }) : backend;
}
function* kubeletOf(engine: Engine, call: Call, query: URLSearchParams, rest: string): Task<Result<Target>> {
  const { info, request } = call;
  // `node:10250` and `https:node:` name the same kubelet.
  const parts = request.name.split(':');
  const name = parts.length === 3 ? parts[1]! : parts[0]!;
  const found = yield* lookup<KubeObject>(engine, info.storage, '', name, call.deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse(notFound(info, name));
  const admitted = yield* admitConnect(engine, call, { kind: 'NodeProxyOptions', apiVersion: 'v1', path: rest });
  if (!admitted.ok) return admitted;
  const text = query.toString();
  return ok({ kind: 'kubelet', node: name, path: `${rest === '' ? '/' : rest}${text === '' ? '' : `?${text}`}` });
}

const KINDS: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
};
/** The query as the object that admission is shown. */
function optionsOf(subresource: string, query: URLSearchParams): Result<JsonObject> {
  const base = { kind: KINDS[subresource] ?? '', apiVersion: 'v1' };
  if (subresource === 'portforward') {
    const ports = query.getAll('ports').flatMap((text) => text.split(','));
    const wrong = ports.find((port) => !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535);
    if (wrong !== undefined) return refuse(badRequest(`unable to parse ${JSON.stringify(wrong)} as a port`));
    return ok({ ...base, ...(ports.length === 0 ? {} : { ports: ports.map(Number) }) });
  }
  const flags = Object.fromEntries(
    ['stdin', 'stdout', 'stderr', 'tty'].filter((word) => isTrue(query.get(word))).map((word) => [word, true]),
  );
  const container = query.get('container') ?? '';
  const command = query.getAll('command');
  return ok({
    ...base,
    ...flags,
    ...(container === '' ? {} : { container }),
    ...(subresource === 'exec' ? { command } : {}),
  });
}
