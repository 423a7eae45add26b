//! Connections to simulated containers: a small shell answers commands, rules answer what a test or a person has laid
//! down, and HTTP is spoken by whoever dials a port that listens.
import { acceptDuplex, type Duplex, type DuplexPorts } from '../../../runtime/duplex.ts';
import { fail } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { EngineReply, OpenOrder } from '../protocol.ts';
import { Session, type SessionEvents } from '../session.ts';
import type { SimulatedContainer } from './container.ts';
import { HttpTalk } from './http-talk.ts';
import { scriptIn } from './script.ts';

type Reply = (reply: EngineReply) => void;
const VISITS_MAX = 1_000;
/** A line that somebody types. */
const LINE_MAX = 16 * 1024;

export class Visits {
  readonly #ports: DuplexPorts;
  readonly #id: () => string;
  readonly #open = new Set<Stop>();
  constructor(ports: DuplexPorts, id: () => string) {
    this.#ports = ports;
    this.#id = id;
  }
  open(container: SimulatedContainer, order: OpenOrder, offered: string, reply: Reply): void {
    if (this.#full(reply)) return;
    const program = order.command === undefined ? new Attached(container, order) : new Ran(container, order);
    const session = new Session(this.#ports, this.#id(), offered, {
      ...program,
      onGone: () => {
        program.stop();
        this.#open.delete(stop);
      },
    });
    const stop = (): void => {
      program.stop();
      session.abort();
    };
    session.onFinish = () => this.#open.delete(stop);
    this.#open.add(stop);
    reply({ type: 'stream.opened', stream: session.subject });
    program.begin(session);
  }
  dial(container: SimulatedContainer, offered: string, reply: Reply): void {
    if (this.#full(reply)) return;
    const talk = new HttpTalk((path) => container.answer(path));
    const waiting: Uint8Array[] = [];
    const flush = (): void => {
      while (waiting.length > 0 && line.write(waiting.shift()!));
    };
    const line: Duplex & { readonly subject: string } = acceptDuplex(this.#ports, this.#id(), offered, {
      onData: (bytes) => {
        waiting.push(...talk.take(bytes));
        flush();
        line.taken(bytes.length);
        if (talk.over) line.end();
      },
      onEnd: () => line.end(),
      onDrain: flush,
      onClosed: () => this.#open.delete(stop),
    });
    const stop = (): void => line.abort();
    this.#open.add(stop);
    reply({ type: 'stream.opened', stream: line.subject });
  }
  close(): void {
    for (const stop of [...this.#open]) stop();
    this.#open.clear();
  }
  #full(reply: Reply): boolean {
    if (this.#open.size < VISITS_MAX) return false;
    reply({ type: 'fault', ...fail('Busy', `${VISITS_MAX} connections are open already`) });
    return true;
  }
}

type Handlers = Omit<SessionEvents, 'onGone'>;
/** A command: what it prints goes out, what it is told comes by lines. */
class Ran implements Handlers {
  readonly #container: SimulatedContainer;
  readonly #order: OpenOrder;
  #session!: Session;
  #typed = '';
  #busy = false;
  #ended = false;
  #stop: Stop = () => {};
  readonly #decoder = new TextDecoder();
  constructor(container: SimulatedContainer, order: OpenOrder) {
    this.#container = container;
    this.#order = order;
  }
  begin(session: Session): void {
    this.#session = session;
    if (this.#reads) return this.#next();
    this.#run(this.#order.command ?? [], (exitCode) => session.finish({ exitCode }));
  }
  readonly stop = (): void => this.#stop();
  readonly onStdin = (bytes: Uint8Array, taken: () => void): void => {
    if (this.#isCat) this.#session.write('stdout', bytes);
    else if (this.#reads && this.#typed.length < LINE_MAX)
      this.#typed += this.#decoder.decode(bytes, { stream: true }).replaceAll('\r', '\n');
    taken();
    this.#next();
  };
  readonly onStdinEnd = (): void => {
    this.#ended = true;
    this.#next();
  };
  readonly onResize = (): void => {};
  readonly onDrain = (): void => {};

  get #program(): string {
    return this.#order.command?.[0]?.split('/').at(-1) ?? '';
  }
  get #isCat(): boolean {
    return this.#order.stdin && this.#program === 'cat' && this.#order.command?.length === 1;
  }
  /** A shell without a script, whose commands are typed; `cat` gives back what it is given. */
  get #reads(): boolean {
    const shell = ['sh', 'bash', 'ash', 'dash'].includes(this.#program);
    return this.#isCat || (this.#order.stdin && shell && scriptIn(this.#order.command ?? []) === undefined);
  }
  #next(): void {
    if (!this.#reads || this.#busy || this.#session.over) return;
    const at = this.#typed.indexOf('\n');
    if (at < 0) {
      if (this.#ended) this.#session.finish({ exitCode: 0 });
      return;
    }
    const line = this.#typed.slice(0, at);
    this.#typed = this.#typed.slice(at + 1);
    this.#busy = true;
    const exits = /^\s*exit(?:\s+(\d+))?\s*$/.exec(line);
    if (exits !== null) return this.#session.finish({ exitCode: Number(exits[1] ?? 0) & 255 });
    this.#run(['sh', '-c', line], () => {
      this.#busy = false;
      this.#next();
    });
  }
  #run(command: readonly string[], done: (exitCode: number) => void): void {
    const { stdout, stderr, tty } = this.#order;
    const say = (channel: 'stdout' | 'stderr', wanted: boolean) => (text: string) => {
      const ended = tty ? `${text.replaceAll('\n', '\r\n')}\r\n` : `${text}\n`;
      if (wanted) this.#session.write(channel, encoder.encode(ended));
    };
    const complain = tty ? say('stdout', stdout) : say('stderr', stderr);
    this.#stop = this.#container.run(command, say('stdout', stdout), complain, done);
  }
}
/** Its own output from now on. */
class Attached implements Handlers {
  readonly #container: SimulatedContainer;
  readonly #order: OpenOrder;
  constructor(container: SimulatedContainer, order: OpenOrder) {
    this.#container = container;
    this.#order = order;
  }
  stop: Stop = () => {};
  begin(session: Session): void {
    this.stop = this.#container.log.follow({
      line: (text) => {
        if (this.#order.stdout) session.write('stdout', encoder.encode(`${text}\n`));
      },
      end: () => session.finish({ exitCode: 0 }),
    });
  }
  readonly onStdin = (_: Uint8Array, taken: () => void): void => taken();
  readonly onStdinEnd = (): void => {};
  readonly onResize = (): void => {};
  readonly onDrain = (): void => {};
}
const encoder = new TextEncoder();
