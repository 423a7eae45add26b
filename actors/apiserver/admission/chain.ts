//! Admission: every write and connection passes these, first those that may change the object, then those that may
//! only refuse. Each phase in the order of kube-apiserver (pkg/kubeapiserver/options/plugins.go).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { JsonObject } from '../../api/json.ts';
import { privilegeEscalation } from '../access/escalation.ts';
import type { Call, Engine } from '../verbs/engine.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import {
  certificateApproval,
  certificateConditions,
  certificateRequester,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from './certificates.ts';
import { defaultIngressClass } from './ingress.ts';
import { limitRanger } from './limit-ranger/index.ts';
import { namespaceLifecycle } from './namespace.ts';
import { nodeRestriction } from './node-restriction/index.ts';
import { taintNodesByCondition } from './node-taint.ts';
import type { Plugin } from './plugin.ts';
import { podSecurity } from './pod-security.ts';
import { mutatingAdmissionPolicy } from './policy/mutating.ts';
import { validatingAdmissionPolicy } from './policy/validating.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './quota/index.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.ts';
import { defaultTolerationSeconds } from './tolerations.ts';
import { mutatingWebhook } from './webhook/mutating.ts';
import { validatingWebhook } from './webhook/validating.ts';

/** Policies and webhooks come after all that the server itself decides, ResourceQuota is the last. */
export const PLUGINS: readonly Plugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateConditions,
  certificateRequester,
  certificateApproval,
  certificateSigning,
  clusterTrustBundleAttest,
  certificateSubjectRestriction,
  defaultIngressClass,
  privilegeEscalation,
  mutatingAdmissionPolicy,
  mutatingWebhook,
  validatingAdmissionPolicy,
  validatingWebhook,
  resourceQuota,
];

/** The mutating phase: attributes with the object as it has become. Before the object is prepared and validated. */
export function* mutate(engine: Engine, attributes: Attributes): Task<Result<Attributes>> {
  const first = yield* mutateOnce(engine, attributes);
  if (!first.ok || !attributes.reinvocation.begins()) return first;
  return yield* mutateOnce(engine, first.value);
}
function* mutateOnce(engine: Engine, attributes: Attributes): Task<Result<Attributes>> {
  const began = now(engine);
  const done = yield* eachMutates(engine, attributes);
  measured(engine, attributes, 'admit', began, !done.ok);
  return done;
}
function* eachMutates(engine: Engine, attributes: Attributes): Task<Result<Attributes>> {
  let a = attributes;
  for (const plugin of PLUGINS) {
    if (plugin.mutate === undefined || !plugin.handles(a)) continue;
    const began = now(engine);
    const object = yield* plugin.mutate(engine, a);
    measured(engine, a, 'admit', began, !object.ok, plugin.name);
    if (!object.ok) return object;
    if (object.value !== undefined) a = { ...a, object: object.value };
  }
  return ok(a);
}
/** The validating phase: of the object as it will be stored, after the API's own validation has passed it. */
export function* validate(engine: Engine, attributes: Attributes): Task<Result<void>> {
  const began = now(engine);
  const done = yield* eachValidates(engine, attributes);
  measured(engine, attributes, 'validate', began, !done.ok);
  return done;
}
function* eachValidates(engine: Engine, attributes: Attributes): Task<Result<void>> {
  for (const plugin of PLUGINS) {
    if (plugin.validate === undefined || !plugin.handles(attributes)) continue;
    const began = now(engine);
    const allowed = yield* plugin.validate(engine, attributes);
    measured(engine, attributes, 'validate', began, !allowed.ok, plugin.name);
    if (!allowed.ok) return allowed;
  }
  return ok(undefined);
}
/** Both phases at once, of what is not stored itself: deletions, connections, evictions, bindings, tokens, reviews. */
export function* admit(engine: Engine, attributes: Attributes): Task<Result<Attributes>> {
  const mutated = yield* mutate(engine, attributes);
  if (!mutated.ok) return mutated;
  const allowed = yield* validate(engine, mutated.value);
  return allowed.ok ? mutated : allowed;
}
/** Before a deletion of `old`: again for each state that it meets. */
export function* admitDelete(engine: Engine, call: Call, old: JsonObject): Task<Result<void>> {
  const admitted = yield* admit(engine, attributesOf(call, 'DELETE', { old }));
  return admitted.ok ? ok(undefined) : admitted;
}
/** Before a stream to a pod, service or node is opened. `options`: as an object, e.g. of kind PodExecOptions. */
export function* admitConnect(engine: Engine, call: Call, options: JsonObject): Task<Result<void>> {
  const admitted = yield* admit(engine, attributesOf(call, 'CONNECT', { object: options }));
  return admitted.ok ? ok(undefined) : admitted;
}
const now = ({ clock }: Engine): number => clock.monotonic?.() ?? clock.now();
/** `name`: of one plugin; absent, of all of a phase. */
function measured(
  engine: Engine,
  { operation }: Attributes,
  type: 'admit' | 'validate',
  began: number,
  rejected: boolean,
  name?: string,
): void {
  const seconds = Math.max(0, now(engine) - began) / 1_000;
  const labels = { operation, rejected: String(rejected), type };
  if (name === undefined)
    engine.measures.observe('apiserver_admission_step_admission_duration_seconds', labels, seconds);
  else
    engine.measures.observe('apiserver_admission_controller_admission_duration_seconds', { name, ...labels }, seconds);
}
