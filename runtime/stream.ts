//! A byte stream over the bus: numbered chunks, credit from the reader, and both sides notice when the other is gone.
import { stream as streamSubject } from './address.ts';
import { type Fault, fail } from './fault.ts';
import type { Bus, Clock, Stop } from './ports.ts';

type Ends = Pick<Bus, 'publish' | 'subscribe'>;

/** Writer to reader, on the reader's subject. `sequence` counts from 1 without gaps. */
type ToReader =
  | { readonly type: 'stream.data'; readonly sequence: number; readonly bytes: Uint8Array }
  | { readonly type: 'stream.end'; readonly sequence: number; readonly fault?: Fault };
/** Reader to writer, on the subject with `.credit`. `upTo`: bytes since the beginning that may be sent. */
type ToWriter = { readonly type: 'stream.credit'; readonly upTo: number } | { readonly type: 'stream.cancel' };

const WINDOW_BYTES = 256 * 1024;
const CHUNK_BYTES_MAX = 64 * 1024;
const HEARTBEAT_MS = 10_000;
const SILENCE_MS = 30_000;

const creditSubject = (subject: string): string => `${subject}.credit`;

export interface ReaderOptions {
  readonly onData: (bytes: Uint8Array) => void;
  /** Once: orderly, or with the reason why bytes may be missing. Not after `cancel`. */
  readonly onEnd: (fault?: Fault) => void;
  /** Bytes under way at once. */
  readonly windowBytes?: number;
  /** The writer may go on only as `taken` says: for a reader that passes the bytes on to somebody slower. */
  readonly byHand?: boolean;
}
export interface Reader {
  /** What a writer is given. */
  readonly subject: string;
  /** So many bytes more have gone where they belong. Only `byHand`. */
  taken(bytes: number): void;
  cancel(): void;
}

/** Open it first, then ask somebody to write to its subject. */
export function openReader(bus: Ends, clock: Clock, cluster: string, id: string, options: ReaderOptions): Reader {
  const subject = streamSubject(cluster, id);
  const window = options.windowBytes ?? WINDOW_BYTES;
  let expected = 1;
  /** Bytes that need no room here any more. */
  let passed = 0;
  let granted = window;
  let over = false;
  let heardAt = clock.now();

  const credit = (): void => {
    granted = passed + window;
    bus.publish(creditSubject(subject), { type: 'stream.credit', upTo: granted } as ToWriter);
  };
  const pass = (bytes: number): void => {
    passed += bytes;
    // Half a window at a time: credit costs a message.
    if (!over && granted - passed <= window / 2) credit();
  };
  const close = (): void => {
    over = true;
    stop();
    clock.clearTimeout(timer);
  };
  const end = (fault?: Fault): void => {
    close();
    options.onEnd(fault);
  };
  const stop = bus.subscribe(subject, (delivery) => {
    if (over) return;
    const message = delivery.message as ToReader | { readonly type: 'stream.alive' };
    heardAt = clock.now();
    if (message.type === 'stream.alive') return;
    if (message.sequence < expected) return; // a copy
    if (message.sequence > expected) {
      bus.publish(creditSubject(subject), { type: 'stream.cancel' } as ToWriter);
      return end(fail('Expired', `the stream has a gap: piece ${expected} was lost on the way`).fault);
    }
    expected++;
    if (message.type === 'stream.end') return end(message.fault);
    options.onData(message.bytes);
    if (options.byHand !== true) pass(message.bytes.length);
  });
  let timer: unknown;
  const beat = (): void => {
    if (clock.now() - heardAt >= SILENCE_MS) return end(fail('Timeout', 'the writer of the stream is silent').fault);
    credit();
    timer = clock.setTimeout(beat, HEARTBEAT_MS);
  };
  timer = clock.setTimeout(beat, HEARTBEAT_MS);
  return {
    subject,
    taken: pass,
    cancel: () => {
      if (over) return;
      close();
      bus.publish(creditSubject(subject), { type: 'stream.cancel' } as ToWriter);
    },
  };
}

export interface WriterOptions {
  /** Sent before the reader has said a word, and the most that is kept while it does not. */
  readonly windowBytes?: number;
  readonly onDrain?: () => void;
  /** Once: the reader cancelled (no fault) or is silent. Not after `end`. */
  readonly onGone?: (fault?: Fault) => void;
}
export interface Writer {
  /** False: enough, wait for onDrain. Throws when more than twice a window is forced on it: that is a bug. */
  write(bytes: Uint8Array): boolean;
  /** After what was written. */
  end(fault?: Fault): void;
  /** May be set later than at opening. */
  onDrain: () => void;
  onGone: (fault?: Fault) => void;
  readonly gone: boolean;
}

export function openWriter(bus: Ends, clock: Clock, subject: string, options: WriterOptions = {}): Writer {
  return new StreamWriter(bus, clock, subject, options);
}

class StreamWriter implements Writer {
  onDrain: () => void;
  onGone: (fault?: Fault) => void;
  readonly #bus: Ends;
  readonly #clock: Clock;
  readonly #subject: string;
  readonly #window: number;
  readonly #stop: Stop;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sent = 0;
  #allowed: number;
  #sequence = 0;
  #heardAt: number;
  #timer: unknown;
  #wantsDrain = false;
  #ending: { readonly fault?: Fault } | undefined;
  #over = false;

  constructor(bus: Ends, clock: Clock, subject: string, options: WriterOptions) {
    this.#bus = bus;
    this.#clock = clock;
    this.#subject = subject;
    this.#window = options.windowBytes ?? WINDOW_BYTES;
    this.#allowed = this.#window;
    this.#heardAt = clock.now();
    this.onDrain = options.onDrain ?? (() => {});
    this.onGone = options.onGone ?? (() => {});
    this.#stop = bus.subscribe(creditSubject(subject), ({ message }) => this.#heard(message as ToWriter));
    this.#timer = clock.setTimeout(this.#beat, HEARTBEAT_MS);
  }

  get gone(): boolean {
    return this.#over;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#over || this.#ending) return false;
    if (this.#waitingBytes > 2 * this.#window + bytes.length)
      throw new Error('a stream was written to although it said that it is full');
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES_MAX);
      this.#waiting.push(chunk);
      this.#waitingBytes += chunk.length;
    }
    this.#send();
    this.#wantsDrain = this.#waitingBytes > 0;
    return !this.#wantsDrain;
  }

  end(fault?: Fault): void {
    if (this.#over || this.#ending) return;
    this.#ending = fault === undefined ? {} : { fault };
    this.#send();
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#sent < this.#allowed) {
      const room = this.#allowed - this.#sent;
      const next = this.#waiting[0]!;
      const bytes = next.length <= room ? next : next.subarray(0, room);
      if (bytes === next) this.#waiting.shift();
      else this.#waiting[0] = next.subarray(room);
      this.#waitingBytes -= bytes.length;
      this.#sent += bytes.length;
      this.#tell({ type: 'stream.data', sequence: ++this.#sequence, bytes });
    }
    if (this.#waiting.length > 0 || this.#ending === undefined) return;
    this.#tell({ type: 'stream.end', sequence: ++this.#sequence, ...this.#ending });
    this.#close();
  }

  #heard(message: ToWriter): void {
    if (this.#over) return;
    this.#heardAt = this.#clock.now();
    if (message.type === 'stream.cancel') {
      this.#close();
      return this.onGone();
    }
    this.#allowed = Math.max(this.#allowed, message.upTo);
    this.#send();
    if (this.#over || !this.#wantsDrain || this.#waitingBytes > 0) return;
    this.#wantsDrain = false;
    this.onDrain();
  }

  readonly #beat = (): void => {
    if (this.#clock.now() - this.#heardAt >= SILENCE_MS) {
      this.#close();
      return this.onGone(fail('Timeout', 'the reader of the stream is silent').fault);
    }
    this.#bus.publish(this.#subject, { type: 'stream.alive' });
    this.#timer = this.#clock.setTimeout(this.#beat, HEARTBEAT_MS);
  };

  #tell(message: ToReader): void {
    this.#bus.publish(this.#subject, message);
  }
  #close(): void {
    this.#over = true;
    this.#stop();
    this.#clock.clearTimeout(this.#timer);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
