//! Who is connected with a container of this node, or with a port of a pod: opened, counted, ended with the engine.

import type { DuplexPorts } from '../../../../runtime/duplex.ts';
import { acceptDuplex } from '../../../../runtime/duplex.ts';
import { fail } from '../../../../runtime/fault.ts';
import type { Clock, Stop } from '../../../../runtime/ports.ts';
import type { EngineReply, EngineRequest } from '../../protocol.ts';
import { Session, type SessionEvents } from '../../session.ts';
import { openAttachment } from './attachment.ts';
import { type CommandPlace, openCommand } from './command.ts';
import type { Container } from './containers.ts';
import { dial } from './dial.ts';

export interface VisitsPorts {
  readonly clock: Clock;
  readonly lines: DuplexPorts;
  readonly lineId: () => string;
}
export interface VisitPlace {
  readonly container: Container;
  /** The container's own folder. */
  readonly dir: string;
  readonly pid?: number;
  /** Absent: it does not run. */
  readonly inside?: CommandPlace;
}
type Reply = (reply: EngineReply) => void;
/** Connections of one node at once. */
const VISITS_MAX = 1_000;

export class Visits {
  readonly #ports: VisitsPorts;
  readonly #open = new Set<Stop>();
  constructor(ports: VisitsPorts) {
    this.#ports = ports;
  }
  open(place: VisitPlace, request: Extract<EngineRequest, { type: 'container.open' }>, reply: Reply): void {
    const { clock, lines, lineId } = this.#ports;
    const { name } = place.container.file.spec;
    if (this.#full(reply)) return;
    if (place.inside === undefined) return reply(refuse('Unavailable', `container ${name} is not running`));
    let session: Session | undefined;
    let stop: Stop = () => {};
    const forget = (): void => void this.#open.delete(stop);
    const open = (events: SessionEvents): Session => {
      session = new Session(lines, lineId(), request.stream, {
        ...events,
        onGone: () => {
          forget();
          events.onGone();
        },
      });
      session.onFinish = forget;
      return session;
    };
    const opened =
      request.order.command === undefined
        ? openAttachment(place, request.order, clock, open)
        : openCommand(place.inside, request.order, clock, open);
    if (typeof opened === 'string') return reply(refuse('InternalError', opened));
    stop = opened;
    if (session?.over === false) this.#open.add(stop);
    reply({ type: 'stream.opened', stream: session!.subject });
  }
  dial(
    to: { readonly ip: string; readonly port: number; readonly netns: string | undefined },
    offered: string,
    reply: Reply,
  ): void {
    const { clock, lines, lineId } = this.#ports;
    if (this.#full(reply)) return;
    const stop = dial(to.ip, to.port, clock, {
      open: (events) => {
        const line = acceptDuplex(lines, lineId(), offered, events);
        reply({ type: 'stream.opened', stream: line.subject });
        return line;
      },
      refused: (why) => reply(refuse('Unavailable', why)),
      ended: () => this.#open.delete(stop),
    });
    this.#open.add(stop);
  }
  close(): void {
    for (const stop of [...this.#open]) stop();
    this.#open.clear();
  }
  #full(reply: Reply): boolean {
    if (this.#open.size < VISITS_MAX) return false;
    reply(refuse('Busy', `${VISITS_MAX} connections to containers of this node are open already`));
    return true;
  }
}
const refuse = (...about: Parameters<typeof fail>): EngineReply => ({ type: 'fault', ...fail(...about) });
