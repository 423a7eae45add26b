//! Quotas at work: who wants more of a namespace is charged before the write, many in one txn; what is given back is
//! found by counting again. A charge compares the quotas' revisions, so that servers side by side never give away more
//! than there is; while a charge waits for its object to be written, a count includes it.
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Message, Stop } from '../../../../runtime/ports.ts';
import { ask, type Task } from '../../../../runtime/task.ts';
import { type Charged, charged, type Request, withUsed } from '../../../api/quota/charge.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import type { Answer, Call, Engine } from '../../verbs/engine.ts';
import { recounted } from './recount.ts';
import { quotasOf, write } from './stored.ts';

/** A subject of this server alone, as LOCAL_OUTSIDE. */
export const LOCAL_QUOTA = 'local.quota';
interface Charge extends Message {
  readonly type: 'quota.charge';
  readonly namespace: string;
  readonly request: Request;
  readonly dryRun: boolean;
}
interface Answered extends Message {
  readonly type: 'quota.charged';
  /** '' : it is. */
  readonly why: string;
}
interface Waiter {
  readonly charge: Charge;
  readonly done: (result: Result<Message>) => void;
}
/** Charged, and perhaps not written yet. */
export interface Grant {
  readonly callId: string;
  readonly request: Request;
}

const WAITING_MAX = 2_000;
const BATCH_MAX = 100;
const ATTEMPTS_MAX = 50;
const WORK_MS = 9_000;
/** Many deletions in a row are one count. */
const COUNT_AFTER_MS = 50;

export interface QuotaPorts {
  /** Of this life of the server. */
  readonly life: string;
  readonly engine: () => Engine;
  readonly run: <T>(task: Task<T>, done: (value: T) => void) => Stop;
  readonly after: (ms: number, run: () => void) => Stop;
}

export class Quotas {
  readonly #ports: QuotaPorts;
  readonly #waiting = new Map<string, Waiter[]>();
  readonly #working = new Set<string>();
  readonly #dirty = new Map<string, Stop>();
  readonly #grants = new Map<string, Grant[]>();
  #txns = 0;

  constructor(ports: QuotaPorts) {
    this.#ports = ports;
  }

  /** '' when the namespace's quotas bear it, and then it is charged; else why not. */
  *charge(call: Call, request: Request): Task<Result<string>> {
    const { namespace, id, options } = call.request;
    const dryRun = options.dryRun === true;
    // A create that tries again under another name has been charged.
    const before = this.grants(namespace);
    const own = before.find(({ callId, request: { old } }) => callId === id && old === undefined);
    if (own !== undefined && request.old === undefined) {
      this.#grants.set(
        namespace,
        before.map((grant) => (grant === own ? { callId: id, request } : grant)),
      );
      return ok('');
    }
    const message: Charge = { type: 'quota.charge', namespace, request, dryRun };
    const left = Math.max(1, call.deadline - this.#ports.engine().clock.now());
    const answer = yield* ask<Answered>(LOCAL_QUOTA, message as Message, left);
    if (!answer.ok) return answer;
    const { why } = answer.value;
    if (why === '' && !dryRun) this.#grants.set(namespace, [...this.grants(namespace), { callId: id, request }]);
    return ok(why);
  }
  grants(namespace: string): readonly Grant[] {
    return this.#grants.get(namespace) ?? [];
  }
  /** The request is over: what it was charged for is there, or is given back. */
  ended(call: Call, result: Result<Answer> | undefined): void {
    const { namespace, id, verb } = call.request;
    if (!call.info.namespaced) return;
    const grants = this.grants(namespace);
    const others = grants.filter(({ callId }) => callId !== id);
    if (others.length < grants.length) {
      if (others.length > 0) this.#grants.set(namespace, others);
      else this.#grants.delete(namespace);
      // An update that met another and was decided again has been charged twice.
      if (!result?.ok || grants.length - others.length > 1) this.dirty(namespace);
    }
    if (result?.ok && verb !== 'get' && verb !== 'list' && mayGiveBack(call, result.value)) this.dirty(namespace);
  }
  /** Something may have been given back: its quotas are counted soon. */
  dirty(namespace: string): void {
    if (this.#dirty.has(namespace)) return;
    const stop = this.#ports.after(COUNT_AFTER_MS, () => {
      this.#dirty.delete(namespace);
      this.#ports.run(
        recounted(this.#ports.engine(), namespace, `${this.#ports.life}:count:${++this.#txns}`),
        () => {},
      );
    });
    this.#dirty.set(namespace, stop);
  }
  stop(): void {
    for (const stop of this.#dirty.values()) stop();
    this.#dirty.clear();
    this.#grants.clear();
    this.#waiting.clear();
    this.#working.clear();
  }

  /** How the bus of a server's tasks answers what they ask at LOCAL_QUOTA. */
  receive(message: Message, done: (result: Result<Message>) => void): Stop {
    const charge = message as Charge;
    const { namespace } = charge;
    const waiting = this.#waiting.get(namespace) ?? [];
    const waiter: Waiter = { charge, done };
    if (waiting.length >= WAITING_MAX) {
      const timer = this.#ports.after(0, () =>
        done(fail('Busy', 'too many requests wait for the quotas of a namespace')),
      );
      return timer;
    }
    waiting.push(waiter);
    this.#waiting.set(namespace, waiting);
    if (!this.#working.has(namespace)) {
      this.#working.add(namespace);
      // Later: an answer must not come from inside the question; and who comes at the same moment comes along.
      this.#ports.after(0, () => this.#ports.run(this.#work(namespace), () => {}));
    }
    return () => {
      const at = waiting.indexOf(waiter);
      if (at >= 0) waiting.splice(at, 1);
    };
  }
  *#work(namespace: string): Task<void> {
    try {
      for (let waiting = this.#waiting.get(namespace); waiting?.length; waiting = this.#waiting.get(namespace)) {
        const batch = waiting.splice(0, BATCH_MAX);
        const done = yield* this.#settled(namespace, batch);
        for (const [i, waiter] of batch.entries())
          waiter.done(done.ok ? ok({ type: 'quota.charged', why: done.value[i] ?? '' } as Answered) : done);
      }
    } finally {
      this.#working.delete(namespace);
      if (this.#waiting.get(namespace)?.length === 0) this.#waiting.delete(namespace);
    }
  }
  /** One after the other against the same quotas, then one write of what they have become. */
  *#settled(namespace: string, batch: readonly Waiter[]): Task<Result<readonly string[]>> {
    const engine = this.#ports.engine();
    const deadline = engine.clock.now() + WORK_MS;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const known = yield* quotasOf(engine, namespace, deadline, attempt > 0);
      if (!known.ok) return known;
      const quotas: KubeObject[] = known.value.map(({ object }) => object);
      const changed = new Set<number>();
      const answers = batch.map(({ charge: { request, dryRun } }) => {
        const one: Charged = charged(quotas, request, engine.clock.now());
        if ('why' in one) return one.why;
        for (const [i, used] of dryRun ? [] : one.used) {
          quotas[i] = withUsed(quotas[i]!, used);
          changed.add(i);
        }
        return '';
      });
      // A refusal must not rest on a cache that may be behind.
      if (attempt === 0 && answers.some((why) => why !== '')) continue;
      if (changed.size === 0) return ok(answers);
      const written = yield* write(
        engine,
        `${this.#ports.life}:quota:${++this.#txns}`,
        [...changed].map((i) => [known.value[i]!, quotas[i]!]),
        deadline,
      );
      if (!written.ok) return written;
      if (written.value) return ok(answers);
    }
    return fail('Conflict', `the quotas of namespace ${namespace} change all the time`);
  }
}

function mayGiveBack({ info, request }: Call, answer: Answer): boolean {
  const { verb, subresource } = request;
  if (verb === 'delete' || verb === 'deletecollection' || subresource === 'eviction') return true;
  if (info.group === '' && info.resource === 'resourcequotas') return true;
  if (verb === 'create' || answer.type !== 'object') return false;
  const { metadata, status } = answer.object as KubeObject & { readonly status?: { readonly phase?: string } };
  if (metadata.deletionTimestamp !== undefined) return true;
  if (info.group !== '') return false;
  if (info.resource === 'pods')
    return (
      subresource === 'resize' || subresource === '' || status?.phase === 'Succeeded' || status?.phase === 'Failed'
    );
  return info.resource === 'services' || info.resource === 'persistentvolumeclaims';
}
