//! `kubectl exec`: a command inside a running container, whose input and output are somebody's far away.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { fail } from '../../../../runtime/fault.ts';
import type { Clock, Stop } from '../../../../runtime/ports.ts';
import type { OpenOrder, Outcome } from '../../protocol.ts';
import type { Session, SessionEvents } from '../../session.ts';
import { DEFAULT_PATH, findProgram } from './programs.ts';
import { inTerminal, NO_TERMINALS, TerminalSizer } from './pty.ts';

export interface CommandPlace {
  readonly enter: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}
type Open = (events: SessionEvents) => Session;

/** After the exit: a child that it left behind may hold the pipe for ever. */
const GRACE_MS = 200;

/** Calls `open` once the command runs; the string is why it does not. What it returns kills it. */
export function openCommand(place: CommandPlace, order: OpenOrder, clock: Clock, open: Open): Stop | string {
  const [name = '', ...rest] = order.command ?? [];
  const path = place.env['PATH'] ?? DEFAULT_PATH;
  if (!name.includes('/') && findProgram(name, path) === undefined)
    return `exec: ${JSON.stringify(name)}: executable file not found in $PATH`;
  const plain = [...place.enter, name, ...rest];
  const argv = order.tty ? inTerminal(plain) : plain;
  if (argv === undefined) return NO_TERMINALS;
  const env = order.tty ? { TERM: 'xterm', ...place.env } : place.env;
  let child: ChildProcess;
  try {
    child = spawn(argv[0]!, argv.slice(1), {
      detached: true, // a group of its own, so that whoever ends it ends all of it
      cwd: place.cwd,
      env,
      stdio: [order.stdin || order.tty ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return String(error);
  }
  return new Command(child, order, clock, open).kill;
}

class Command {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #order: OpenOrder;
  readonly #session: Session;
  #blocked = false;
  #outcome: Outcome | undefined;
  #grace: unknown;
  #sizer: TerminalSizer | undefined;

  constructor(child: ChildProcess, order: OpenOrder, clock: Clock, open: Open) {
    this.#child = child;
    this.#clock = clock;
    this.#order = order;
    this.#session = open({
      onStdin: (bytes, taken) => {
        const { stdin } = child;
        if (stdin === null || stdin.destroyed || stdin.writableEnded) return taken();
        stdin.write(bytes, () => taken());
      },
      onStdinEnd: () => child.stdin?.end(),
      onResize: (size) => {
        if (!order.tty || child.pid === undefined) return;
        this.#sizer ??= new TerminalSizer(child.pid, clock);
        this.#sizer.resize(size);
      },
      onDrain: () => {
        this.#blocked = false;
        child.stdout?.resume();
        child.stderr?.resume();
      },
      onGone: this.kill,
    });
    this.#pass(child.stdout!, 'stdout');
    this.#pass(child.stderr!, order.tty ? 'stdout' : 'stderr');
    child.stdin?.on('error', () => {}); // it may close its input and run on
    child.on('error', (error) => this.#finish(fail('InternalError', error.message)));
    child.on('exit', (code, signal) => {
      this.#outcome = { exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) };
      this.#wait();
    });
    child.on('close', () => this.#finish(this.#outcome ?? fail('InternalError', 'the command was never started')));
  }
  /** What it wrote is read to its end, however slow the reader; what a child of it may still write is not. */
  #wait(): void {
    this.#grace = this.#clock.setTimeout(() => {
      if (this.#blocked) this.#wait();
      else this.#finish(this.#outcome!);
    }, GRACE_MS);
  }
  #pass(from: Readable, to: 'stdout' | 'stderr'): void {
    from.on('error', () => {});
    from.on('data', (bytes: Buffer) => {
      if (!this.#order[to] || this.#session.over) return;
      if (this.#session.write(to, bytes)) return;
      this.#blocked = true;
      this.#child.stdout?.pause();
      this.#child.stderr?.pause();
    });
  }
  #finish(outcome: Outcome): void {
    this.#clock.clearTimeout(this.#grace);
    this.#sizer?.stop();
    this.#session.finish(outcome);
  }
  readonly kill = (): void => {
    this.#clock.clearTimeout(this.#grace);
    this.#sizer?.stop();
    this.#session?.abort();
    const { pid, exitCode, signalCode } = this.#child;
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream?.destroy();
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {} // gone by itself
  };
}
