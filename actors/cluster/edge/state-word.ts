//! Lets `orrery etcd snapshot save` read the state of a cluster that lives in one process.
import type { Socket } from 'node:net';
import { freshState, type StateOf } from '../../etcd/edge/backup/state-service.ts';
import type { Word } from './local-socket.ts';

/** A line of JSON, then so many bytes; or why not. */
export type StateHead = { readonly revision: number; readonly size: number } | { readonly refused: string };

const PIECE_BYTES = 256 * 1024;
/** Each holds a copy of the store. */
const READERS_MAX = 2;
/** A reader that takes nothing for so long is gone. */
const IDLE_MS = 30_000;

/** `server`: undefined while etcd is being started again. */
export function stateWord(server: () => StateOf | undefined): Word {
  let readers = 0;
  return (_, socket) => {
    const refuse = (sentence: string): void =>
      void socket.end(`${JSON.stringify({ refused: sentence } as StateHead)}\n`);
    const etcd = server();
    if (etcd === undefined || readers >= READERS_MAX) {
      refuse(etcd === undefined ? 'it is being started: try again' : `${readers} backups are being read: try again`);
      return () => {};
    }
    readers++;
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    freshState(etcd, (result) => {
      if (socket.destroyed) return;
      if (!result.ok) return refuse(result.fault.message);
      const { revision, bytes } = result.value;
      socket.write(`${JSON.stringify({ revision, size: bytes.length } as StateHead)}\n`);
      send(socket, bytes, 0);
    });
    return () => {
      readers--;
    };
  };
}

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
