//! Lets `orrery trace` look into a cluster that lives in one process: a socket in its data directory.
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { follow } from './follow.ts';
import { socketPath } from './socket-path.ts';

/** A viewer that does not read loses records instead of filling our memory. */
const BACKLOG_BYTES = 8 * 1024 * 1024;

export function serveTrace(host: Host, dataDir: string): Stop {
  const path = socketPath(dataDir);
  rmSync(path, { force: true }); // of an earlier process: the directory is locked, so it is nobody's
  const open = new Set<Socket>();
  let viewers = 0;
  const server = createServer((socket) => {
    open.add(socket);
    let unfollow: Stop = () => {};
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      unfollow();
    });
    const lines = createInterface({ input: socket });
    lines.on('error', () => {}); // it tells the socket's own again, and untold it would end the cluster
    lines.once('line', (line) => {
      unfollow = follow(
        host.ports.bus,
        host.ports.clock,
        host.cluster,
        `socket-${++viewers}`,
        patternIn(line),
        (record) => {
          if (socket.writableLength < BACKLOG_BYTES) socket.write(`${JSON.stringify(record)}\n`);
        },
      );
    });
  });
  server.on('error', (error) => host.ports.logger.warn({ error: error.message, path }, 'trace socket failed'));
  server.listen(path);
  return () => {
    for (const socket of open) socket.end();
    server.close();
    rmSync(path, { force: true });
  };
}

function patternIn(line: string): string {
  try {
    return String((JSON.parse(line) as { pattern?: unknown }).pattern ?? '*');
  } catch {
    return '*';
  }
}
