//! The Watch service: many watches on one stream, each told by the member's hub. Events that are one array for many
//! watches are encoded once.
import { END_OF_KEYS } from '../../protocol.ts';
import type { Watch, WatchEvent } from '../../server.ts';
import type { Call, CallHandler } from '../http2/call.ts';
import type { WatchCreateRequest } from '../wire/kv.ts';
import { type EventMessage, WatchRequest, WatchResponse } from '../wire/kv.ts';
import type { GivenOf, Of } from '../wire/message.ts';
import { end, type Gateway } from './gateway.ts';
import { guarded, type Method } from './method.ts';
import { Code, Failed } from './status.ts';

/** Of one stream, and of all streams of one connection. */
export const STREAM_WATCHES_MAX = 20_000;
export const CONNECTION_WATCHES_MAX = 50_000;
/** Requests that wait while a client does not read. */
const WAITING_MAX = 1_000;
/** As etcd: what a request may have, and 512 KiB (etcdserver/api/v3rpc/grpc.go). */
export const FRAGMENT_BYTES = 2 * 1024 * 1024;
const NOPUT = 0;
const NODELETE = 1;
const NO_ID = -1;
const TOO_MANY = new Failed(Code.resourceExhausted, 'etcdserver: too many requests');
/** For which one watch is over; for others all are, with their member. */
const OWN_REASONS: ReadonlySet<string> = new Set(['etcdserver: too many watches', 'mvcc: watcher range is empty']);

interface Open {
  readonly id: number;
  readonly fragment: boolean;
  watch: Watch | undefined;
  paused: boolean;
  /** The client asked how far everything is, and this watch has not said yet. */
  asked: boolean;
}

export const watchMethod: Method = (gateway, call) => new WatchStream(gateway, call);
export const WATCH: Readonly<Record<string, Method>> = { Watch: watchMethod };

const counts = new WeakMap<object, number>();

class WatchStream implements CallHandler {
  readonly #gateway: Gateway;
  readonly #call: Call;
  readonly #open = new Map<number, Open>();
  #nextId = 0;
  #over = false;
  #waiting: Of<typeof WatchRequest>[] = [];
  #slow = false;
  /** How many watches still have to say how far they are, and the least of what they said. */
  #progress = { waiting: 0, revision: 0 };

  constructor(gateway: Gateway, call: Call) {
    this.#gateway = gateway;
    this.#call = call;
    call.onDrain = () => this.#drained();
    guarded(call, () => {
      gateway.check(call);
      gateway.enter(call, (why) => this.#end(why));
    });
  }

  message(bytes: Uint8Array): void {
    if (this.#over) return;
    guarded(this.#call, () => {
      const request = WatchRequest.decode(bytes);
      if (!this.#slow) return this.#handle(request);
      // Each would be answered into a stream that nobody reads.
      if (this.#waiting.push(request) > WAITING_MAX) this.#end(TOO_MANY);
    });
  }
  halfClosed(): void {
    this.#end();
  }
  canceled(): void {
    this.#end();
  }

  #handle({ create, cancel, progress }: Of<typeof WatchRequest>): void {
    if (create) this.#create(create);
    else if (cancel) this.#cancel(cancel.watchId);
    else if (progress) this.#askProgress();
  }

  #create(request: Of<typeof WatchCreateRequest>): void {
    const { server } = this.#gateway;
    const { revision } = server.head();
    const refusal = this.#refusal(request);
    if (refusal !== undefined)
      return this.#send({ revision, watchId: NO_ID, created: true, canceled: true, cancelReason: refusal });
    const id = request.watchId === 0 ? this.#freeId() : request.watchId;
    const open: Open = { id, fragment: request.fragment, watch: undefined, paused: false, asked: false };
    this.#open.set(id, open);
    counts.set(this.#call.socket, (counts.get(this.#call.socket) ?? 0) + 1);
    this.#send({ revision, watchId: id, created: true });
    const { key, end: last, startRevision, prevKv, progressNotify, filters } = request;
    const asked = {
      key,
      end: last,
      // What a client that asked for no revision goes on from, should the stream break.
      startRevision: startRevision === 0 ? revision + 1 : startRevision,
      prevKv,
      progressNotify,
      noPut: filters.includes(NOPUT),
      noDelete: filters.includes(NODELETE),
    };
    open.watch = server.watch(asked, {
      events: (at, events) => this.#events(open, at, events),
      progress: (at) => this.#progressed(open, at),
      canceled: (compactRevision, reason) => this.#canceled(open, compactRevision, reason),
    });
  }
  #refusal({ key, end: last, watchId }: Of<typeof WatchCreateRequest>): string | undefined {
    if (last !== '' && last !== END_OF_KEYS && last <= (key === '' ? '\0' : key)) return 'mvcc: watcher range is empty';
    if (watchId !== 0 && this.#open.has(watchId)) return 'mvcc: duplicate watch ID provided on the WatchStream';
    const all = counts.get(this.#call.socket) ?? 0;
    if (this.#open.size < STREAM_WATCHES_MAX && all < CONNECTION_WATCHES_MAX) return undefined;
    return 'etcdserver: too many requests';
  }
  #freeId(): number {
    while (this.#open.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }
  #cancel(id: number): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#forget(open);
    this.#send({ revision: this.#gateway.server.head().revision, watchId: id, canceled: true });
  }
  #forget(open: Open): void {
    open.watch?.stop();
    this.#open.delete(open.id);
    counts.set(this.#call.socket, (counts.get(this.#call.socket) ?? 1) - 1);
    if (open.asked) this.#progressed(open, this.#progress.revision, false);
  }

  /** Once all of the stream's watches have been told all: etcd's answer to a progress request names none of them. */
  #askProgress(): void {
    if (this.#progress.waiting > 0) return;
    if (this.#open.size === 0) return this.#tellProgress(this.#gateway.server.head().revision);
    this.#progress = { waiting: this.#open.size, revision: Number.MAX_SAFE_INTEGER };
    for (const open of this.#open.values()) {
      open.asked = true;
      open.watch?.requestProgress();
    }
  }
  #progressed(open: Open, revision: number, own = true): void {
    if (!open.asked) return void (own && this.#send({ revision, watchId: open.id }));
    open.asked = false;
    const progress = this.#progress;
    progress.revision = Math.min(progress.revision, revision);
    if (--progress.waiting > 0) return;
    if (progress.revision === Number.MAX_SAFE_INTEGER) progress.revision = this.#gateway.server.head().revision;
    this.#tellProgress(progress.revision);
  }
  #tellProgress(revision: number): void {
    this.#send({ revision, watchId: NO_ID });
  }

  #events(open: Open, revision: number, events: readonly WatchEvent[]): boolean {
    const bytes = encoded(events);
    if (open.fragment && bytes.length > FRAGMENT_BYTES) this.#fragments(open, revision, events);
    else this.#sendEvents(open, revision, false, bytes);
    open.paused = this.#slow;
    return !open.paused;
  }
  #fragments(open: Open, revision: number, events: readonly WatchEvent[]): void {
    let part: Buffer[] = [];
    let size = 0;
    for (const event of events) {
      const bytes = encode([event]);
      if (part.length > 0 && size + bytes.length > FRAGMENT_BYTES) {
        this.#sendEvents(open, revision, true, Buffer.concat(part));
        part = [];
        size = 0;
      }
      part.push(bytes);
      size += bytes.length;
    }
    this.#sendEvents(open, revision, false, Buffer.concat(part));
  }
  #sendEvents({ id }: Open, revision: number, fragment: boolean, events: Buffer): void {
    const head = WatchResponse.encode({ header: this.#gateway.header(revision), watchId: id, fragment });
    this.#write(head, events);
  }
  #canceled(open: Open, compactRevision: number, reason: string): void {
    if (!this.#open.has(open.id)) return;
    if (compactRevision === 0 && !OWN_REASONS.has(reason)) return this.#end(new Failed(Code.unavailable, reason));
    this.#forget(open);
    const { revision } = this.#gateway.server.head();
    this.#send({ revision, watchId: open.id, canceled: true, compactRevision, cancelReason: reason });
  }

  #send({ revision, ...rest }: Omit<GivenOf<typeof WatchResponse>, 'header'> & { readonly revision: number }): void {
    this.#write(WatchResponse.encode({ header: this.#gateway.header(revision), ...rest }));
  }
  #write(bytes: Uint8Array, more?: Uint8Array): void {
    if (!this.#over && !this.#call.send(bytes, more)) this.#slow = true;
  }
  #drained(): void {
    this.#slow = false;
    while (this.#waiting.length > 0 && !this.#slow && !this.#over) {
      const request = this.#waiting.shift()!;
      guarded(this.#call, () => this.#handle(request));
    }
    for (const open of this.#open.values()) {
      if (!open.paused) continue;
      open.paused = false;
      open.watch?.resume();
    }
  }
  #end(why?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    for (const open of [...this.#open.values()]) {
      open.asked = false;
      this.#forget(open);
    }
    this.#waiting = [];
    this.#gateway.leave(this.#call);
    if (why === undefined) this.#call.end(0);
    else end(this.#call, why);
  }
}

const kept = new WeakMap<readonly WatchEvent[], Buffer>();
function encoded(events: readonly WatchEvent[]): Buffer {
  let bytes = kept.get(events);
  if (bytes === undefined) {
    bytes = encode(events);
    kept.set(events, bytes);
  }
  return bytes;
}
const encode = (events: readonly WatchEvent[]): Buffer => WatchResponse.encode({ events: events.map(messageOf) });
const messageOf = ({ type, kv, prevKv }: WatchEvent): GivenOf<typeof EventMessage> => ({
  type: type === 'put' ? 0 : 1,
  kv,
  prevKv,
});
