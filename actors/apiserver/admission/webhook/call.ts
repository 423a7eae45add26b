//! One webhook asked: what it says, or why it could not be asked.
import { ok, type Result } from '../../../../runtime/fault.ts';
import { uuid } from '../../../../runtime/random.ts';
import type { Task } from '../../../../runtime/task.ts';
import { badRequest, internalError } from '../../../api/status.ts';
import { callOutside, type OutsideReply } from '../../outside.ts';
import { type Engine, refuse } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import type { Invocation } from '../matching.ts';
import { admissionRequest } from '../request.ts';
import type { Hook } from './hook.ts';
import { refusalOf, reviewOf, type Verdict, verdictOf, versionFor } from './review.ts';

const SECOND = 1_000;

/**
 * Undefined: it could not be asked, and may be passed over (failurePolicy Ignore). A fault: refused by it, or not asked
 * although it must be.
 */
export function* asked(
  engine: Engine,
  a: Attributes,
  hook: Hook,
  invocation: Invocation,
  mutating: boolean,
): Task<Result<Verdict | undefined>> {
  if (a.call.request.options.dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun')
    return refuse(badRequest(`admission webhook "${hook.name}" does not support dry run`));
  const verdict = yield* verdictFrom(engine, a, hook, invocation, mutating);
  if (typeof verdict === 'string') {
    if (hook.failurePolicy === 'Ignore') {
      a.annotations.set(
        `failed-open.${mutating ? 'mutating' : 'validating'}.webhook.admission.k8s.io/${hook.uid}`,
        hook.name,
      );
      return ok(undefined);
    }
    return refuse(internalError(`failed calling webhook "${hook.name}": ${verdict}`));
  }
  for (const [key, value] of Object.entries(verdict.annotations)) a.annotations.set(`${hook.name}/${key}`, value);
  a.call.warnings.push(...verdict.warnings.filter((one) => !a.call.warnings.includes(one)));
  return verdict.allowed ? ok(verdict) : refuse(refusalOf(hook.name, verdict.status));
}

function* verdictFrom(
  engine: Engine,
  a: Attributes,
  hook: Hook,
  invocation: Invocation,
  mutating: boolean,
): Task<Verdict | string> {
  const version = versionFor(hook.versions);
  if (version === undefined) return 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
  const uid = uuid(engine.random);
  const left = a.call.deadline - engine.clock.now();
  const timeoutMs = Math.min(hook.timeoutMs, left);
  if (timeoutMs <= 0) return 'failed to call webhook: context deadline exceeded';
  const reply = yield* callOutside(
    engine,
    {
      to: hook.to,
      query: `timeout=${Math.ceil(timeoutMs / SECOND)}s`,
      caBundle: hook.caBundle,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, */*' },
      body: JSON.stringify(reviewOf(version, admissionRequest(a, invocation, uid))),
      timeoutMs,
    },
    a.call.deadline,
  );
  if (!reply.ok) return `failed to call webhook: ${reply.fault.message}`;
  const { code, body } = reply.value;
  if (code < 200 || code > 299) return `failed to call webhook: ${failed(reply.value)}`;
  return verdictOf(body, version, uid, mutating);
}
/** As client-go tells an answer that is no answer (apimachinery errors.NewGenericServerResponse). */
function failed({ code, body }: OutsideReply): string {
  const said = body.trim().slice(0, 2048);
  switch (code) {
    case 401:
      return 'the server has asked for the client to provide credentials';
    case 403:
      return said || 'the server does not allow access to the requested resource';
    case 404:
      return 'the server could not find the requested resource';
    case 405:
      return 'the server does not allow this method on the requested resource';
    case 429:
      return 'the server has received too many requests and has asked us to try again later';
    case 503:
      return 'the server is currently unable to handle the request';
    case 504:
      return 'the server was unable to return a response in the time allotted, but may still be processing the request';
    default:
      return code >= 500
        ? `an error on the server ("${said || 'unknown'}") has prevented the request from succeeding`
        : `the server responded with the status code ${code} but did not return more information`;
  }
}
