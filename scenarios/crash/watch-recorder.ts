//! Watches that write down what they are told, and go on where they were when their member comes back.
import type { EtcdServer, Watch, WatchEvent, WatchRequest } from '../../actors/etcd/server.ts';
import type { WatchAsked, WatchedEvent, WatchRecord, WatchResponse } from '../check/watch-record.ts';
import { text, toSeen } from './recorded-client.ts';

/** What one watch said: how a process tells it to another, a line each. */
export type Told =
  | { readonly at: 'events'; readonly revision: number; readonly events: readonly WatchedEvent[] }
  | { readonly at: 'progress'; readonly revision: number }
  | { readonly at: 'canceled'; readonly compactRevision: number; readonly reason: string };

/** Begins a watch and tells everything that it says. `slow`: now and then it takes no more until it is resumed. */
export function follow(server: EtcdServer, asked: WatchAsked, tell: (told: Told) => void, slow?: () => boolean): Watch {
  return server.watch(asked as WatchRequest, {
    events: (revision, events) => {
      tell({ at: 'events', revision, events: events.map(toWatched) });
      return !slow?.();
    },
    progress: (revision) => tell({ at: 'progress', revision }),
    canceled: (compactRevision, reason) => tell({ at: 'canceled', compactRevision, reason }),
  });
}

function toWatched({ type, kv, prevKv }: WatchEvent): WatchedEvent {
  const { key, modRevision, createRevision, version } = kv;
  return {
    type,
    key,
    modRevision,
    ...(type === 'put' ? { value: text(kv.value), createRevision, version } : {}),
    ...(prevKv === undefined ? {} : { prev: toSeen(prevKv) }),
  };
}

/** One watch over many lives of a member: a record for each life. */
export class Watched {
  readonly #name: string;
  readonly #asked: WatchAsked;
  readonly #records: { created: number; asked: WatchAsked; responses: WatchResponse[] }[] = [];
  /** Everything up to here has come. */
  revision: number;
  canceled: string | undefined;

  /** From the revision after `created`. */
  constructor(name: string, asked: WatchAsked, created: number) {
    this.#name = name;
    this.#asked = asked;
    this.revision = created;
  }
  /** What to ask for now, and where what it says goes. What another life says later is not heard. */
  begin(): { readonly asked: WatchAsked; readonly tell: (told: Told) => void } {
    const asked = { ...this.#asked, startRevision: this.revision + 1 };
    const record = { created: this.revision, asked, responses: [] as WatchResponse[] };
    this.#records.push(record);
    this.canceled = undefined;
    const tell = (told: Told): void => {
      if (this.#records.at(-1) !== record) return;
      if (told.at === 'canceled') {
        this.canceled = told.reason;
        return;
      }
      record.responses.push({ revision: told.revision, events: told.at === 'events' ? told.events : [] });
      const last = told.at === 'events' ? (told.events.at(-1)?.modRevision ?? 0) : told.revision;
      this.revision = Math.max(this.revision, last);
    };
    return { asked, tell };
  }
  /** `upTo`: by now everything up to there must have come. */
  records(upTo: number): WatchRecord[] {
    return this.#records.map((record, i) => ({
      name: `${this.#name}#${i + 1}`,
      ...record,
      ...(i === this.#records.length - 1 ? { upTo } : {}),
    }));
  }
}
