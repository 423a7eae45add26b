//! `kubectl attach`: what a container's own process writes from now on, and its input.
import { constants, createWriteStream, existsSync, openSync, readFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Stop } from '../../../../runtime/ports.ts';
import type { OpenOrder } from '../../protocol.ts';
import type { Session, SessionEvents } from '../../session.ts';
import type { Container } from './containers.ts';
import { signal } from './proc.ts';

const CHUNK_BYTES = 32 * 1024;

/** `dir`: the container's folder, with `stdin` (a pipe) when it takes input. */
export function openAttachment(
  container: Container,
  dir: string,
  order: OpenOrder,
  open: (events: SessionEvents) => Session,
): Stop | string {
  const { log, file } = container;
  const input = order.stdin && file.spec.stdin === true ? inputOf(dir) : undefined;
  let at = log.end;
  let over = false;
  const stop = (): void => {
    if (over) return;
    over = true;
    log.followers.delete(pump);
    input?.end();
    // Its holder is what keeps the pipe open between visitors.
    if (order.stdin && file.spec.stdinOnce === true) closeInput(dir);
  };
  const session = open({
    onStdin: (bytes, taken) => {
      if (input === undefined || input.destroyed) taken();
      else input.write(bytes, () => taken());
    },
    onStdinEnd: () => {
      input?.end();
      if (file.spec.stdinOnce === true) closeInput(dir);
    },
    onResize: () => {},
    onDrain: () => pump(),
    onGone: stop,
  });
  function pump(): void {
    if (over) return;
    if (at < log.start) at = log.start; // turned over before it was read
    for (;;) {
      const bytes = log.read(at, CHUNK_BYTES);
      if (bytes.length === 0) break;
      at += bytes.length;
      if (order.stdout && !session.write('stdout', bytes)) return;
    }
    if (!log.ended) return;
    stop();
    session.finish({ exitCode: 0 });
  }
  log.followers.add(pump);
  return () => {
    stop();
    session.abort();
  };
}
function inputOf(dir: string): WriteStream | undefined {
  const path = join(dir, 'stdin');
  if (!existsSync(path)) return undefined;
  try {
    // Not waiting for a reader: the container may have closed its input.
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const stream = createWriteStream(path, { fd });
    stream.on('error', () => {});
    return stream;
  } catch {
    return undefined;
  }
}
function closeInput(dir: string): void {
  const path = join(dir, 'stdin.pid');
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, 'utf8'));
  if (pid > 1) signal(pid, 'SIGTERM');
}
