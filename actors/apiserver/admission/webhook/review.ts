//! AdmissionReview: what a webhook is asked, and what of its answer is believed
//! (k8s.io/apiserver/pkg/admission/plugin/webhook/request).
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';
import { failure } from '../../../api/status.ts';
import type { Status } from '../../../api/types/meta.ts';

export const KIND = 'AdmissionReview';
const GROUP = 'admission.k8s.io';
const KNOWN: readonly string[] = ['v1', 'v1beta1'];

/** The first version that both know. */
export const versionFor = (versions: readonly string[]): string | undefined =>
  versions.find((version) => KNOWN.includes(version));
export const reviewOf = (version: string, request: JsonObject): JsonObject => ({
  kind: KIND,
  apiVersion: `${GROUP}/${version}`,
  request,
});

export interface Verdict {
  readonly allowed: boolean;
  /** Of a refusal. */
  readonly status: JsonObject | undefined;
  /** JSON Patch, decoded; not looked into yet. */
  readonly patch: Json | undefined;
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}
/** A string: why the answer counts for nothing. */
export function verdictOf(body: string, version: string, uid: string, mutating: boolean): Verdict | string {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (error) {
    return `failed to call webhook: couldn't get version/kind; json parse error: ${(error as Error).message}`;
  }
  const no = (why: string): string => `received invalid webhook response: ${why}`;
  if (!isObject(answer)) return no('webhook response was absent');
  const response = answer['response'];
  if (!isObject(response)) return no('webhook response was absent');
  if (response['uid'] !== uid && version === 'v1')
    return no(`expected response.uid="${uid}", got "${textOf(response['uid'])}"`);
  const wanted = `${GROUP}/${version}, Kind=${KIND}`;
  const got = `${textOf(answer['apiVersion'])}, Kind=${textOf(answer['kind'])}`;
  if (got !== wanted) return no(`expected webhook response of ${wanted}, got ${got}`);
  const { patch, patchType } = response;
  const patched = patch !== undefined && patch !== null && patch !== '';
  if (!mutating && patched) return no('validating webhook may not return response.patch');
  if (!mutating && patchType !== undefined && patchType !== null)
    return no('validating webhook may not return response.patchType');
  if (mutating && patched && patchType === undefined)
    return no('webhook returned response.patch but not response.patchType');
  if (mutating && !patched && patchType !== undefined && patchType !== null)
    return no('webhook returned response.patchType but not response.patch');
  if (patched && patchType !== 'JSONPatch')
    return no(`webhook returned invalid response.patchType of "${textOf(patchType)}"`);
  return {
    allowed: response['allowed'] === true,
    status: isObject(response['status']) ? response['status'] : undefined,
    patch: patched ? decoded(patch) : undefined,
    warnings: listOf(response['warnings']).map(textOf).filter(Boolean),
    annotations: objectOf(response['auditAnnotations']) as Record<string, string>,
  };
}
/** Null: base64 of no JSON; a JSON Patch is never that. */
function decoded(patch: Json | undefined): Json {
  try {
    return JSON.parse(Buffer.from(textOf(patch), 'base64').toString()) as Json;
  } catch {
    return null;
  }
}

/** webhookerrors.ToStatusErr: a refusal is never below 400, and says whose it is. */
export function refusalOf(hook: string, status: JsonObject | undefined): Status {
  const denied = `admission webhook "${hook}" denied the request`;
  const [message, reason] = [textOf(status?.['message']), textOf(status?.['reason'])];
  const code = get(status, 'code');
  const why = message !== '' ? `: ${message}` : reason !== '' ? `: ${reason}` : ' without explanation';
  const details = status?.['details'];
  return failure(
    typeof code === 'number' && code >= 400 && code < 600 ? code : 400,
    reason,
    `${denied}${why}`,
    isObject(details) ? (details as NonNullable<Status['details']>) : undefined,
  );
}
