//! The `ip` tool, a few at a time: the kernel does one change of links after the other anyway.
import { spawn } from 'node:child_process';
import { fail, ok, type Result } from '../../../runtime/fault.ts';

const AT_ONCE = 4;
const WAITING_MAX = 10_000;
const waiting: (() => void)[] = [];
let running = 0;

export interface Batch {
  readonly lines: readonly string[];
  /** Inside this network namespace. */
  readonly netns?: string;
  /** Goes on after a line that fails. */
  readonly force?: boolean;
}

/** One after the other in one shell: a process less to wait for. Lines are ours; nothing in them needs quotes. */
export function runIp(batches: readonly Batch[], done: (result: Result<void>) => void): void {
  const script = batches
    .filter((batch) => batch.lines.length > 0)
    .map(({ lines, netns, force }) => {
      const flags = `${netns === undefined ? '' : `-n ${netns} `}${force ? '-force ' : ''}`;
      return `ip ${flags}-batch - <<'END'${force ? ' || true' : ' || exit 1'}\n${lines.join('\n')}\nEND\n`;
    })
    .join('');
  if (waiting.length >= WAITING_MAX) return done(fail('Busy', `${WAITING_MAX} changes of the network wait already`));
  const start = (): void => {
    running++;
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(0, 2_000);
    });
    let over = false;
    const end = (result: Result<void>): void => {
      if (over) return;
      over = true;
      running--;
      waiting.shift()?.();
      done(result);
    };
    child.on('error', (error) => end(fail('InternalError', `ip did not start: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) return end(ok(undefined));
      const why = text.split('\n').find((line) => line !== '') ?? `exit code ${code}`;
      end(fail('InternalError', `ip: ${why}`));
    });
  };
  if (running < AT_ONCE) start();
  else waiting.push(start);
}
