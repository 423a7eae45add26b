//! `kubectl logs`: from which byte, until when, with or without timestamps.
import type { Stop } from '../../../../runtime/ports.ts';
import type { LogOptions } from '../../protocol.ts';
import type { LogSink } from '../log-sink.ts';
import type { LogFile } from './log-file.ts';

const CHUNK_BYTES = 64 * 1024;
const LINE_MAX = 1024 * 1024;
const NEWLINE = 10;

export function readLog(log: LogFile, options: LogOptions, sink: LogSink): Stop {
  let at = startOf(log, options);
  const until = options.follow ? Number.POSITIVE_INFINITY : log.end;
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let busy = false;
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    log.followers.delete(pump);
    sink.end();
  };
  function pump(): void {
    if (busy || over) return;
    if (at < log.start) at = log.start; // rotated away before it was read
    const last = log.ended || !options.follow;
    const bytes = wholeLines(log, at, last).subarray(0, until - at);
    if (bytes.length === 0) {
      if (last) finish();
      return;
    }
    const stamped = options.timestamps ? withTimes(bytes, at, log) : bytes;
    at += bytes.length;
    const sent = stamped.length > left ? stamped.subarray(0, left) : stamped;
    left -= sent.length;
    busy = true;
    sink.write(sent, (open) => {
      busy = false;
      if (!open || left <= 0) finish();
      else pump();
    });
  }
  sink.onGone(finish);
  log.followers.add(pump);
  pump();
  return finish;
}

/** A line is sent once it is whole, the last one as it is; a line without end goes in pieces. */
function wholeLines(log: LogFile, at: number, last: boolean): Buffer {
  let bytes = log.read(at, CHUNK_BYTES);
  for (;;) {
    const end = bytes.lastIndexOf(NEWLINE);
    if (end >= 0) return bytes.subarray(0, end + 1);
    if (bytes.length >= LINE_MAX) return bytes;
    const more = log.read(at + bytes.length, CHUNK_BYTES);
    if (more.length === 0) return last ? bytes : Buffer.alloc(0);
    bytes = Buffer.concat([bytes, more]);
  }
}

function withTimes(bytes: Buffer, at: number, log: LogFile): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    const time = new Date(log.timeAt(at + start)).toISOString().replace('Z', '000000Z ');
    parts.push(Buffer.from(time), bytes.subarray(start, end));
    start = end;
  }
  return Buffer.concat(parts);
}

function startOf(log: LogFile, options: LogOptions): number {
  const since = options.sinceMs === undefined ? log.start : lineStart(log, log.offsetSince(options.sinceMs));
  return options.tailLines === undefined ? since : Math.max(since, tailStart(log, options.tailLines));
}
function lineStart(log: LogFile, offset: number): number {
  if (offset <= log.start || log.read(offset - 1, 1)[0] === NEWLINE) return offset;
  for (let at = offset; ; ) {
    const bytes = log.read(at, CHUNK_BYTES);
    if (bytes.length === 0) return at;
    const newline = bytes.indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    at += bytes.length;
  }
}
function tailStart(log: LogFile, lines: number): number {
  if (lines <= 0) return log.end;
  let found = 0;
  for (let end = log.end; end > log.start; ) {
    const start = Math.max(log.start, end - CHUNK_BYTES);
    const bytes = readAll(log, start, end - start);
    for (let i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] !== NEWLINE || start + i === log.end - 1) continue;
      if (++found === lines) return start + i + 1;
    }
    end = start;
  }
  return log.start;
}
function readAll(log: LogFile, at: number, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let read = 0; read < length; ) {
    const bytes = log.read(at + read, length - read);
    if (bytes.length === 0) break;
    parts.push(bytes);
    read += bytes.length;
  }
  return Buffer.concat(parts);
}
