//! What is sent: an answer or a refusal in the form that was asked for.
import type { ResourceInfo } from '../../api/resources.ts';
import { internalError } from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Answer } from '../verbs/engine.ts';
import { encodeProtobuf } from './protobuf/encode.ts';
import { type Look, textOfAnswer, textOfValue } from './render.ts';
import { bytesOfAnswer } from './render-protobuf.ts';

export type Pieces = readonly (string | Uint8Array)[];

/** What an object says may be stranger than any printer expects: then only this answer fails. */
export function piecesOf(info: ResourceInfo, answer: Answer, look: Look): Pieces | Status {
  try {
    return look.accepted.format === 'protobuf' ? [bytesOfAnswer(info, answer, look)] : textOfAnswer(info, answer, look);
  } catch (error) {
    return internalError(String(error));
  }
}
export const piecesOfStatus = (
  status: Status,
  { format, yaml, schema }: Pick<Look, 'yaml' | 'schema'> & Pick<Look['accepted'], 'format'>,
): Pieces => [
  format === 'protobuf'
    ? encodeProtobuf(schema, status)
    : textOfValue(status, { accepted: { format, as: 'itself' }, pretty: false, yaml }),
];
