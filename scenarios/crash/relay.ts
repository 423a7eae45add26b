//! Watches of a process that is killed, told to another on its stdout: a line each; what is not whole was not said.
import type { Readable } from 'node:stream';
import type { EtcdServer } from '../../actors/etcd/server.ts';
import { realClock } from '../../runtime/real/clock.ts';
import type { WatchAsked } from '../check/watch-record.ts';
import { follow, type Told } from './watch-recorder.ts';

const MARK = 'told ';
const PROGRESS_MS = 200;
const AGAIN_MS = 50;

/** In the process: watches what it was asked to, until it is stopped, and asks for progress now and then. */
export function relay(server: EtcdServer, asked: readonly WatchAsked[], write: (line: string) => void): () => void {
  const timers: unknown[] = [];
  let over = false;
  asked.forEach((first, i) => {
    let next = first.startRevision ?? 0;
    const later = (run: () => void, ms: number): void => {
      realClock.clearTimeout(timers[i]);
      if (!over) timers[i] = realClock.setTimeout(run, ms);
    };
    const begin = (): void => {
      let canceled = false;
      const watch = follow(server, { ...first, startRevision: next }, (told) => {
        if (over || canceled) return;
        if (told.at === 'canceled') {
          canceled = true;
          // Compacted: the one who listens must hear that something is missing. Otherwise the member goes on.
          if (told.compactRevision > 0) write(lineOf(i, told));
          return later(begin, AGAIN_MS);
        }
        write(lineOf(i, told));
        next = Math.max(next, told.revision + 1, ...(told.at === 'events' ? [lastOf(told) + 1] : []));
      });
      const ask = (): void => {
        watch.requestProgress();
        if (!canceled) later(ask, PROGRESS_MS);
      };
      if (!canceled) later(ask, PROGRESS_MS);
    };
    begin();
  });
  return () => {
    over = true;
    for (const timer of timers) realClock.clearTimeout(timer);
  };
}
const lastOf = (told: Extract<Told, { at: 'events' }>): number => told.events.at(-1)?.modRevision ?? 0;
const lineOf = (i: number, told: Told): string => `${MARK}${i} ${JSON.stringify(told)}\n`;

/** In the other: hands each whole line to its watch. */
export function hear(stdout: Readable, tell: readonly ((told: Told) => void)[]): void {
  let rest = '';
  stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const said = /^told (\d+) (.*)$/s.exec(line);
      if (said) tell[Number(said[1])]?.(JSON.parse(said[2]!) as Told);
    }
  });
}
