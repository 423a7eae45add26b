//! An engine's end of a connection to a container: which bytes are whose.
import { type Piece, Pieces, pieceOf } from '../../runtime/channels.ts';
import { acceptDuplex, type Duplex, type DuplexPorts } from '../../runtime/duplex.ts';
import { CHANNELS, type Outcome, type TerminalSize } from './protocol.ts';

export interface SessionEvents {
  /** `taken` once it has gone where it belongs. */
  readonly onStdin: (bytes: Uint8Array, taken: () => void) => void;
  readonly onStdinEnd: () => void;
  readonly onResize: (size: TerminalSize) => void;
  /** There is room again. */
  readonly onDrain: () => void;
  /** Who asked has gone before the outcome. */
  readonly onGone: () => void;
}

export class Session {
  readonly #line: Duplex & { readonly subject: string };
  readonly #pieces = new Pieces([CHANNELS.resize, CHANNELS.close]);
  readonly #events: SessionEvents;
  #over = false;
  /** After an outcome or an end of ours: whoever counts sessions. */
  onFinish: () => void = () => {};

  constructor(ports: DuplexPorts, id: string, offered: string, events: SessionEvents) {
    this.#events = events;
    this.#line = acceptDuplex(ports, id, offered, {
      onData: (bytes) => this.#heard(bytes),
      onEnd: () => {},
      onDrain: () => events.onDrain(),
      onClosed: () => {
        if (this.#over) return;
        this.#over = true;
        events.onGone();
      },
    });
  }
  /** What the other side is told. */
  get subject(): string {
    return this.#line.subject;
  }
  get over(): boolean {
    return this.#over;
  }
  /** False: enough, wait for onDrain. */
  write(channel: 'stdout' | 'stderr', bytes: Uint8Array): boolean {
    return this.#line.write(pieceOf(CHANNELS[channel], bytes));
  }
  finish(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#line.write(pieceOf(CHANNELS.outcome, encoder.encode(JSON.stringify(outcome))));
    this.#line.end();
    this.onFinish();
  }
  /** The engine goes. */
  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#line.abort({ reason: 'Unavailable', message: 'the node’s engine has stopped' });
    this.onFinish();
  }

  #heard(bytes: Uint8Array): void {
    let passed = bytes.length;
    for (const piece of this.#pieces.take(bytes)) {
      if (piece.channel !== CHANNELS.stdin || piece.bytes.length === 0) {
        this.#told(piece);
        continue;
      }
      passed -= piece.bytes.length;
      if (this.#over) continue;
      this.#events.onStdin(piece.bytes, () => this.#line.taken(piece.bytes.length));
    }
    this.#line.taken(passed);
  }
  #told({ channel, bytes }: Piece): void {
    if (this.#over) return;
    if (channel === CHANNELS.close && bytes[0] === CHANNELS.stdin) this.#events.onStdinEnd();
    if (channel !== CHANNELS.resize) return;
    const size = sizeIn(bytes);
    if (size !== undefined) this.#events.onResize(size);
  }
}
const SIDE_MAX = 65_535;
function sizeIn(bytes: Uint8Array): TerminalSize | undefined {
  try {
    const { width, height } = JSON.parse(decoder.decode(bytes)) as TerminalSize;
    const sound = [width, height].every((side) => Number.isInteger(side) && side > 0 && side <= SIDE_MAX);
    return sound ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}
const encoder = new TextEncoder();
const decoder = new TextDecoder();
