//! One a host: turns tracing on and off by order, and publishes the records in batches.
import { type Address, control, trace } from './address.ts';
import type { Host } from './host.ts';
import type { Message, Stop } from './ports.ts';
import { type TraceRecord, Tracer } from './trace.ts';

/** On `control(cluster)` or `control(cluster, host)`. `pattern`: as actors are shown, `*` for any characters. */
export type TraceOrder =
  /** The same id again renews. It ends by itself after `ttlMs`: a viewer may die without a word. */
  | { readonly type: 'trace.start'; readonly id: string; readonly pattern: string; readonly ttlMs: number }
  | { readonly type: 'trace.stop'; readonly id: string };

/** On `trace(cluster, host, actor)`. `dropped`: records that found no room, all actors of the host, since the start. */
export interface TraceBatch extends Message {
  readonly type: 'trace.batch';
  readonly host: string;
  readonly records: readonly TraceRecord[];
  readonly dropped: number;
}

const FLUSH_MS = 50;
const WAITING_MAX = 5_000;
const SESSIONS_MAX = 100;
const TTL_MAX_MS = 600_000;

interface Session {
  readonly pattern: RegExp;
  readonly timer: unknown;
}

export const patternOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);

export class TraceAgent {
  readonly #host: Host;
  readonly #sessions = new Map<string, Session>();
  readonly #stops: readonly Stop[];
  #waiting = new Map<Address, TraceRecord[]>();
  #count = 0;
  #dropped = 0;
  #flushTimer: unknown;

  constructor(host: Host) {
    this.#host = host;
    const { bus } = host.ports;
    const order = ({ message }: { readonly message: Message }): void => this.#order(message as TraceOrder);
    this.#stops = [bus.subscribe(control(host.cluster), order), bus.subscribe(control(host.cluster, host.id), order)];
  }

  get active(): boolean {
    return this.#sessions.size > 0;
  }
  get dropped(): number {
    return this.#dropped;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const id of [...this.#sessions.keys()]) this.#end(id);
  }

  #order(order: TraceOrder): void {
    if (order.type === 'trace.stop') return this.#end(order.id);
    if (order.type !== 'trace.start') return; // other orders are others' business
    const known = this.#sessions.get(order.id);
    if (known === undefined && this.#sessions.size >= SESSIONS_MAX) return;
    const { clock } = this.#host.ports;
    if (known) clock.clearTimeout(known.timer);
    const timer = clock.setTimeout(() => this.#end(order.id), Math.min(order.ttlMs, TTL_MAX_MS));
    this.#sessions.set(order.id, { pattern: patternOf(order.pattern), timer });
    // A renewal changes nothing: attaching anew would lose what is half seen.
    if (known === undefined || known.pattern.source !== patternOf(order.pattern).source) this.#observe();
  }

  #end(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#host.ports.clock.clearTimeout(session.timer);
    this.#sessions.delete(id);
    this.#observe();
    if (this.#sessions.size === 0) this.#flush();
  }

  #observe(): void {
    if (this.#sessions.size === 0) return this.#host.observe(undefined);
    const patterns = [...this.#sessions.values()].map(({ pattern }) => pattern);
    const wants = (actor: string): boolean => patterns.some((pattern) => pattern.test(actor));
    this.#host.observe(new Tracer(this.#host, wants, (record, of) => this.#add(record, of)));
  }

  #add(record: TraceRecord, of: Address): void {
    if (this.#count >= WAITING_MAX) {
      this.#dropped++;
      return;
    }
    this.#count++;
    const records = this.#waiting.get(of);
    if (records) records.push(record);
    else this.#waiting.set(of, [record]);
    this.#flushTimer ??= this.#host.ports.clock.setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    const { clock, bus } = this.#host.ports;
    clock.clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#count = 0;
    for (const [of, records] of waiting) {
      const batch: TraceBatch = { type: 'trace.batch', host: this.#host.id, records, dropped: this.#dropped };
      bus.publish(trace(this.#host.cluster, this.#host.id, of), batch);
    }
  }
}
