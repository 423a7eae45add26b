//! What a watch was asked for and what it delivered.
import type { Change, Changes } from './changes.ts';
import type { Seen } from './history.ts';

export interface WatchAsked {
  readonly key: string;
  /** Exclusive; '\0' is no end; absent: the one key. */
  readonly end?: string;
  /** Absent: from the next revision after `created`. */
  readonly startRevision?: number;
  readonly prevKv?: boolean;
  readonly noPut?: boolean;
  readonly noDelete?: boolean;
}
export interface WatchedEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly modRevision: number;
  /** Of a put. */
  readonly value?: string;
  readonly createRevision?: number;
  readonly version?: number;
  /** Present when the event carried one. */
  readonly prev?: Seen;
}
export interface WatchResponse {
  /** The store's, as the response says. */
  readonly revision: number;
  /** Empty: progress, that is all up to `revision` has been delivered. */
  readonly events: readonly WatchedEvent[];
}
export interface WatchRecord {
  readonly name: string;
  readonly asked: WatchAsked;
  /** The store's revision when the watch was made. */
  readonly created?: number;
  readonly responses: readonly WatchResponse[];
  /** Everything up to here should have come by the end: whoever recorded has waited for it. */
  readonly upTo?: number;
  /** States before this revision are gone, and with them prev_kv. */
  readonly compacted?: number;
}

export const inRange = (key: string, { key: from, end }: Pick<WatchAsked, 'key' | 'end'>): boolean =>
  end === undefined ? key === from : key >= from && (end === '\0' || key < end);

export const wants = (asked: WatchAsked, { key, seen }: Change): boolean =>
  inRange(key, asked) && !(seen === null ? asked.noDelete : asked.noPut);

export const eventsOf = (watch: WatchRecord): readonly WatchedEvent[] =>
  watch.responses.flatMap(({ events }) => events);

/** The first revision that belongs to the watch; undefined: nobody knows. */
export const startOf = ({ asked, created }: WatchRecord): number | undefined =>
  asked.startRevision || (created === undefined ? undefined : created + 1);

/** What belongs to the watch from revision `from` to `to`, both included. */
export const due = (watch: WatchRecord, changes: Changes, from: number, to: number): readonly Change[] =>
  changes.between(from, to).filter((change) => wants(watch.asked, change));

export const name = ({ type, key, modRevision }: WatchedEvent): string => `${type} ${key} at ${modRevision}`;
export const nameOf = ({ key, revision, seen }: Change): string =>
  `${seen === null ? 'delete' : 'put'} ${key} at ${revision}`;
