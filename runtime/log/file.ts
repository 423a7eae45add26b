//! A log in files: segments of checksummed frames and one snapshot, on the Disk port.
import { fail, ok, type Result } from '../fault.ts';
import type { Disk, DiskFile, Log, LogRecovery } from '../ports.ts';
import { encodeFrame } from './frame.ts';
import { closed, deposed, outside } from './memory.ts';
import { recoverFiles, type Segment } from './recovery.ts';
import { segmentName } from './segment.ts';
import { encodeSnapshot, SNAPSHOT } from './snapshot.ts';

export interface FileLogOptions {
  readonly disk: Disk;
  /** Folder under the disk's root. */
  readonly dir: string;
  /** False promises less: what is written may be lost when the machine (not the process) dies. Default true. */
  readonly fsync?: boolean;
  readonly segmentBytes?: number;
  /** What waits for the disk before `Busy`. */
  readonly queueBytes?: number;
}
const SEGMENT_BYTES = 16 * 1024 * 1024;
const QUEUE_BYTES = 64 * 1024 * 1024;
/** One write holds at most so much, unless a single append is larger. */
const GROUP_BYTES = 4 * 1024 * 1024;

type Done = (result: Result<number>) => void;
interface Append {
  readonly records: readonly Uint8Array[];
  readonly bytes: number;
  readonly last: number;
  readonly done: Done;
}

export class FileLog implements Log {
  readonly #options: FileLogOptions;
  #file: DiskFile | undefined;
  /** Oldest first; the last one is written to. */
  #segments: Segment[] = [];
  /** Of the last record that was taken in, durable or not. */
  #last = 0;
  #durable = 0;
  #snapshotAt = 0;
  #queue: Append[] = [];
  #queuedBytes = 0;
  #writing = false;
  /** Set once and for all: after a failed write nobody knows what is on the disk until it is read again. */
  #refusal: ReturnType<typeof fail> | undefined = fail('Unavailable', 'the log is not recovered yet');
  #onIdle: (() => void) | undefined;

  constructor(options: FileLogOptions) {
    this.#options = options;
  }

  recover(into: LogRecovery): void {
    const { disk, dir } = this.#options;
    const before = predecessor(this, disk, dir);
    // A write of a log that was given up may still be under way: it must not land after we have read.
    if (before) before.close(() => this.#recover(into));
    else this.#recover(into);
  }

  #recover(into: LogRecovery): void {
    const { disk, dir } = this.#options;
    recoverFiles(disk, dir, into, (result) => {
      if (!result.ok) return into.done(result);
      const { segments, last, snapshotAt } = result.value;
      this.#segments = [...segments];
      this.#last = last;
      this.#durable = last;
      this.#snapshotAt = snapshotAt;
      const open = segments.at(-1);
      const name = segmentName(open?.first ?? last + 1);
      disk.openAppend(`${dir}/${name}`, open?.size ?? 0, (opened) => {
        if (!opened.ok) return into.done(opened);
        if (open === undefined) this.#segments.push({ first: last + 1, size: 0 });
        this.#file = opened.value;
        this.#refusal = undefined;
        into.done(ok(last));
      });
    });
  }

  append(records: readonly Uint8Array[], expectedLast: number, done: Done): void {
    if (this.#refusal) return done(this.#refusal);
    if (expectedLast !== this.#last) return done(deposed(expectedLast, this.#last));
    if (records.length === 0) return done(ok(this.#last));
    let bytes = 0;
    for (const record of records) bytes += record.length;
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > (this.#options.queueBytes ?? QUEUE_BYTES))
      return done(fail('Busy', `the log is behind: ${this.#queuedBytes} bytes wait for the disk, try again later`));
    this.#last += records.length;
    this.#queue.push({ records, bytes, last: this.#last, done });
    this.#queuedBytes += bytes;
    this.#write();
  }

  snapshot(state: Uint8Array, upTo: number, done: Done): void {
    if (this.#refusal) return done(this.#refusal);
    if (upTo < this.#snapshotAt || upTo > this.#durable) return done(outside(upTo, this.#snapshotAt, this.#durable));
    const { disk, dir } = this.#options;
    disk.replace(`${dir}/${SNAPSHOT}`, encodeSnapshot(state, upTo), (result) => {
      if (!result.ok) return done(result); // the log is whole without it
      this.#snapshotAt = upTo;
      this.#forget(() => done(ok(upTo)));
    });
  }

  close(done: () => void): void {
    const finish = (): void => {
      this.#refusal = closed();
      const file = this.#file;
      this.#file = undefined;
      if (file) file.close(done);
      else done();
    };
    if (this.#writing) this.#onIdle = finish;
    else finish();
  }

  /** One write and one sync for all that is queued; what is queued meanwhile shares the next. */
  #write(): void {
    if (this.#writing || this.#queue.length === 0) return;
    this.#writing = true;
    const open = this.#segments.at(-1)!;
    if (open.size >= (this.#options.segmentBytes ?? SEGMENT_BYTES)) return this.#rotate();
    let count = 0;
    let bytes = 0;
    while (count < this.#queue.length && (count === 0 || bytes + this.#queue[count]!.bytes <= GROUP_BYTES))
      bytes += this.#queue[count++]!.bytes;
    const group = this.#queue.splice(0, count);
    const frame = encodeFrame(
      this.#durable + 1,
      group.flatMap((append) => append.records),
    );
    this.#file!.append(frame, (written) => {
      if (!written.ok) return this.#fail(written.fault.message, group);
      const synced = (result: Result<void>): void => {
        if (!result.ok) return this.#fail(result.fault.message, group);
        open.size += frame.length;
        this.#queuedBytes -= bytes;
        this.#durable = group.at(-1)!.last;
        this.#writing = false;
        this.#write(); // the disk need not wait for what the answered do now
        for (const append of group) append.done(ok(append.last));
        this.#idle();
      };
      if (this.#options.fsync === false) synced(ok(undefined));
      else this.#file!.sync(synced);
    });
  }

  #rotate(): void {
    const first = this.#durable + 1;
    this.#options.disk.openAppend(`${this.#options.dir}/${segmentName(first)}`, 0, (opened) => {
      if (!opened.ok) return this.#fail(opened.fault.message, []);
      this.#file?.close(() => {});
      this.#file = opened.value;
      this.#segments.push({ first, size: 0 });
      this.#writing = false;
      this.#write();
      this.#idle();
    });
  }

  #fail(message: string, group: readonly Append[]): void {
    this.#refusal = fail('InternalError', `the log takes no more writes until it is started again: ${message}`);
    const queued = this.#queue;
    this.#queue = [];
    this.#writing = false;
    for (const append of [...group, ...queued]) append.done(this.#refusal);
    this.#idle();
  }

  #idle(): void {
    if (this.#writing || this.#onIdle === undefined) return;
    const run = this.#onIdle;
    this.#onIdle = undefined;
    run();
  }

  /** Removes segments that the snapshot covers, oldest first, so that what stays is without a gap. */
  #forget(done: () => void): void {
    const next = this.#segments[1];
    if (next === undefined || next.first > this.#snapshotAt + 1) return done();
    const { disk, dir } = this.#options;
    const gone = this.#segments.shift()!;
    disk.remove(`${dir}/${segmentName(gone.first)}`, () => this.#forget(done));
  }
}

interface Owner {
  readonly log: FileLog;
  readonly life: number | undefined;
}
const OWNERS = new WeakMap<Disk, Map<string, Owner>>();

/** Who had this folder in this process before, unless its disk crashed since. */
function predecessor(log: FileLog, disk: Disk, dir: string): FileLog | undefined {
  const owners = OWNERS.get(disk) ?? new Map<string, Owner>();
  OWNERS.set(disk, owners);
  const before = owners.get(dir);
  owners.set(dir, { log, life: disk.life });
  return before && before.life === disk.life ? before.log : undefined;
}
