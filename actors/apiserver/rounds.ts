//! Work that is done over and over until nothing is left of it: one round at a time, another when something has changed
//! meanwhile, and again after a while when one has failed.
import type { Result } from '../../runtime/fault.ts';
import type { Stop } from '../../runtime/ports.ts';
import type { Task } from '../../runtime/task.ts';

const AGAIN_MS = 1_000;
export interface RoundsPorts {
  run<T>(task: Task<T>, done: (value: T) => void): Stop;
  after(ms: number, run: () => void): Stop;
}

export class Rounds {
  readonly #ports: RoundsPorts;
  readonly #round: (number: number) => Task<Result<void>>;
  #asked = 0;
  #under = false;
  constructor(ports: RoundsPorts, round: (number: number) => Task<Result<void>>) {
    this.#ports = ports;
    this.#round = round;
  }
  ask(): void {
    this.#asked++;
    if (this.#under) return;
    this.#under = true;
    const number = this.#asked;
    this.#ports.run(this.#round(number), (result) => {
      this.#under = false;
      if (result.ok && number === this.#asked) return;
      if (result.ok) this.ask();
      else this.#ports.after(AGAIN_MS, () => this.ask());
    });
  }
}
