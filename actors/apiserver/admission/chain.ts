//! Admission: every write and connection passes these, first those that may change the object, then those that may
//! only refuse. Each phase in the order of kube-apiserver (pkg/kubeapiserver/options/plugins.go).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { JsonObject } from '../../api/json.ts';
import { privilegeEscalation } from '../access/escalation.ts';
import type { Call, Engine } from '../verbs/engine.ts';
import { type Attributes, attributesOf, type Operation } from './attributes.ts';
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

type Mutating = Plugin & Required<Pick<Plugin, 'mutate'>>;
type Validating = Plugin & Required<Pick<Plugin, 'validate'>>;
const MUTATING = PLUGINS.filter((plugin): plugin is Mutating => plugin.mutate !== undefined);
const VALIDATING = PLUGINS.filter((plugin): plugin is Validating => plugin.validate !== undefined);

/** The mutating phase: attributes with the object as it has become. Before the object is prepared and validated. */
export function* mutate(engine: Engine, attributes: Attributes): Task<Result<Attributes>> {
  const first = yield* mutateOnce(engine, attributes);
  if (!first.ok || !attributes.reinvocation.begins()) return first;
  return yield* mutateOnce(engine, first.value);
}
function* mutateOnce(engine: Engine, attributes: Attributes): Task<Result<Attributes>> {
  const began = now(engine);
  const done = yield* eachMutates(engine, attributes, began);
  measured(engine, attributes, ADMIT, began, !done.ok);
  return done;
}
function* eachMutates(engine: Engine, attributes: Attributes, from: number): Task<Result<Attributes>> {
  let a = attributes;
  let began = from;
  for (const plugin of MUTATING) {
    if (!plugin.handles(a)) continue;
    const object = yield* plugin.mutate(engine, a);
    began = measured(engine, a, ADMIT, began, !object.ok, plugin);
    if (!object.ok) return object;
    if (object.value !== undefined) a = { ...a, object: object.value };
  }
  return ok(a);
}
/** The validating phase: of the object as it will be stored, after the API's own validation has passed it. */
export function* validate(engine: Engine, attributes: Attributes): Task<Result<void>> {
  const began = now(engine);
  const done = yield* eachValidates(engine, attributes, began);
  measured(engine, attributes, VALIDATE, began, !done.ok);
  return done;
}
function* eachValidates(engine: Engine, attributes: Attributes, from: number): Task<Result<void>> {
  let began = from;
  for (const plugin of VALIDATING) {
    if (!plugin.handles(attributes)) continue;
    const allowed = yield* plugin.validate(engine, attributes);
    began = measured(engine, attributes, VALIDATE, began, !allowed.ok, plugin);
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
const ADMIT = 0;
const VALIDATE = 1;
const OPERATIONS: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];
/** Whose are the times of a whole phase. */
const PHASE = {};
/** `plugin`: absent, of all of a phase. When it ended: there the next one begins. */
function measured(
  engine: Engine,
  { operation }: Attributes,
  phase: typeof ADMIT | typeof VALIDATE,
  began: number,
  rejected: boolean,
  plugin?: Plugin,
): number {
  const ended = now(engine);
  const which = (OPERATIONS.indexOf(operation) * 2 + phase) * 2 + Number(rejected);
  engine.measures.observe(
    plugin === undefined
      ? 'apiserver_admission_step_admission_duration_seconds'
      : 'apiserver_admission_controller_admission_duration_seconds',
    plugin ?? PHASE,
    which,
    () => ({
      ...(plugin === undefined ? {} : { name: plugin.name }),
      operation,
      rejected: String(rejected),
      type: phase === ADMIT ? 'admit' : 'validate',
    }),
    Math.max(0, ended - began) / 1_000,
  );
  return ended;
}
