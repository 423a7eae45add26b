//! A connection of bytes over the bus: two streams, one each way, that live and die together. Either side may say all
//! it has to say (`end`) and still listen, as with a TCP connection; back-pressure reaches from end to end.
import type { Fault } from './fault.ts';
import type { Bus, Clock } from './ports.ts';
import { openReader, openWriter, type Reader, type Writer } from './stream.ts';

export interface DuplexPorts {
  readonly bus: Pick<Bus, 'publish' | 'subscribe'>;
  readonly clock: Clock;
  readonly cluster: string;
}
export interface DuplexEvents {
  /** `taken` says when these bytes have gone on: until then at most a window more comes. */
  readonly onData: (bytes: Uint8Array) => void;
  /** The other side has said all. */
  readonly onEnd: () => void;
  readonly onDrain: () => void;
  /** Once, and nothing after it. No fault: both sides have said all, or the other one has hung up. */
  readonly onClosed: (fault?: Fault) => void;
}
export interface Duplex {
  /** False: enough, wait for onDrain. */
  write(bytes: Uint8Array): boolean;
  taken(bytes: number): void;
  end(): void;
  /** Hangs up at once: what is under way may be lost. `onClosed` is not called. */
  abort(fault?: Fault): void;
}
/** Made by whoever wants the connection: it gives `subject` to the other, and says where that listens. */
export interface Offer {
  readonly subject: string;
  accepted(subject: string): Duplex;
  /** Nobody took it. */
  withdraw(): void;
}

export function offerDuplex(ports: DuplexPorts, id: string, events: DuplexEvents): Offer {
  const line = new Line(ports, id, events);
  return {
    subject: line.subject,
    accepted: (subject) => {
      line.connect(subject);
      return line;
    },
    withdraw: () => line.abort(),
  };
}
/** The answer to an offer: the other side is told `subject`. */
export function acceptDuplex(
  ports: DuplexPorts,
  id: string,
  offered: string,
  events: DuplexEvents,
): Duplex & { readonly subject: string } {
  const line = new Line(ports, id, events);
  line.connect(offered);
  return line;
}

class Line implements Duplex {
  readonly subject: string;
  readonly #ports: DuplexPorts;
  readonly #events: DuplexEvents;
  readonly #reader: Reader;
  #writer: Writer | undefined;
  #over = false;
  #heardAll = false;
  #saidAll = false;

  constructor(ports: DuplexPorts, id: string, events: DuplexEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#reader = openReader(ports.bus, ports.clock, ports.cluster, id, {
      byHand: true,
      onData: (bytes) => events.onData(bytes),
      onEnd: (fault) => this.#heard(fault),
    });
    this.subject = this.#reader.subject;
  }
  connect(subject: string): void {
    if (this.#over) return;
    this.#writer = openWriter(this.#ports.bus, this.#ports.clock, subject, {
      onDrain: () => this.#events.onDrain(),
      onGone: (fault) => this.#close(fault),
    });
  }
  write(bytes: Uint8Array): boolean {
    return this.#writer?.write(bytes) ?? false;
  }
  taken(bytes: number): void {
    if (!this.#over) this.#reader.taken(bytes);
  }
  end(): void {
    if (this.#over || this.#saidAll) return;
    this.#saidAll = true;
    this.#writer?.end();
    if (this.#heardAll) this.#close();
  }
  abort(fault?: Fault): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.cancel();
    this.#writer?.end(fault);
  }

  #heard(fault: Fault | undefined): void {
    if (fault !== undefined) return this.#close(fault);
    this.#heardAll = true;
    this.#events.onEnd();
    if (this.#saidAll) this.#close();
  }
  #close(fault?: Fault): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.cancel();
    this.#writer?.end(fault);
    this.#events.onClosed(fault);
  }
}
