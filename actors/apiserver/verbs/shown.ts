//! A stored object as the answer to a request, in the version that was asked for.

import { convert } from '../../api/convert.ts';
import { asJson } from '../../api/json.ts';
import { apiVersion, type ResourceInfo } from '../../api/resources.ts';
import { scaleOf } from '../../api/scale.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Entry } from '../cache/entry.ts';
import type { Answer, Call } from './engine.ts';

/** An entry as a version of its resource shows it. Shared: never change it. */
export function viewOf(info: ResourceInfo, entry: Entry): KubeObject {
  const { custom } = info;
  if (custom === undefined) return convert(entry.object, apiVersion(info));
  let shown = custom.shown.get(entry) as KubeObject | undefined;
  if (shown === undefined) {
    // What was stored before the definition had its defaults gets them when it is read.
    const converted = convert(entry.object, apiVersion(info));
    const filled = custom.fill(asJson(converted)) as unknown as KubeObject;
    shown = entry.object.apiVersion === apiVersion(info) && filled === converted ? entry.object : filled;
    custom.shown.set(entry, shown);
  }
  return shown;
}

export function answerOf(call: Call, entry: Entry, code = 200): Answer {
  if (call.request.subresource === 'scale') return { type: 'object', code, object: scaleOf(call.info, entry.object) };
  const { custom, group, version, storage } = call.info;
  if (custom === undefined && storage.group === group && storage.version === version)
    return {
      type: 'object',
      code,
      entry,
      // Few look into what they get as text.
      get object() {
        return entry.object;
      },
    };
  const object = viewOf(call.info, entry);
  return { type: 'object', code, object, ...(object === entry.object ? { entry } : {}) };
}
