//! A TCP connection to a pod's port, for somebody at the other end of the bus.
import { connect } from 'node:net';
import type { Duplex, DuplexEvents } from '../../../../runtime/duplex.ts';
import { fail } from '../../../../runtime/fault.ts';
import type { Clock, Stop } from '../../../../runtime/ports.ts';

const CONNECT_MS = 10_000;

export interface DialEvents {
  /** It is connected. */
  readonly open: (events: DuplexEvents) => Duplex;
  readonly refused: (why: string) => void;
  readonly ended: () => void;
}

export function dial(host: string, port: number, clock: Clock, { open, refused, ended }: DialEvents): Stop {
  const socket = connect({ host, port, allowHalfOpen: true });
  let line: Duplex | undefined;
  let over = false;
  const timer = clock.setTimeout(() => socket.destroy(new Error(`dial tcp ${host}:${port}: i/o timeout`)), CONNECT_MS);
  socket.on('connect', () => {
    clock.clearTimeout(timer);
    socket.setNoDelay(true);
    line = open({
      onData: (bytes) => void socket.write(bytes, () => line?.taken(bytes.length)),
      onEnd: () => void socket.end(),
      onDrain: () => void socket.resume(),
      onClosed: (fault) => {
        over = true;
        if (fault !== undefined) socket.destroy();
        else socket.end();
      },
    });
  });
  socket.on('data', (bytes) => {
    if (line?.write(bytes) === false) socket.pause();
  });
  socket.on('end', () => line?.end());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    clock.clearTimeout(timer);
    if (line === undefined && !over) refused(error.code === 'ECONNREFUSED' ? REFUSED(host, port) : error.message);
    else if (!over) line?.abort(fail('Unavailable', error.message).fault);
    over = true;
  });
  socket.on('close', () => {
    clock.clearTimeout(timer);
    ended();
  });
  return () => {
    clock.clearTimeout(timer);
    over = true;
    line?.abort();
    socket.destroy();
  };
}
const REFUSED = (host: string, port: number): string => `dial tcp4 ${host}:${port}: connect: connection refused`;
