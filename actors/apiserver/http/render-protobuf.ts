//! Answers, and what watches tell, in protobuf: itself, or metadata only.
import type { ResourceInfo } from '../../api/resources.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Entry } from '../cache/entry.ts';
import type { Answer } from '../verbs/engine.ts';
import { encodeFrame, encodeProtobuf, encodeProtobufList } from './protobuf/encode.ts';
import { bookmarkOf, type Look, listHead, objectIn, partial } from './render.ts';

export function bytesOfAnswer(info: ResourceInfo, answer: Answer, look: Look): Uint8Array {
  const { schema, accepted } = look;
  switch (answer.type) {
    case 'status':
      return encodeProtobuf(schema, answer.status);
    case 'object': {
      const { object } = answer;
      const part = accepted.as === 'partial' && object.kind === info.kind;
      return encodeProtobuf(schema, part ? partial(object, look) : object);
    }
    case 'list': {
      const objects = answer.items.map((entry) => objectIn(info, entry));
      const part = accepted.as === 'partial';
      return encodeProtobufList(
        schema,
        listHead(info, answer, look),
        part ? objects.map((object) => partial(object, look)) : objects,
      );
    }
  }
}
export function frameOfEvent(type: string, info: ResourceInfo, entry: Entry, look: Look): Uint8Array {
  const object = objectIn(info, entry);
  return encodeFrame(
    type,
    encodeProtobuf(look.schema, look.accepted.as === 'partial' ? partial(object, look) : object),
  );
}
export const frameOfBookmark = (info: ResourceInfo, revision: number, initialEnd: boolean, look: Look): Uint8Array =>
  encodeFrame('BOOKMARK', encodeProtobuf(look.schema, bookmarkOf(info, revision, initialEnd, look)));
export const frameOfError = (status: Status, { schema }: Look): Uint8Array =>
  encodeFrame('ERROR', encodeProtobuf(schema, status));
