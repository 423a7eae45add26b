//! The status of ValidatingAdmissionPolicies, as the controller validatingadmissionpolicy-status of Kubernetes writes
//! it. Every API server does it: it has the types; who comes second changes nothing.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { asJson, get, type JsonObject, numberOf } from '../../../api/json.ts';
import { findResource, type ResourceInfo } from '../../../api/resources.ts';
import type { Engine } from '../../verbs/engine.ts';
import { OWN_WORK_MS, statusApplied } from '../../verbs/own-status.ts';
import { perform } from '../../verbs/perform.ts';
import { expressionWarnings } from './type-check.ts';

export const VALIDATING_POLICIES: ResourceInfo = findResource(
  'admissionregistration.k8s.io',
  'v1',
  'validatingadmissionpolicies',
)!;
const MANAGER = 'validatingadmissionpolicy-status';

/** One round: each policy whose last generation nobody has looked at. */
export function* checkPolicies(engine: Engine, id: string): Task<Result<void>> {
  const cache = yield* engine.caches.fresh(VALIDATING_POLICIES.storage, 0, engine.clock.now() + OWN_WORK_MS);
  if (!cache.ok) return cache;
  for (const { object, revision } of [...cache.value.all()]) {
    const { name, generation = 0 } = object.metadata;
    if (generation <= numberOf(get(object, 'status', 'observedGeneration'))) continue;
    const warnings = expressionWarnings(engine, asJson(object));
    const status: JsonObject = {
      observedGeneration: generation,
      typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings },
    };
    const done = yield* perform(
      engine,
      statusApplied(engine, VALIDATING_POLICIES, `${id}:${name}:${revision}`, name, status, MANAGER),
    );
    if (!done.ok && done.fault.reason !== 'NotFound') return done;
  }
  return ok(undefined);
}
