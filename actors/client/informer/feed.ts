//! One copy of one stream: a list, then every change after it. Changes that come during a list wait, up to a bound.

import type { KubeObject } from '../../api/types/meta.ts';
import { decodeValue, parseStorageKey } from '../../apiserver/protocol.ts';
import type { Change } from '../../etcd/protocol.ts';
import type { ObjectStore } from '../cache.ts';
import type { Listed } from '../client.ts';
import { follows } from './logic.ts';

const WAITING_MAX = 20_000;

export class Feed {
  readonly #store: ObjectStore;
  readonly #stream: string;
  readonly #namespace: string | undefined;
  /** Undefined while a list is under way or wanted. */
  #last: number | undefined;
  #waiting: Change[] = [];
  /** The newest change for which there was no room. */
  #lost = 0;
  constructor(store: ObjectStore, stream: string, namespace?: string) {
    this.#store = store;
    this.#stream = stream;
    this.#namespace = namespace;
  }

  /** The stream is known to be at `revision`. False: something is missing, list again. */
  caughtUp(revision: number): boolean {
    if (this.#last === undefined || revision <= this.#last) return true;
    this.listing();
    return false;
  }
  /** From now on changes wait for the list that was asked for. */
  listing(): void {
    if (this.#last === undefined) return;
    this.#last = undefined;
    this.#waiting = [];
    this.#lost = 0;
  }
  /** False: something is missing, list again. */
  receive(change: Change): boolean {
    if (change.stream !== this.#stream) return true;
    if (this.#last === undefined) {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(change);
      else this.#lost = Math.max(this.#lost, change.revision);
      return true;
    }
    const how = follows(this.#last, change);
    if (how === 'next') this.#apply(change);
    if (how !== 'gap') return true;
    this.listing();
    this.#waiting.push(change);
    return false;
  }
  /** False: the list is older than what the changes that waited begin with. */
  listed({ items, revision }: Listed<KubeObject>): boolean {
    this.#store.replace(items, revision);
    const waited = this.#waiting;
    const lost = this.#lost;
    this.#waiting = [];
    this.#lost = 0;
    this.#last = revision;
    for (const [i, change] of waited.entries()) {
      if (this.receive(change)) continue;
      this.#waiting = waited.slice(i);
      this.#lost = lost;
      return false;
    }
    if (lost <= this.#last) return true;
    this.listing();
    return false;
  }

  #apply(change: Change): void {
    this.#last = change.revision;
    this.#store.passed(change.revision);
    if (change.type === 'change.progress') return;
    const { namespace, name } = parseStorageKey(change.key);
    if (this.#namespace !== undefined && namespace !== this.#namespace) return;
    if (change.type === 'change.put') this.#store.put(decoded(change.value, change.revision));
    else this.#store.remove(namespace === '' ? name : `${namespace}/${name}`, change.revision);
  }
}

/** One message reaches many informers of a process, and is parsed once. */
const known = new WeakMap<Uint8Array, KubeObject>();
export function decoded(value: Uint8Array, revision: number): KubeObject {
  let object = known.get(value);
  if (object === undefined) {
    object = decodeValue(value, revision);
    known.set(value, object);
  }
  return object;
}
