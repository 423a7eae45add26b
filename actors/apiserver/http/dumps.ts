//! /debug/api_priority_and_fairness/: the levels, queues and requests of this moment
//! (k8s.io/apiserver/pkg/util/flowcontrol/apf_controller_debug.go).
import type { Fairness } from '../fairness/fairness.ts';
import type { Level, Request } from '../fairness/level.ts';
import { widest } from '../fairness/width.ts';

const PREFIX = '/debug/api_priority_and_fairness/';
type Row = readonly (string | number | boolean)[];
interface Dump {
  readonly heads: readonly string[];
  /** `nowMs`: of a clock that never steps; `dateMs`: what a wall says then. */
  readonly rows: (name: string, level: Level, time: { readonly nowMs: number; readonly dateMs: number }) => Row[];
}
const reject = (level: Level, of: (why: string) => boolean): number =>
  [...level.rejected].filter(([key]) => of(key.split(' ')[1] ?? '')).reduce((sum, [, count]) => sum + count, 0);
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(8)}ss`;

const DUMPS: Readonly<Record<string, Dump>> = {
  dump_priority_levels: {
    heads:
      'PriorityLevelName ActiveQueues IsIdle IsQuiescing WaitingRequests ExecutingRequests DispatchedRequests RejectedRequests TimedoutRequests CancelledRequests'.split(
        ' ',
      ),
    rows: (name, level) => {
      const active = level.queues.filter(({ waiting }) => waiting.length > 0).length;
      const dispatched = [...level.dispatched.values()].reduce((sum, count) => sum + count, 0);
      const idle = level.waiting + level.executing === 0;
      const refused = reject(level, (why) => why !== 'time-out');
      const late = reject(level, (why) => why === 'time-out');
      return [[name, active, idle, false, level.waiting, level.executing, dispatched, refused, late, level.cancelled]];
    },
  },
  dump_queues: {
    heads:
      'PriorityLevelName Index PendingRequests ExecutingRequests SeatsInUse NextDispatchR InitialSeatsSum MaxSeatsSum TotalWorkSum'.split(
        ' ',
      ),
    rows: (name, level) =>
      (level.limits.queuing === undefined ? [] : level.queues).map(({ index, waiting, executing, seats, nextAt }) => {
        const sum = (of: (one: Request) => number): number => waiting.reduce((total, one) => total + of(one), 0);
        const work = sum(({ work: { seats: own, finalSeats, extraMs } }) => own * GUESS_MS + finalSeats * extraMs);
        const initial = sum((one) => one.work.seats);
        const most = sum((one) => widest(one.work));
        return [name, index, waiting.length, executing, seats, seconds(nextAt), initial, most, seconds(work)];
      }),
  },
  dump_requests: {
    heads:
      'PriorityLevelName FlowSchemaName QueueIndex RequestIndexInQueue FlowDistingsher ArriveTime InitialSeats FinalSeats AdditionalLatency StartTime'.split(
        ' ',
      ),
    rows: (name, level, { nowMs, dateMs }) => {
      const at = (ms: number): string => new Date(dateMs - (nowMs - ms)).toISOString();
      const row = ({ schema, distinguisher, queue, arrivedAt, beganAt, work }: Request, index: number): Row => {
        const { seats, finalSeats, extraMs } = work;
        const start = beganAt === undefined ? NEVER : at(beganAt);
        const where = level.limits.queuing === undefined ? -1 : queue.index;
        return [name, schema, where, index, distinguisher, at(arrivedAt), seats, finalSeats, `${extraMs}ms`, start];
      };
      return [
        ...[...level.running].map((one) => row(one, -1)),
        ...level.queues.flatMap(({ waiting }) => waiting.map(row)),
      ];
    },
  },
};
const GUESS_MS = 3;
const NEVER = '0001-01-01T00:00:00Z';

/** Undefined: no such path. */
export function dumpOf(fairness: Fairness, path: string, nowMs: number, dateMs: number): string | undefined {
  const dump = path.startsWith(PREFIX) ? DUMPS[path.slice(PREFIX.length)] : undefined;
  if (dump === undefined) return undefined;
  const none = (name: string): Row[] => [dump.heads.map((_, i) => (i === 0 ? name : '<none>'))];
  const rows = fairness.names.flatMap((name) => {
    const level = fairness.level(name);
    return level === undefined ? none(name) : dump.rows(name, level, { nowMs, dateMs });
  });
  return table([dump.heads, ...rows]);
}
const WIDTH_LEAST = 8;
/** Cells as Go's text/tabwriter sets them: each with its comma, one blank apart. */
function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map((cell, i) => `${cell}${i < row.length - 1 ? ',' : ''}`));
  const widths = cells[0]!.map((_, i) => Math.max(WIDTH_LEAST, ...cells.map((row) => row[i]!.length + 1)));
  return cells
    .map((row) => `${row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i]!) : cell)).join('')}\n`)
    .join('');
}
