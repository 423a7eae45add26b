//! The leader's voice on the bus: changes, and the progress of streams that fell quiet.
import type { Clock, Message } from '../../runtime/ports.ts';
import type { Publication } from './publications.ts';
import type { Streams } from './streams.ts';

/** How often quiet streams are looked for, while there are any that have not said so. */
const TICK_MS = 500;

export class Publisher {
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #publish: (subject: string, message: Message) => void;
  #streams: Streams | undefined;
  #timer: unknown;
  constructor(clock: Clock, now: () => number, publish: (subject: string, message: Message) => void) {
    this.#clock = clock;
    this.#now = now;
    this.#publish = publish;
  }
  /** What the leader before did not say, nobody may have said: every stream that it touched says where it is. */
  begin(streams: Streams): void {
    this.#streams = streams;
    this.#watchQuiet();
  }
  end(): void {
    this.#streams = undefined;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
  tell(publications: readonly Publication[], streams: Streams): void {
    const now = this.#now();
    for (const { to, change } of publications) {
      this.#publish(to.subject, change);
      streams.publish(to, change.revision, now);
    }
    this.#watchQuiet();
  }
  /** One timer for all streams, and none while every stream has said that it is quiet. */
  #watchQuiet(): void {
    if (this.#timer !== undefined || !this.#streams?.restless) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      for (const { stream, subject, revision } of this.#streams?.due(this.#now()) ?? [])
        this.#publish(subject, { type: 'change.progress', stream, revision } as Message);
      this.#watchQuiet();
    }, TICK_MS);
  }
}
