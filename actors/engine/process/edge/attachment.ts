//! `kubectl attach`: what a container's own process writes from now on, and its input.
import { constants, createWriteStream, existsSync, openSync, readFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Stop } from '../../../../runtime/ports.ts';
import type { OpenOrder } from '../../protocol.ts';
import type { Session, SessionEvents } from '../../session.ts';
import { signal } from './proc.ts';
import { TerminalSizer } from './pty.ts';
import type { VisitPlace } from './visits.ts';

const CHUNK_BYTES = 32 * 1024;

/** `dir`: the container's folder, with `stdin` (a pipe) when it takes input. `pid`: its first process. */
export function openAttachment(
  { container, dir, pid }: VisitPlace,
  order: OpenOrder,
  clock: Clock,
  open: (events: SessionEvents) => Session,
): Stop | string {
  const { log, file } = container;
  const input = order.stdin && file.spec.stdin === true ? inputOf(dir) : undefined;
  let at = log.end;
  let over = false;
  let sizer: TerminalSizer | undefined;
  const stop = (): void => {
    if (over) return;
    over = true;
    log.followers.delete(pump);
    sizer?.stop();
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
    onResize: (size) => {
      if (file.spec.tty !== true || pid === undefined) return;
      sizer ??= new TerminalSizer(pid, clock);
      sizer.resize(size);
    },
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
