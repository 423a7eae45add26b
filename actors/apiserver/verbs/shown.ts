//! A stored object as the answer to a request, in the version that was asked for.

import { convert } from '../../api/convert.ts';
import { apiVersion } from '../../api/resources.ts';
import { scaleOf } from '../../api/scale.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Entry } from '../cache/entry.ts';
import type { Answer, Call } from './engine.ts';

export function answerOf(call: Call, entry: Entry, code = 200): Answer {
  if (call.request.subresource === 'scale') return { type: 'object', code, object: scaleOf(call.info, entry.object) };
  const object: KubeObject = convert(entry.object, apiVersion(call.info));
  return { type: 'object', code, object, ...(object === entry.object ? { entry } : {}) };
}
