//! Lets `orrery etcd snapshot save` read the state of a cluster that lives in one process.
import type { Socket } from 'node:net';
import { freshState, type StateOf } from '../../etcd/edge/backup/state-service.ts';
import type { Word } from './local-socket.ts';

/** A line of JSON, then so many bytes; or why not. */
export type StateHead = { readonly revision: number; readonly size: number } | { readonly refused: string };

const PIECE_BYTES = 256 * 1024;

/** `server`: undefined while etcd is being started again. */
export const stateWord =
  (server: () => StateOf | undefined): Word =>
  (_, socket) => {
    const head = (head: StateHead): boolean => socket.write(`${JSON.stringify(head)}\n`);
    const etcd = server();
    if (etcd === undefined) {
      head({ refused: 'etcd is being started: try again' });
      socket.end();
      return () => {};
    }
    freshState(etcd, (result) => {
      if (!result.ok) {
        head({ refused: result.fault.message });
        socket.end();
        return;
      }
      const { revision, bytes } = result.value;
      head({ revision, size: bytes.length });
      send(socket, bytes, 0);
    });
    return () => {};
  };

/** As fast as it is read. */
function send(socket: Socket, bytes: Uint8Array, from: number): void {
  for (let at = from; at < bytes.length; ) {
    const next = at + PIECE_BYTES;
    if (socket.destroyed) return;
    const more = socket.write(bytes.subarray(at, next));
    at = next;
    if (!more) return void socket.once('drain', () => send(socket, bytes, at));
  }
  socket.end();
}
