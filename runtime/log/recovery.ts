import { ok, type Result } from '../fault.ts';
import type { Disk, LogRecovery } from '../ports.ts';
import { damaged, readSegment, segmentFirst, segmentName } from './segment.ts';
import { decodeSnapshot, SNAPSHOT } from './snapshot.ts';

export interface Segment {
  /** Sequence of its first record. */
  readonly first: number;
  size: number;
}
export interface Recovered {
  readonly segments: readonly Segment[];
  readonly last: number;
  readonly snapshotAt: number;
}
type Done = (result: Result<Recovered>) => void;

/** Reads the snapshot, then every segment that is still needed, one after the other. */
export function recoverFiles(disk: Disk, dir: string, into: LogRecovery, done: Done): void {
  disk.list(dir, (listed) => {
    if (!listed.ok) return done(listed);
    const firsts = listed.value
      .map(segmentFirst)
      .filter((first) => first !== undefined)
      .sort((a, b) => a - b);
    if (!listed.value.includes(SNAPSHOT)) return readSegments(disk, dir, firsts, 0, into, done);
    disk.read(`${dir}/${SNAPSHOT}`, (read) => {
      if (!read.ok) return done(read);
      const snapshot = decodeSnapshot(`${dir}/${SNAPSHOT}`, read.value);
      if (!snapshot.ok) return done(snapshot);
      const { state, upTo } = snapshot.value;
      into.snapshot(state, upTo);
      readSegments(disk, dir, firsts, upTo, into, done);
    });
  });
}

function readSegments(
  disk: Disk,
  dir: string,
  firsts: readonly number[],
  snapshotAt: number,
  into: LogRecovery,
  done: Done,
): void {
  // A removal may be undone by a crash: all before the last one that begins inside the snapshot are left-overs.
  const start = Math.max(
    0,
    firsts.findLastIndex((first) => first <= snapshotAt + 1),
  );
  const needed = firsts.slice(start);
  for (const first of firsts.slice(0, start)) disk.remove(`${dir}/${segmentName(first)}`, () => {});
  const segments: Segment[] = [];
  const record = (sequence: number, bytes: Uint8Array): void => {
    if (sequence > snapshotAt) into.record(sequence, bytes);
  };
  const read = (i: number, next: number): void => {
    const first = needed[i];
    if (first === undefined) return done(ok(whole(disk, dir, segments, next - 1, snapshotAt)));
    const path = `${dir}/${segmentName(first)}`;
    if (i > 0 ? first !== next : first > snapshotAt + 1)
      return done(damaged(path, 0, `records ${next} to ${first - 1} are missing before it`));
    disk.read(path, (content) => {
      if (!content.ok) return done(content);
      const end = readSegment(path, content.value, first, i === needed.length - 1, record);
      if (!end.ok) return done(end);
      segments.push({ first, size: end.value.size });
      read(i + 1, end.value.next);
    });
  };
  read(0, snapshotAt + 1);
}

/** Without fsync segments may end before their snapshot does: nothing can follow them, so they go. */
function whole(disk: Disk, dir: string, segments: readonly Segment[], last: number, snapshotAt: number): Recovered {
  if (last >= snapshotAt) return { segments, last, snapshotAt };
  for (const { first } of segments) disk.remove(`${dir}/${segmentName(first)}`, () => {});
  return { segments: [], last: snapshotAt, snapshotAt };
}
