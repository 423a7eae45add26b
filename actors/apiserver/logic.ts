//! What a server decides about requests as such: how many at once, and how a bus request is answered.
import type { Fault, Result } from '../../runtime/fault.ts';
import { convert } from '../api/convert.ts';
import { apiVersion } from '../api/resources.ts';
import { statusOf } from '../api/status.ts';
import type { ApiReply, Verb } from './protocol.ts';
import type { Answer, Call } from './verbs/engine.ts';

/**
 * kube-apiserver's --max-requests-inflight and --max-mutating-requests-inflight: priority and fairness shares out their
 * sum. Watches do not count.
 */
export const IN_FLIGHT_MAX = { reading: 400, writing: 200 } as const;
/** Of those whom priority and fairness exempts, so that even they have a bound. */
export const EXEMPT_MAX = 10_000;
/** Over the bus come the cluster's own parts, which wait for their answers: what they may keep waiting here. */
export const BUS_IN_FLIGHT_MAX = 20_000;

export const VERBS: readonly Verb[] = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];
export const isReading = (verb: string): boolean => verb === 'get' || verb === 'list' || verb === 'watch';

export function replyOf(result: Result<Answer>, warnings: readonly string[]): ApiReply {
  if (!result.ok) return { type: 'fault', fault: withStatus(result.fault) };
  const answer = result.value;
  switch (answer.type) {
    case 'object':
      return {
        type: 'api.object',
        code: answer.code,
        object: answer.object,
        ...(warnings.length === 0 ? {} : { warnings }),
      };
    case 'list':
      return {
        type: 'api.list',
        items: answer.items.map((entry) => entry.object),
        resourceVersion: String(answer.revision),
        ...(answer.continue === undefined ? {} : { continue: answer.continue }),
        ...(answer.remaining === undefined ? {} : { remainingItemCount: answer.remaining }),
      };
    case 'status':
      return { type: 'api.status', status: answer.status };
  }
}
export const withStatus = (fault: Fault): Fault => ({ ...fault, detail: statusOf(fault) });
export const handedOn = (answer: Result<ApiReply>): ApiReply =>
  answer.ok ? answer.value : { type: 'fault', fault: withStatus(answer.fault) };
export const asAsked = <T extends object>({ info }: Call, items: readonly T[]): readonly T[] =>
  info.custom === undefined && info.storage.group === info.group && info.storage.version === info.version
    ? items
    : items.map((item) => convert(item, apiVersion(info)));
