//! exec and attach: a client's channels on one side, a line to the container on the other.
import { type Piece, Pieces, pieceOf } from '../../../../runtime/channels.ts';
import type { Duplex } from '../../../../runtime/duplex.ts';
import type { Fault } from '../../../../runtime/fault.ts';
import type { Stop } from '../../../../runtime/ports.ts';
import { internalError } from '../../../api/status.ts';
import type { Status } from '../../../api/types/meta.ts';
import { CHANNELS, type Outcome, type TerminalSize } from '../../../engine/protocol.ts';
import type { Target } from '../../http/connect/target.ts';
import type { Api } from '../../index.ts';
import { openLine } from './line.ts';

export type CommandTarget = Extract<Target, { kind: 'command' }>;
/** The client, whatever it speaks. */
export interface CommandClient {
  /** False: enough, wait for onDrain. */
  write(channel: 'stdout' | 'stderr', bytes: Uint8Array): boolean;
  /** The last word: how it ended. */
  finish(status: Status): void;
  hangUp(): void;
}
export interface CommandEvents {
  /** All its channels are there: from now on it may be written to. */
  readonly onReady: () => void;
  readonly onStdin: (bytes: Uint8Array, taken: () => void) => void;
  readonly onStdinEnd: () => void;
  readonly onResize: (size: TerminalSize) => void;
  readonly onDrain: () => void;
  readonly onGone: () => void;
}

/** `open` once the container is reached, `refused` if it is not; then `over`, once. */
export function connectCommand(
  api: Api,
  target: CommandTarget,
  open: (events: CommandEvents) => CommandClient,
  refused: (fault: Fault) => void,
  over: () => void,
): Stop {
  const bridge = new Bridge(target, over);
  return openLine(api, target.node, target.request, bridge.lineEvents, (result) => {
    if (!result.ok) return refused(result.fault);
    bridge.begin(result.value, open);
  });
}

class Bridge {
  readonly #target: CommandTarget;
  readonly #ended: () => void;
  readonly #pieces = new Pieces([CHANNELS.outcome]);
  #line: Duplex | undefined;
  #client: CommandClient | undefined;
  #ready = false;
  #over = false;
  /** Came before the client could take it, at most a window. */
  #early: Piece[] = [];
  /** Bytes that the client has not taken. */
  #held = 0;
  #waiting: (() => void)[] = [];
  readonly lineEvents = {
    onData: (bytes: Uint8Array): void => this.#heard(bytes),
    onEnd: (): void => {},
    onDrain: (): void => {
      for (const taken of this.#waiting.splice(0)) taken();
    },
    onClosed: (fault?: Fault): void => this.#finish({ fault: fault ?? HUNG_UP }),
  };
  constructor(target: CommandTarget, ended: () => void) {
    this.#target = target;
    this.#ended = ended;
  }
  begin(line: Duplex, open: (events: CommandEvents) => CommandClient): void {
    this.#line = line;
    const write = (channel: number, bytes: Uint8Array, taken?: () => void): void => {
      if (this.#over) return taken?.();
      if (line.write(pieceOf(channel, bytes))) taken?.();
      else if (taken !== undefined) this.#waiting.push(taken);
    };
    let said = false;
    this.#client = open({
      onReady: () => this.#begins(),
      onStdin: (bytes, taken) => (said ? taken() : write(CHANNELS.stdin, bytes, taken)),
      onStdinEnd: () => {
        if (said) return;
        said = true;
        write(CHANNELS.close, Uint8Array.of(CHANNELS.stdin));
      },
      onResize: (size) => write(CHANNELS.resize, new TextEncoder().encode(JSON.stringify(size))),
      onDrain: () => {
        line.taken(this.#held);
        this.#held = 0;
      },
      onGone: () => this.#end(),
    });
    // It may have been ready at once.
    if (this.#ready) this.#begins();
  }
  #begins(): void {
    this.#ready = true;
    if (this.#client === undefined) return;
    for (const piece of this.#early.splice(0)) this.#told(piece);
  }
  #heard(bytes: Uint8Array): void {
    for (const piece of this.#pieces.take(bytes))
      if (this.#client === undefined || !this.#ready) this.#early.push(piece);
      else this.#told(piece);
  }
  #told({ channel, bytes }: Piece): void {
    if (this.#over) return;
    if (channel === CHANNELS.outcome) return this.#finish(JSON.parse(new TextDecoder().decode(bytes)) as Outcome);
    const name = channel === CHANNELS.stderr ? 'stderr' : 'stdout';
    if (bytes.length === 0 || this.#client!.write(name, bytes)) this.#line!.taken(bytes.length + HEAD);
    else this.#held += bytes.length + HEAD;
  }
  #finish(outcome: Outcome): void {
    if (this.#over) return;
    if (!this.#ready) {
      this.#early.push({ channel: CHANNELS.outcome, bytes: new TextEncoder().encode(JSON.stringify(outcome)) });
      return;
    }
    this.#client?.finish(statusOf(outcome, this.#target));
    this.#over = true;
    this.#line?.end();
    this.#ended();
  }
  /** The client has gone. */
  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#line?.abort();
    for (const taken of this.#waiting.splice(0)) taken();
    this.#ended();
  }
}
const HEAD = 5;
const HUNG_UP: Fault = { reason: 'Unavailable', message: 'the node has ended the connection' };

/** pkg/kubelet remotecommand: what a client makes an exit code of. */
function statusOf(outcome: Outcome, { request }: CommandTarget): Status {
  const { command } = request.order;
  if ('fault' in outcome) {
    const what = command === undefined ? 'attaching to container' : 'executing command in container';
    return internalError(`error ${what}: ${outcome.fault.message}`);
  }
  if (outcome.exitCode === 0 || command === undefined) return { metadata: {}, status: 'Success' } as Status;
  const { exitCode } = outcome;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  } as unknown as Status;
}
