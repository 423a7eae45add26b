//! From this server to a node: the kubelet is asked over the bus, the bytes go over streams of the bus, wherever the
//! node's process is.
import { Duplex as NodeDuplex } from 'node:stream';
import { address, inbox } from '../../../../runtime/address.ts';
import { type Duplex, type DuplexEvents, offerDuplex } from '../../../../runtime/duplex.ts';
import { type Fault, fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Message, Stop } from '../../../../runtime/ports.ts';
import { uuid } from '../../../../runtime/random.ts';
import { ask } from '../../../../runtime/task.ts';
import type { PodOnNode, Wanted } from '../../http/connect/target.ts';
import type { Api } from '../../index.ts';
import type { KubeletReply } from '../../protocol.ts';

const ANSWER_MS = 15_000;

/** `done` once: the line, or the kubelet's refusal. Data may come before it. */
export function openLine(
  api: Api,
  node: string,
  wanted: Wanted,
  events: DuplexEvents,
  done: (result: Result<Duplex>) => void,
): Stop {
  const { engine, host } = api;
  const ports = { bus: host.ports.bus, clock: engine.clock, cluster: engine.cluster };
  let over = false;
  const offer = offerDuplex(ports, `line-${uuid(engine.random)}`, {
    ...events,
    onClosed: (fault) => {
      if (over) events.onClosed(fault);
    },
  });
  const to = inbox(engine.cluster, address('kubelet', '', node));
  const request = { ...wanted, stream: offer.subject } as unknown as Message;
  const stop = api.run(ask<KubeletReply>(to, request, ANSWER_MS), (answer) => {
    if (over) return;
    over = true;
    if (answer.ok && answer.value.type === 'stream.opened') return done(ok(offer.accepted(answer.value.stream)));
    offer.withdraw();
    done(answer.ok ? fail('InternalError', 'the kubelet opened no connection') : answer);
  });
  return () => {
    if (over) return;
    over = true;
    stop();
    offer.withdraw();
  };
}
export const dialPod = (
  api: Api,
  { node, ...pod }: PodOnNode,
  port: number,
  events: DuplexEvents,
  done: (result: Result<Duplex>) => void,
): Stop => openLine(api, node, { type: 'kubelet.dial', ...pod, port }, events, done);

/** A connection to a pod's port as a stream of Node's: what http.request takes for a socket. */
export function socketTo(api: Api, pod: PodOnNode, port: number, done: (result: Result<NodeDuplex>) => void): Stop {
  const socket = new LineSocket();
  return dialPod(api, pod, port, socket.lineEvents, (result) => {
    if (!result.ok) return done(result);
    socket.begin(result.value);
    done(ok(socket));
  });
}
class LineSocket extends NodeDuplex {
  #line: Duplex | undefined;
  #passed = 0;
  #drained: (() => void) | undefined;
  readonly lineEvents: DuplexEvents = {
    onData: (bytes) => {
      // What is not read at once is not passed on: its writer waits.
      if (this.push(bytes)) this.#taken(bytes.length);
      else this.#passed += bytes.length;
    },
    onEnd: () => void this.push(null),
    onDrain: () => {
      const next = this.#drained;
      this.#drained = undefined;
      next?.();
    },
    onClosed: (fault?: Fault) => void this.destroy(fault === undefined ? undefined : new Error(fault.message)),
  };
  constructor() {
    super({ allowHalfOpen: true, emitClose: true });
  }
  begin(line: Duplex): void {
    this.#line = line;
    this._read();
  }
  override _read(): void {
    if (this.#passed === 0) return;
    this.#taken(this.#passed);
    this.#passed = 0;
  }
  override _write(bytes: Buffer, _: string, done: (error?: Error | null) => void): void {
    if (this.#line === undefined || this.#line.write(bytes)) return done();
    this.#drained = done;
  }
  override _final(done: (error?: Error | null) => void): void {
    this.#line?.end();
    done();
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#line?.abort();
    done(error);
  }
  /** http.request asks these of a socket. */
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  #taken(bytes: number): void {
    if (this.#line === undefined) this.#passed += bytes;
    else this.#line.taken(bytes);
  }
}
