import { fail, ok, type Result } from '../fault.ts';
import { decodeFrame, findFrame } from './frame.ts';

/** A segment is named by the sequence of its first record. */
export const segmentName = (first: number): string => `${String(first).padStart(16, '0')}.log`;
export const segmentFirst = (name: string): number | undefined =>
  /^\d{16}\.log$/.test(name) ? Number(name.slice(0, 16)) : undefined;

export interface SegmentEnd {
  /** Of the next record. */
  readonly next: number;
  /** Bytes that hold whole frames: what follows is the torn last write. */
  readonly size: number;
}

/**
 * Hands over the records from `expected` on. Only the last segment may end in a torn write: that one was never
 * acknowledged. Anything else that does not read is damage, and nobody but the owner can decide what to do.
 */
export function readSegment(
  path: string,
  content: Uint8Array,
  expected: number,
  isLast: boolean,
  record: (sequence: number, bytes: Uint8Array) => void,
): Result<SegmentEnd> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  let next = expected;
  let offset = 0;
  while (offset < bytes.length) {
    const frame = decodeFrame(bytes, offset);
    if (frame === undefined) {
      if (isLast && findFrame(bytes, offset + 1, next) === undefined) break;
      return damaged(path, offset, `record ${next} cannot be read`);
    }
    if (frame.first !== next) return damaged(path, offset, `record ${frame.first} is where ${next} should be`);
    for (const bytesOfRecord of frame.records) record(next++, bytesOfRecord);
    offset = frame.end;
  }
  return ok({ next, size: offset });
}

export const damaged = (path: string, offset: number, what: string): ReturnType<typeof fail> =>
  fail(
    'InternalError',
    `the log is damaged: ${path} at byte ${offset}: ${what}. Acknowledged writes are lost there. Restore the ` +
      'directory from a copy; or, to go on without what follows, cut the file at that byte and remove later segments',
    { path, offset },
  );
