//! A store as bytes: a msgpack head, then the keys as they are now, sized first and written once.
import { Packr } from 'msgpackr';
import type { Answer } from './answers.ts';
import type { Mvcc } from './mvcc.ts';
import type { KeyValue } from './protocol.ts';
import type { StreamState } from './streams.ts';

const packr = new Packr({ useRecords: false, moreTypes: false, int64AsType: 'number' });
const VERSION = 1;
/** u32 length of the key, u32 of the value, and as doubles create, mod, version. */
const FIXED = 32;

export interface SnapshotHead {
  readonly revision: number;
  readonly streams: readonly StreamState[];
  readonly answers: readonly Answer[];
}

export function encodeState(head: SnapshotHead, mvcc: Mvcc): Uint8Array {
  const front = packr.pack([VERSION, head.revision, head.streams, head.answers]);
  let size = 4 + front.length;
  for (const { key, value } of mvcc.now()) size += FIXED + Buffer.byteLength(key) + value.length;
  const bytes = Buffer.allocUnsafeSlow(size);
  bytes.writeUInt32LE(front.length, 0);
  bytes.set(front, 4);
  let at = 4 + front.length;
  for (const stored of mvcc.now()) {
    const keyLength = bytes.write(stored.key, at + FIXED);
    bytes.writeUInt32LE(keyLength, at);
    bytes.writeUInt32LE(stored.value.length, at + 4);
    bytes.writeDoubleLE(stored.createRevision, at + 8);
    bytes.writeDoubleLE(stored.modRevision, at + 16);
    bytes.writeDoubleLE(stored.version, at + 24);
    bytes.set(stored.value, at + FIXED + keyLength);
    at += FIXED + keyLength + stored.value.length;
  }
  return bytes;
}

export function decodeState(state: Uint8Array): { readonly head: SnapshotHead; readonly keys: Iterable<KeyValue> } {
  const bytes = Buffer.from(state.buffer, state.byteOffset, state.length);
  const frontEnd = 4 + bytes.readUInt32LE(0);
  const [version, revision, streams, answers] = packr.unpack(bytes.subarray(4, frontEnd)) as [
    number,
    number,
    StreamState[],
    Answer[],
  ];
  if (version !== VERSION) throw new Error(`a snapshot of version ${version}: this program reads ${VERSION}`);
  return { head: { revision, streams, answers }, keys: keysOf(bytes, frontEnd) };
}

function* keysOf(bytes: Buffer, from: number): Iterable<KeyValue> {
  for (let at = from; at < bytes.length; ) {
    const keyEnd = at + FIXED + bytes.readUInt32LE(at);
    const end = keyEnd + bytes.readUInt32LE(at + 4);
    yield {
      key: bytes.toString('utf8', at + FIXED, keyEnd),
      value: new Uint8Array(bytes.subarray(keyEnd, end)),
      createRevision: bytes.readDoubleLE(at + 8),
      modRevision: bytes.readDoubleLE(at + 16),
      version: bytes.readDoubleLE(at + 24),
    };
    at = end;
  }
}
