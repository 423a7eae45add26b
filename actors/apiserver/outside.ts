//! What a server asks of others: webhooks of admission and conversion, aggregated API servers. A port, so that a
//! simulation answers from a table. A Service is called at one of its ready endpoints, chosen here, by its DNS name.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Clock, Message, Stop } from '../../runtime/ports.ts';
import { ask, type Task } from '../../runtime/task.ts';
import { get, listOf, numberOf, textOf } from '../api/json.ts';
import type { Endpoint, EndpointSlice, Service } from '../api/types/service.ts';
import { lookup, stored } from './admission/lookup.ts';
import type { Engine } from './verbs/engine.ts';

export type Destination =
  | { readonly url: string }
  | {
      readonly service: {
        readonly namespace: string;
        readonly name: string;
        /** Default 443. */
        readonly port?: number;
        readonly path?: string;
      };
    };
export interface OutsideCall {
  readonly to: Destination;
  /** Added to the path: `timeout=10s`. */
  readonly query?: string;
  /** Base64 of PEM, as the API has it. Absent: whom this machine trusts. */
  readonly caBundle?: string;
  readonly insecureSkipTLSVerify?: boolean;
  /** With the certificate by which aggregated API servers know who names users to them. */
  readonly asProxy?: boolean;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly timeoutMs: number;
}
export interface OutsideReply {
  readonly code: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One HTTPS request, as the port is asked it. */
export interface OutsideRequest extends Omit<OutsideCall, 'to' | 'query'> {
  readonly url: string;
  /** Where to connect instead of the host that the URL names. */
  readonly at?: Place;
}
/** `ip`: or the name of a host, that of an ExternalName Service. */
export interface Place {
  readonly ip: string;
  readonly port: number;
}
export interface Outside {
  /** Faults: Unavailable (not reached, not trusted), Timeout. The message is Go's, as clients of Kubernetes see it. */
  call(request: OutsideRequest, done: (result: Result<OutsideReply>) => void): Stop;
}
/** For simulation, and for a server that was given no way out: answers by a table; undefined: nobody ever answers. */
export const outsideTable = (
  clock: Clock,
  answer: (request: OutsideRequest) => Result<OutsideReply> | undefined,
  delayMs = 0,
): Outside => ({
  call: (request, done) => {
    const result = answer(request);
    const late = (): Result<never> => fail('Timeout', `Post "${request.url}": context deadline exceeded`);
    const timer = clock.setTimeout(() => done(result ?? late()), result === undefined ? request.timeoutMs : delayMs);
    return () => clock.clearTimeout(timer);
  },
});
export const noWayOut = (clock: Clock): Outside =>
  outsideTable(clock, () => fail('Unavailable', 'this API server was given no way to call others'));

/** A subject of this server alone: tasks ask here, the bus never sees it. */
export const LOCAL_OUTSIDE = 'local.outside';
export interface Asked extends Message {
  readonly type: 'outside.call';
  readonly request: OutsideRequest;
}
interface Answered extends Message {
  readonly type: 'outside.reply';
  readonly reply: OutsideReply;
}
/** How the bus of a server's tasks answers what they ask at LOCAL_OUTSIDE. */
export function outsideOf(outside: Outside, message: Message, done: (result: Result<Message>) => void): Stop {
  return outside.call((message as Asked).request, (result) =>
    done(result.ok ? ok({ type: 'outside.reply', reply: result.value } as Answered) : result),
  );
}

export function* callOutside(engine: Engine, call: OutsideCall, deadline: number): Task<Result<OutsideReply>> {
  const { to, query = '', ...rest } = call;
  const timeoutMs = Math.max(1, Math.min(call.timeoutMs, deadline - engine.clock.now()));
  const began = engine.clock.now();
  const addressed = 'url' in to ? ok({ url: to.url }) : yield* locate(engine, to.service, deadline);
  if (!addressed.ok) return addressed;
  const { url } = addressed.value;
  const asked = query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
  const left = Math.max(1, timeoutMs - (engine.clock.now() - began));
  const request: OutsideRequest = { ...rest, ...addressed.value, url: asked, timeoutMs: left };
  const answer = yield* ask<Answered>(LOCAL_OUTSIDE, { type: 'outside.call', request } as Asked, left);
  return answer.ok ? ok(answer.value.reply) : answer;
}

const SERVICES = stored('', 'v1', 'services');
const SLICES = stored('discovery.k8s.io', 'v1', 'endpointslices');
const SERVICE_NAME = 'kubernetes.io/service-name';
const HTTPS = 443;
type ServiceReference = Extract<Destination, { service: unknown }>['service'];
interface Located {
  readonly url: string;
  readonly at: Place;
}

/** A ready endpoint of a Service (k8s.io/apiserver/pkg/util/proxy ResolveEndpoint); also used to proxy to it. */
export function* locate(engine: Engine, to: ServiceReference, deadline: number): Task<Result<Located>> {
  const { namespace, name, port = HTTPS, path = '' } = to;
  const url = `https://${name}.${namespace}.svc:${port}${path.startsWith('/') || path === '' ? path : `/${path}`}`;
  const found = yield* lookup<Service>(engine, SERVICES, namespace, name, deadline);
  if (!found.ok) return found;
  if (found.value === undefined) return fail('Unavailable', `service "${name}" not found`);
  const { spec } = found.value;
  // By that name it is found, by its own it is known: a certificate is for the Service.
  if (spec.type === 'ExternalName') return ok({ url, at: { ip: spec.externalName ?? '', port } });
  const wanted = (spec.ports ?? []).find((one) => one.port === port);
  if (wanted === undefined) return fail('Unavailable', `no service port ${port} found for service "${name}"`);
  const cache = yield* engine.caches.fresh(SLICES, 0, deadline);
  if (!cache.ok) return cache;
  const ready: Place[] = [];
  for (const entry of cache.value.all(namespace)) {
    if (!entry.text.includes(SERVICE_NAME)) continue;
    const slice = entry.object as EndpointSlice;
    if (slice.metadata.labels?.[SERVICE_NAME] !== name) continue;
    const at = listOf(slice.ports).find((one) => textOf(get(one, 'name')) === (wanted.name ?? ''));
    const target = numberOf(get(at, 'port'));
    if (target > 0) for (const ip of (slice.endpoints ?? []).flatMap(addressesOf)) ready.push({ ip, port: target });
  }
  const chosen = ready[Math.floor(engine.random.float() * ready.length)];
  return chosen === undefined
    ? fail('Unavailable', `no endpoints available for service "${name}"`)
    : ok({ url, at: chosen });
}
const addressesOf = ({ addresses, conditions }: Endpoint): readonly string[] =>
  conditions?.ready === false ? [] : (addresses ?? []).slice(0, 1);
