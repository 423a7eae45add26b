//! Versions as watches are told of them: each made once and shared by all that are told.
import type { KeyValue } from './protocol.ts';
import type { WatchEvent, WatchRequest } from './server.ts';
import type { Written } from './txn.ts';
import type { Version } from './version.ts';

type Wishes = Pick<WatchRequest, 'noPut' | 'noDelete' | 'prevKv'>;
const NOTHING = new Uint8Array(0);

export class WatchEvents {
  readonly #plain = new WeakMap<Version, WatchEvent>();
  readonly #withBefore = new WeakMap<Version, WatchEvent>();

  /** The events of these writes as each kind of watch wants them. */
  variants(written: readonly Written[]): (wishes: Wishes) => readonly WatchEvent[] {
    const made: (readonly WatchEvent[] | undefined)[] = [];
    return (wishes) => {
      const kind = (wishes.noPut ? 1 : 0) + (wishes.noDelete ? 2 : 0) + (wishes.prevKv ? 4 : 0);
      made[kind] ??= this.#made(written, wishes);
      return made[kind];
    };
  }
  #made(written: readonly Written[], { noPut, noDelete, prevKv }: Wishes): readonly WatchEvent[] {
    const events: WatchEvent[] = [];
    for (const one of written)
      if (!(one.version.version === 0 ? noDelete : noPut)) events.push(this.#event(one, prevKv === true));
    return events;
  }
  #event({ version, before }: Written, prevKv: boolean): WatchEvent {
    // A key that is made anew has none before, also when the same revision deleted one (etcd's IsCreateEvent).
    const made = version.version === 1;
    const kept = prevKv && before !== undefined && !made ? this.#withBefore : this.#plain;
    let event = kept.get(version);
    if (event === undefined) {
      event = { type: version.version === 0 ? 'delete' : 'put', kv: shown(version) };
      if (kept === this.#withBefore) event = { ...event, prevKv: before!.kv() };
      kept.set(version, event);
    }
    return event;
  }
}
const shown = (version: Version): KeyValue =>
  version.version > 0
    ? version.kv()
    : { key: version.key, value: NOTHING, createRevision: 0, modRevision: version.mod, version: 0 };
