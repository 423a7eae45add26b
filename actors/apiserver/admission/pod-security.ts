//! PodSecurity: what a namespace's labels demand of its pods (plugin/pkg/admission/security/podsecurity). Pods are
//! refused; of templates it is told what their pods will hear; a namespace's new level is tried on the pods it has.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { textOfError } from '../../api/field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf } from '../../api/json.ts';
import { podLike } from '../../api/pod-security/check.ts';
import { detailOf, evaluate, warningsOf } from '../../api/pod-security/evaluate.ts';
import { isPrivileged, isStricter, type LevelVersion, policyOf, same, shown } from '../../api/pod-security/level.ts';
import { forbidden, internalError, invalid } from '../../api/status.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { type Engine, refuse } from '../verbs/engine.ts';
import { type Attributes, isOf } from './attributes.ts';
import { lookup, NAMESPACES, stored } from './lookup.ts';
import type { Plugin } from './plugin.ts';

const ANNOTATION = 'pod-security.kubernetes.io/';
const PODS = stored('', 'v1', 'pods');
/** Of a namespace, at most so many are looked at when its level changes. */
const PODS_MAX = 3_000;
/** Any other subresource of a pod may change what it does. */
const HARMLESS: ReadonlySet<string> = new Set('exec attach binding eviction log portforward proxy status'.split(' '));
const TEMPLATE = ['spec', 'template'];
/** Where a workload keeps its pods' template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  '/podtemplates': ['template'],
  '/replicationcontrollers': TEMPLATE,
  'apps/replicasets': TEMPLATE,
  'apps/deployments': TEMPLATE,
  'apps/statefulsets': TEMPLATE,
  'apps/daemonsets': TEMPLATE,
  'batch/jobs': TEMPLATE,
  'batch/cronjobs': ['spec', 'jobTemplate', ...TEMPLATE],
};
const templateOf = ({ call: { info } }: Attributes): readonly string[] | undefined =>
  TEMPLATES[`${info.group}/${info.resource}`];

export const podSecurity: Plugin = {
  name: 'PodSecurity',
  handles(a) {
    if (a.operation !== 'CREATE' && a.operation !== 'UPDATE') return false;
    const { info, request } = a.call;
    if (info.group === '' && info.resource === 'pods') return !HARMLESS.has(request.subresource);
    return isOf(a, '', 'namespaces') || (request.subresource === '' && templateOf(a) !== undefined);
  },
  validate(engine, a) {
    if (isOf(a, '', 'namespaces')) return ofNamespace(engine, a);
    const template = templateOf(a);
    return ofPod(engine, a, template === undefined ? a.object : get(a.object, ...template), template === undefined);
  },
};

const labelsOf = (object: unknown): Record<string, string> =>
  objectOf(get(object, 'metadata', 'labels')) as Record<string, string>;

function* ofNamespace(engine: Engine, a: Attributes): Task<Result<void>> {
  const { policy, errors } = policyOf(labelsOf(a.object));
  const before = policyOf(labelsOf(a.old));
  const told = errors.map(textOfError).join();
  if (errors.length > 0 && (a.operation === 'CREATE' || told !== before.errors.map(textOfError).join()))
    return refuse(invalid(a.call.info, a.name, errors));
  if (a.operation === 'CREATE') return ok(undefined);
  const [now, was] = [policy.enforce, before.policy.enforce];
  if (same(now, was) || isPrivileged(now)) return ok(undefined);
  if (now.minor === was.minor && !isStricter(now.level, was.level)) return ok(undefined);
  a.call.warnings.push(...(yield* ofPodsIn(engine, a, now)));
  return ok(undefined);
}
function* ofPodsIn(engine: Engine, a: Attributes, policy: LevelVersion): Task<readonly string[]> {
  const cache = yield* engine.caches.fresh(PODS, 0, a.call.deadline);
  if (!cache.ok) return ['failed to list pods while checking new PodSecurity enforce level'];
  // One of each owner first: its replicas are alike.
  const [first, replicas]: KubeObject[][] = [[], []];
  const owners = new Set<unknown>();
  for (const { object } of cache.value.all(a.name)) {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    (owner !== undefined && owners.has(owner) ? replicas! : first!).push(object);
    owners.add(owner);
  }
  const all = [...first!, ...replicas!];
  const found = warningsOf(
    all.slice(0, PODS_MAX).map((pod) => [pod.metadata.name, podLike(pod)]),
    policy,
  );
  const some = `new PodSecurity enforce level only checked against the first ${PODS_MAX} of ${all.length} existing pods`;
  const head = `existing pods in namespace ${JSON.stringify(a.name)} violate the new PodSecurity enforce level ${JSON.stringify(shown(policy))}`;
  return [...(all.length > PODS_MAX ? [some] : []), ...(found.length > 0 ? [head] : []), ...found];
}

/** `enforced`: it is a pod itself. */
function* ofPod(engine: Engine, a: Attributes, given: Json | undefined, enforced: boolean): Task<Result<void>> {
  const { info, request, deadline } = a.call;
  const namespace = yield* lookup<KubeObject>(engine, NAMESPACES, '', request.namespace, deadline);
  if (!namespace.ok || namespace.value === undefined) {
    const why = `failed to lookup namespace ${request.namespace}`;
    if (enforced) return refuse(internalError(why));
    a.annotations.set(`${ANNOTATION}error`, why);
    return ok(undefined);
  }
  const { policy, errors } = policyOf(namespace.value.metadata.labels);
  const { enforce, audit, warn } = policy;
  if (errors.length === 0 && isPrivileged(warn) && isPrivileged(audit) && (!enforced || isPrivileged(enforce))) {
    if (enforced) a.annotations.set(`${ANNOTATION}enforce-policy`, shown(enforce));
    return ok(undefined);
  }
  if (given === undefined || given === null) return ok(undefined);
  if (enforced && a.operation === 'UPDATE' && !isSignificant(objectOf(given), objectOf(a.old))) return ok(undefined);
  const pod = podLike(given);
  const against = (one: LevelVersion): string => detailOf(evaluate(one, pod));
  if (errors.length > 0) {
    const told = errors.map(textOfError);
    a.annotations.set(
      `${ANNOTATION}error`,
      `Failed to parse policy: ${told.length === 1 ? told[0] : `[${told.join(', ')}]`}`,
    );
  }
  if (enforced) a.annotations.set(`${ANNOTATION}enforce-policy`, shown(enforce));
  const would = (one: LevelVersion, details: string): string =>
    `would violate PodSecurity ${JSON.stringify(shown(one))}: ${details}`;
  const audited = against(audit);
  if (audited !== '') a.annotations.set(`${ANNOTATION}audit-violations`, would(audit, audited));
  const refused = enforced ? against(enforce) : '';
  if (refused !== '')
    return refuse(forbidden(info, a.name, `violates PodSecurity ${JSON.stringify(shown(enforce))}: ${refused}`));
  const warned = against(warn);
  if (warned !== '') a.call.warnings.push(would(warn, warned));
  return ok(undefined);
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
/** Whether an update touches what any check looks at: all else of a pod cannot change. */
function isSignificant(pod: JsonObject, old: JsonObject): boolean {
  const annotation = (of: JsonObject, key: string): string => String(get(of, 'metadata', 'annotations', key) ?? '');
  const differs = (key: string): boolean => annotation(pod, key) !== annotation(old, key);
  const list = (of: JsonObject, name: string): JsonObject[] => listOf(get(of, 'spec', name)).map(objectOf);
  const changed = (now: JsonObject, was: JsonObject | undefined): boolean =>
    was === undefined || now['image'] !== was['image'] || differs(`${SECCOMP}${now['name']}`);
  if (differs(SECCOMP_POD)) return true;
  for (const name of ['containers', 'initContainers']) {
    const [now, was] = [list(pod, name), list(old, name)];
    if (now.length !== was.length || now.some((one, i) => changed(one, was[i]))) return true;
  }
  const were = list(old, 'ephemeralContainers');
  return list(pod, 'ephemeralContainers').some((one) =>
    changed(
      one,
      were.find(({ name }) => name === one['name']),
    ),
  );
}
