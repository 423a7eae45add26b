//! Bytes on the bus: msgpack, options pinned. Plain data only; never compare or hash what comes out.
import { Packr } from 'msgpackr';
import type { Message, Meta } from './ports.ts';

// useRecords needs a dictionary that both sides share; structuredClone would accept Maps that lose their class.
const packr = new Packr({ useRecords: false, moreTypes: false, structuredClone: false, int64AsType: 'number' });

export interface Envelope extends Meta {
  readonly message: Message;
}

export const encode = (message: Message, meta?: Meta): Uint8Array =>
  packr.pack(meta?.from === undefined && meta?.cause === undefined ? [message] : [message, meta.from, meta.cause]);

export function decode(bytes: Uint8Array): Envelope {
  const [message, from, cause] = packr.unpack(bytes) as [Message, string?, string?];
  return {
    message: Object.freeze(message),
    ...(from === undefined || from === null ? {} : { from }),
    ...(cause === undefined || cause === null ? {} : { cause }),
  };
}
