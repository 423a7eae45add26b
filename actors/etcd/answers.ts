import { Fifo } from '../../runtime/fifo.ts';
import type { EtcdReply, KeyValue, OpResult } from './protocol.ts';

export type TxnReply = Extract<EtcdReply, { readonly type: 'etcd.txned' }>;
export type AnswerReply = Exclude<EtcdReply, { readonly type: 'fault' }>;
export interface Answer {
  readonly id: string;
  readonly at: number;
  readonly reply: AnswerReply;
}
export interface AnswerLimits {
  readonly count: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** What was answered to which request, so that a retry gets the same. Bounded: the oldest go first. */
export class Answers {
  readonly #limits: AnswerLimits;
  readonly #answers = new Map<string, Answer>();
  readonly #order = new Fifo<Answer>();
  #bytes = 0;
  constructor(limits: AnswerLimits) {
    this.#limits = limits;
  }
  get(id: string): AnswerReply | undefined {
    return this.#answers.get(id)?.reply;
  }
  add(answer: Answer): void {
    this.#answers.set(answer.id, answer);
    this.#order.push(answer);
    this.#bytes += weight(answer);
    for (let oldest = this.#order.peek(); oldest; oldest = this.#order.peek()) {
      const over = this.#order.length > this.#limits.count || this.#bytes > this.#limits.bytes;
      if (!over && oldest.at >= answer.at - this.#limits.ageMs) break;
      this.#order.shift();
      this.#bytes -= weight(oldest);
      if (this.#answers.get(oldest.id) === oldest) this.#answers.delete(oldest.id);
    }
  }
  all(): Iterable<Answer> {
    return this.#answers.values();
  }
  get size(): number {
    return this.#answers.size;
  }
}
const weight = ({ id, reply }: Answer): number =>
  100 + id.length + (reply.type === 'etcd.txned' ? weightOf(reply.results) : 0);
const weightOf = (results: readonly OpResult[]): number =>
  results.reduce((sum, result) => sum + 50 + inside(result), 0);
function inside(result: OpResult): number {
  switch (result.op) {
    case 'range':
      return carried(result.kvs);
    case 'put':
      return result.prevKv ? carried([result.prevKv]) : 0;
    case 'delete':
      return carried(result.prevKvs);
    case 'txn':
      return weightOf(result.results);
  }
}
const carried = (kvs: readonly KeyValue[]): number =>
  kvs.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
