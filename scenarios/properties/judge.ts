//! What every answer must be, whatever was asked.
import { isObject, type JsonObject, listOf } from '../../actors/api/json.ts';
import type { Reply } from '../recorded/server.ts';

const UNFIT = 'the server rejected our request due to an error in our request';
/** Why this is not how Kubernetes refuses; undefined: it is. */
export function notARefusal({ code, body }: Reply): string | undefined {
  const told = JSON.stringify(body).slice(0, 600);
  if (code >= 500) return `${code}: ${told}`;
  if (code < 400) return `${code} is no refusal: ${told}`;
  const { kind, apiVersion, status, message, reason, details } = body;
  if (kind !== 'Status' || apiVersion !== 'v1' || status !== 'Failure') return `no Status: ${told}`;
  if (body['code'] !== code) return `code ${body['code']} in a ${code}: ${told}`;
  if (typeof message !== 'string' || message === '') return `no message: ${told}`;
  if (typeof reason !== 'string' || reason === '') return `no reason: ${told}`;
  // A JSON patch that does not fit is refused in these words alone.
  if (code !== 422 || message === UNFIT) return undefined;
  const causes = isObject(details) ? (listOf(details['causes']) as readonly JsonObject[]) : [];
  if (causes.length === 0) return `422 without causes: ${told}`;
  for (const cause of causes)
    if (typeof cause['reason'] !== 'string' || typeof cause['message'] !== 'string') return `an odd cause: ${told}`;
  return undefined;
}
