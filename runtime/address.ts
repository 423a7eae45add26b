//! Who is who, and the only place that spells subjects.

export interface Address {
  readonly component: string;
  /** '' for cluster-scoped. */
  readonly namespace: string;
  /** '' for a singleton. */
  readonly name: string;
}

export const address = (component: string, namespace = '', name = ''): Address => ({ component, namespace, name });
/** For people: `kubelet/worker-1`, `pod/default/web-0`, `scheduler`. */
export const show = (at: Address): string =>
  [at.component, at.namespace, at.name].filter((part) => part !== '').join('/');

// Names may hold dots and a NATS token may not: bytes outside [A-Za-z0-9-] become =xx, '' becomes _.
// Both = and _ are legal in NATS subjects and in NATS KV keys.
const PLAIN = /^[A-Za-z0-9-]+$/;
export const token = (text: string): string =>
  PLAIN.test(text) ? text : text === '' ? '_' : [...Buffer.from(text)].map(byteToken).join('');
const byteToken = (byte: number): string => {
  const char = String.fromCharCode(byte);
  return PLAIN.test(char) ? char : `=${byte.toString(16).padStart(2, '0')}`;
};
export const fromToken = (text: string): string =>
  text === '_' ? '' : text.includes('=') ? decodeURIComponent(text.replaceAll('=', '%')) : text;

const subject = (...parts: readonly string[]): string => `k.${parts.map(token).join('.')}`;

/** The mailbox of one actor. */
export const inbox = (cluster: string, to: Address): string =>
  subject(cluster, 'actor', to.component, to.namespace, to.name);
/** Requests to any server of a verb (queue group `api`). */
export const api = (cluster: string, verb: string): string => subject(cluster, 'api', verb);
/** One change of one object. */
export const watch = (cluster: string, group: string, resource: string, namespace: string, name: string): string =>
  subject(cluster, 'watch', group, resource, namespace, name);
/** Every change of a resource (`watchAll(c, 'apps', 'deployments')`), or of everything. */
export const watchAll = (cluster: string, group?: string, resource?: string): string =>
  group === undefined || resource === undefined
    ? `${subject(cluster, 'watch')}.>`
    : `${subject(cluster, 'watch', group, resource)}.>`;
/** Where the progress of the stream that `subject` belongs to is told: without namespace and name for `watch`. */
export function progressSubject(subject: string): string {
  const tokens = subject.split('.');
  return tokens[2] === 'watch' && tokens.length === 7 ? `${tokens.slice(0, 5).join('.')}._._` : subject;
}
/** The changes of a resource that concern one node. */
export const node = (cluster: string, name: string, resource: string): string =>
  subject(cluster, 'node', name, resource);
/** What an actor did, while someone looks. */
export const trace = (cluster: string, host: string, of: Address): string =>
  subject(cluster, 'trace', host, of.component, of.namespace, of.name);
export const traceAll = (cluster: string): string => `${subject(cluster, 'trace')}.>`;
/** Orders to one host, or (no host) to all: pause, step, breakpoints, faults, tracing on and off. */
export const control = (cluster: string, host?: string): string => subject(cluster, 'control', host ?? 'all');
/** What a log that is kept by the broker is stored under. */
export const log = (cluster: string, name: string): string => subject(cluster, 'log', name);
/** A private subject for one stream of bytes. */
export const stream = (cluster: string, id: string): string => subject(cluster, 'stream', id);

export function parseInbox(text: string): Address {
  const [k, , plane, component, namespace, name, ...rest] = text.split('.').map(fromToken);
  if (k !== 'k' || plane !== 'actor' || component === undefined || namespace === undefined || name === undefined)
    throw new Error(`not an inbox subject: ${text}`);
  if (rest.length > 0) throw new Error(`not an inbox subject: ${text}`);
  return { component, namespace, name };
}
