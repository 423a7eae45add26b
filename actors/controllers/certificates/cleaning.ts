//! Deletes requests that are settled or forgotten (pkg/controller/certificates/cleaner).
import { goodUntil } from '../../api/certificate.ts';
import { parseTime } from '../../api/time.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';
import { conditionOf, hasCertificate, REQUESTS, type SigningRequest } from './request.ts';

const HOUR_MS = 3_600_000;
const PENDING_MS = 24 * HOUR_MS;
const SETTLED_MS = HOUR_MS;

/** When it may go, in ms since the epoch: settled for an hour, unsettled for a day, or its certificate is over. */
export function goesAt(request: SigningRequest): number {
  const made = parseTime(request.metadata.creationTimestamp) ?? 0;
  const since = (type: string): readonly number[] => {
    const condition = conditionOf(request, type);
    if (condition === undefined) return [];
    return [(parseTime(condition.lastUpdateTime ?? condition.lastTransitionTime) ?? made) + SETTLED_MS];
  };
  const certificate = Buffer.from(request.status?.certificate ?? '', 'base64').toString();
  const over = hasCertificate(request) ? goodUntil(certificate) : undefined;
  const settled = [...since('Denied'), ...since('Failed'), ...(hasCertificate(request) ? since('Approved') : [])];
  const ends = [...settled, ...(over === undefined ? [] : [over])];
  if ((request.status?.conditions ?? []).length === 0) ends.push(made + PENDING_MS);
  return Math.min(...ends);
}

export const signingRequestCleaner: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  watches: [watchOf({ resource: REQUESTS, keys: ({ object }) => [object.metadata.name] })],
  *reconcile(name, io) {
    const request = io.cache(REQUESTS).get(name);
    if (request === undefined) return undefined;
    const leftMs = goesAt(request) - io.clock.now();
    if (leftMs === Number.POSITIVE_INFINITY) return undefined;
    if (leftMs > 0) return { afterMs: Math.min(leftMs + 1, PENDING_MS) };
    const { uid } = request.metadata;
    const gone = yield* io.client.delete(REQUESTS, '', name, { preconditions: { uid } });
    return gone.ok || gone.fault.reason === 'NotFound' ? undefined : gone.fault;
  },
};
