//! How long a request may take (k8s.io/apiserver/pkg/endpoints/filters WithRequestDeadline).
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { readDuration } from '../../api/go-duration.ts';

/** --request-timeout */
const MOST_MS = 60_000;

/** `timeout` of a query, in ms: zero, less than that, or more than the server gives, is what the server gives. */
export function limitOf(query: URLSearchParams): Result<number> {
  const text = query.get('timeout');
  if (!text) return ok(MOST_MS);
  const read = readDuration(text);
  if ('fault' in read) return fail('BadRequest', `invalid timeout specified in the request URL - ${read.fault}`);
  const ms = Number(read.nanos) / 1e6;
  return ok(ms > 0 ? Math.min(ms, MOST_MS) : MOST_MS);
}
