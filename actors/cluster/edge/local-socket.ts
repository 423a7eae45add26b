//! How commands reach a cluster that lives in one process: a socket in its data directory. A connection begins with one
//! line of JSON that says what is asked; what comes back is the word's own.
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { socketPath } from './socket-path.ts';

/** `id`: of the connection. The value is run when it ends. */
export type Word = (question: Readonly<Record<string, unknown>>, socket: Socket, id: string) => Stop;

const QUESTION_BYTES_MAX = 64 * 1024;

export function serveLocally(host: Host, dataDir: string, words: Readonly<Record<string, Word>>): Stop {
  const path = socketPath(dataDir);
  rmSync(path, { force: true }); // of an earlier process: the directory is locked, so it is nobody's
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    open.add(socket);
    let stop: Stop = () => {};
    // Untold, it would end the cluster.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      stop();
    });
    const id = `socket-${++connections}`;
    question(socket, (asked) => {
      const word = words[String(asked['ask'])];
      if (word === undefined) socket.destroy();
      else stop = word(asked, socket, id);
    });
  });
  server.on('error', (error) => host.ports.logger.warn({ error: error.message, path }, 'local socket failed'));
  server.listen(path);
  return () => {
    for (const socket of open) socket.end();
    server.close();
    rmSync(path, { force: true });
  };
}

function question(socket: Socket, then: (asked: Readonly<Record<string, unknown>>) => void): void {
  let text = '';
  const more = (bytes: Buffer): void => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= QUESTION_BYTES_MAX) return;
    socket.off('data', more);
    socket.resume(); // what else is said is not listened to, and its end is
    const asked = end < 0 ? undefined : parsed(Buffer.from(text.slice(0, end), 'latin1').toString());
    if (asked === undefined) socket.destroy();
    else then(asked);
  };
  socket.on('data', more);
}
function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
