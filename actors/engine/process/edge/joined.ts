/** The same work asked for again while it is under way is done once; all who asked get its answer. */
export class Joined<T> {
  readonly #waiting = new Map<string, ((answer: T) => void)[]>();
  do(key: string, work: (done: (answer: T) => void) => void, done: (answer: T) => void): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.push(done);
      return;
    }
    this.#waiting.set(key, [done]);
    work((answer) => {
      const all = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      for (const one of all) one(answer);
    });
  }
}
