//! A watch as a response: a line of JSON or a frame of protobuf an event, until the time is over or the client goes.
import type { Stop } from '../../../runtime/ports.ts';
import { internalError, statusOf } from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Api } from '../index.ts';
import type { Call } from '../verbs/engine.ts';
import type { WatchOptions } from '../verbs/watch.ts';
import { type EventLines, lineOf } from './event-lines.ts';
import { PROTOBUF } from './media.ts';
import { type Headers, type Responder, UNREAD_MAX } from './message.ts';
import { bookmarkOf, type Look, textOfEvent } from './render.ts';
import { frameOfBookmark, frameOfError } from './render-protobuf.ts';

export interface WatchAsked {
  readonly call: Call;
  readonly look: Look;
  readonly options: WatchOptions;
  readonly timeoutMs: number;
  readonly headers: Headers;
}

/** `over` is called once, when nothing more will be written. */
export function serveWatch(
  api: Api,
  asked: WatchAsked,
  responder: Responder,
  refuse: (status: Status) => void,
  over: () => void,
  lines: EventLines,
  told: () => void = () => {},
): Stop {
  const { call, look } = asked;
  const { clock } = api.engine;
  const { info } = call;
  let begun = false;
  let ended = false;
  /** A table's columns are told once. */
  let headless = false;
  let stop: Stop = () => {};
  const begin = (): void => {
    if (begun) return;
    begun = true;
    responder.head(200, { 'content-type': binary ? `${PROTOBUF};stream=watch` : 'application/json', ...asked.headers });
  };
  const end = (): void => {
    if (ended) return;
    ended = true;
    clock.clearTimeout(timer);
    stop();
    responder.end();
    over();
  };
  const binary = look.accepted.format === 'protobuf';
  const failed = (status: Status): Uint8Array =>
    binary ? frameOfError(status, look) : lineOf('ERROR', JSON.stringify(status));
  const tell = (make: () => Uint8Array): void => {
    if (ended) return;
    begin();
    let bytes: Uint8Array;
    try {
      bytes = make();
    } catch (error) {
      // One strange object must not end what keeps the cache fresh.
      responder.write(failed(internalError(String(error))));
      return end();
    }
    responder.write(bytes);
    // It does not read: it lists again when it comes back.
    if (responder.waiting > UNREAD_MAX) end();
  };
  const timer = clock.setTimeout(() => {
    begin();
    end();
  }, asked.timeoutMs);
  stop = api.watch(
    call,
    asked.options,
    {
      event: (type, entry) =>
        tell(() => {
          const bytes =
            look.accepted.as === 'table'
              ? // Its cells tell the time, and its columns are told once: made for one.
                lineOf(type, textOfEvent(info, entry, { ...look, nowMs: clock.now() }, headless))
              : lines.of(info, type, entry, look);
          headless = true;
          told();
          return bytes;
        }),
      bookmark: (revision, initialEnd) =>
        tell(() =>
          binary
            ? frameOfBookmark(info, revision, initialEnd, look)
            : lineOf('BOOKMARK', JSON.stringify(bookmarkOf(info, revision, initialEnd, look))),
        ),
      end: (status) => {
        if (status !== undefined) tell(() => failed(status));
        else begin();
        end();
      },
    },
    (result) => {
      if (ended) {
        if (result.ok) result.value();
        return;
      }
      if (result.ok) {
        stop = result.value;
        return begin();
      }
      clock.clearTimeout(timer);
      ended = true;
      if (begun) responder.end();
      else refuse(statusOf(result.fault));
      over();
    },
  );
  return () => {
    if (ended) return;
    ended = true;
    clock.clearTimeout(timer);
    stop();
    over();
  };
}
/** --min-request-timeout of kube-apiserver: a watch lasts between this and its double. */
export const WATCH_LEAST_MS = 1_800_000;
