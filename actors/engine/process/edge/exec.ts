//! A command inside a running container: its namespaces, root, folder and environment.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fail } from '../../../../runtime/fault.ts';
import type { Clock } from '../../../../runtime/ports.ts';
import type { EngineReply } from '../../protocol.ts';

const OUTPUT_MAX = 1024 * 1024;

export interface ExecOrder {
  readonly enter: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
}

export function exec(order: ExecOrder, clock: Clock, done: (reply: EngineReply) => void): void {
  const [program = '', ...args] = [...order.enter, ...order.command];
  const child = spawn(program, args, {
    detached: true, // a group of its own, so that a time-out ends all of it
    cwd: order.cwd,
    env: order.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  let over = false;
  const end = (reply: EngineReply): void => {
    if (over) return;
    over = true;
    clock.clearTimeout(timer);
    done(reply);
  };
  const timer = clock.setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    end({ type: 'fault', ...fail('Timeout', `command ${JSON.stringify(order.command)} timed out`) });
  }, order.timeoutMs);
  child.on('error', (error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT';
    const text = missing ? `exec: "${order.command[0]}": executable file not found in $PATH\n` : `${error.message}\n`;
    end({
      type: 'container.executed',
      exitCode: missing ? 127 : 126,
      stdout: new Uint8Array(),
      stderr: Buffer.from(text),
    });
  });
  // Not `close`: a child that it left behind may hold the pipe for ever.
  child.on('exit', (code, name) => {
    const exitCode = code ?? 128 + (name === null ? 0 : constants.signals[name]);
    const reply = (): void => end({ type: 'container.executed', exitCode, stdout: out(), stderr: err() });
    const grace = clock.setTimeout(reply, 100);
    child.on('close', () => {
      clock.clearTimeout(grace);
      reply();
    });
  });
}
function collect(stream: NodeJS.ReadableStream): () => Uint8Array {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_MAX) chunks.push(chunk.subarray(0, OUTPUT_MAX - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks);
}
