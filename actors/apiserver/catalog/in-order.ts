//! Events of a watch whose objects must be converted first: told in the order in which they came.
import type { Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { Task } from '../../../runtime/task.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import { statusOf } from '../../api/status.ts';
import { TOO_SLOW } from '../cache/feed.ts';
import type { Engine } from '../verbs/engine.ts';
import type { Listener } from '../verbs/watch.ts';
import { needsConversion, present } from './conversion.ts';

const WAITING_MAX = 10_000;
type Run = <T>(task: Task<T>, done: (value: T) => void) => Stop;

export function inOrder(engine: Engine, info: ResourceInfo, run: Run, listener: Listener): Listener {
  const waiting: (() => Result<void> | undefined)[] = [];
  let busy = false;
  let over = false;
  const next = (): void => {
    while (!busy && waiting.length > 0) waiting.shift()?.();
  };
  const later = (tell: () => void): void => {
    if (over) return;
    if (waiting.length >= WAITING_MAX) {
      over = true;
      return listener.end(TOO_SLOW);
    }
    waiting.push(() => {
      tell();
      return undefined;
    });
    next();
  };
  const { bookmark } = listener;
  return {
    event: (type, entry) =>
      later(() => {
        if (!needsConversion(info, entry)) return listener.event(type, entry);
        busy = true;
        run(present(engine, info, [entry]), (result) => {
          busy = false;
          if (over) return;
          if (result.ok) listener.event(type, entry);
          else {
            over = true;
            listener.end(statusOf(result.fault));
          }
          next();
        });
      }),
    ...(bookmark === undefined ? {} : { bookmark: (at, initial) => later(() => bookmark.call(listener, at, initial)) }),
    end: (status) =>
      later(() => {
        over = true;
        listener.end(status);
      }),
  };
}
