//! Events as lines of a watch, or frames of protobuf. What many watchers are shown alike is made once: all get it.
import type { ResourceInfo } from '../../api/resources.ts';
import type { Entry } from '../cache/entry.ts';
import type { WatchType } from '../cache/watcher.ts';
import { type Look, textOfEvent } from './render.ts';
import { frameOfEvent } from './render-protobuf.ts';

interface Line {
  readonly type: WatchType;
  readonly info: ResourceInfo;
  readonly look: Look['accepted'];
  readonly bytes: Uint8Array;
}
export class EventLines {
  /** Of the event that is told now: one after the other hears of it, then of the next. */
  #entry: Entry | undefined;
  #lines: Line[] = [];

  of(info: ResourceInfo, type: WatchType, entry: Entry, look: Look): Uint8Array {
    if (entry !== this.#entry) {
      this.#entry = entry;
      this.#lines = [];
    }
    for (const line of this.#lines)
      if (line.type === type && line.info === info && isAlike(line.look, look.accepted)) return line.bytes;
    const bytes =
      look.accepted.format === 'protobuf'
        ? frameOfEvent(type, info, entry, look)
        : lineOf(type, textOfEvent(info, entry, look, false));
    this.#lines.push({ type, info, look: look.accepted, bytes });
    return bytes;
  }
}
const isAlike = (a: Look['accepted'], b: Look['accepted']): boolean =>
  a.as === b.as && a.version === b.version && a.format === b.format;
export const lineOf = (type: string, object: string): Uint8Array =>
  encoder.encode(`{"type":"${type}","object":${object}}\n`);
const encoder = new TextEncoder();
