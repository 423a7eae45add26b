//! Who a connection's certificate says its client is.
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest } from '../http/message.ts';
import { CREDENTIAL } from '../protocol.ts';

type Known = Pick<HttpRequest, 'user' | 'stranger'>;
/** HTTP/2 shows one stand-in for the socket of all of a connection's streams. */
const users = new WeakMap<TLSSocket, Known>();
export function userOf(incoming: IncomingMessage): Known {
  // Of a stream of HTTP/2 that has just gone there is no socket, or one that stands for no connection.
  const socket = incoming.socket as TLSSocket | undefined;
  if (socket?.getPeerCertificate === undefined) return {};
  let known = users.get(socket);
  if (known === undefined) {
    known = certified(socket);
    users.set(socket, known);
  }
  return known;
}
function certified(socket: TLSSocket): Known {
  const { subject, fingerprint256 = '' } = socket.getPeerCertificate();
  if (!socket.authorized) return subject === undefined ? {} : { stranger: true };
  const { CN, O } = (subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const name = [CN ?? []].flat()[0];
  if (name === undefined) return {};
  const extra = { [CREDENTIAL]: [`X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`] };
  return { user: { name, groups: [...[O ?? []].flat(), 'system:authenticated'], extra } };
}
