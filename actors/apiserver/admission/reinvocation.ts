//! Who must look again: when a mutating plugin changes an object after another has seen it, the mutating phase is run
//! once more (k8s.io/apiserver/pkg/admission reinvocation). Plugins of the server itself just run again; those that ask
//! others (webhooks, policies) say which of theirs.

export class Reinvocation {
  #again = false;
  #requested = false;
  readonly #states = new Map<string, unknown>();

  /** The mutating phase runs for the second time. */
  get isAgain(): boolean {
    return this.#again;
  }
  /** Something has changed what an earlier one had seen. */
  request(): void {
    this.#requested = true;
  }
  /** Called once by the chain, after the first run. */
  begins(): boolean {
    if (this.#again || !this.#requested) return false;
    this.#again = true;
    return true;
  }
  /** What one plugin keeps between its two runs. */
  state<T>(plugin: string, fresh: () => T): T {
    if (!this.#states.has(plugin)) this.#states.set(plugin, fresh());
    return this.#states.get(plugin) as T;
  }
}
