import type { EtcdReply } from './protocol.ts';

export type TxnReply = Extract<EtcdReply, { readonly type: 'etcd.txned' }>;
export interface Answer {
  readonly id: string;
  readonly at: number;
  readonly reply: TxnReply;
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
  #bytes = 0;
  constructor(limits: AnswerLimits) {
    this.#limits = limits;
  }
  get(id: string): TxnReply | undefined {
    return this.#answers.get(id)?.reply;
  }
  add(answer: Answer): void {
    this.#forget(answer.id);
    this.#answers.set(answer.id, answer);
    this.#bytes += weight(answer);
    for (const [id, oldest] of this.#answers) {
      const over = this.#answers.size > this.#limits.count || this.#bytes > this.#limits.bytes;
      if (!over && oldest.at >= answer.at - this.#limits.ageMs) break;
      this.#forget(id);
    }
  }
  all(): Iterable<Answer> {
    return this.#answers.values();
  }
  get size(): number {
    return this.#answers.size;
  }
  #forget(id: string): void {
    const known = this.#answers.get(id);
    if (known === undefined) return;
    this.#answers.delete(id);
    this.#bytes -= weight(known);
  }
}
const weight = ({ id, reply }: Answer): number =>
  reply.results.reduce((sum, result) => sum + (result ? result.value.length + result.key.length : 0), 100 + id.length);
