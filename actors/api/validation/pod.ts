//! Pods and pod templates (pkg/apis/core/validation ValidatePodSpec, ValidatePodUpdate).
import { duplicate, forbidden, invalid, notSupported, required } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../json.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../names.ts';
import { type Errors, labelSelector, labels, name, nonNegative, oneOf, present, specOf } from './check.ts';
import { containers, resources } from './container.ts';
import { annotations } from './metadata.ts';
import { podSecurity } from './pod-security.ts';
import { volumes } from './volume.ts';

export function podSpec(errors: Errors, path: string, spec: JsonObject): void {
  const known = volumes(errors, `${path}.volumes`, listOf(spec['volumes']));
  const context = {
    volumes: known,
    hostNetwork: spec['hostNetwork'] === true,
    restartPolicy: textOf(spec['restartPolicy']),
  };
  containers(errors, `${path}.containers`, listOf(spec['containers']), context, 'container');
  containers(errors, `${path}.initContainers`, listOf(spec['initContainers']), context, 'init');
  containers(errors, `${path}.ephemeralContainers`, listOf(spec['ephemeralContainers']), context, 'ephemeral');
  const names = new Set<Json>();
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    listOf(spec[list]).forEach((item, i) => {
      const own = get(item, 'name');
      if (own === undefined || own === '') return;
      if (names.has(own)) errors.push(duplicate(`${path}.${list}[${i}].name`, own));
      names.add(own);
    });
  }
  oneOf(errors, `${path}.restartPolicy`, spec['restartPolicy'], ['Always', 'Never', 'OnFailure']);
  oneOf(errors, `${path}.dnsPolicy`, spec['dnsPolicy'], ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']);
  if (spec['dnsPolicy'] === 'None' && listOf(get(spec, 'dnsConfig', 'nameservers')).length === 0) {
    errors.push(
      required(`${path}.dnsConfig.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    );
  }
  labels(errors, `${path}.nodeSelector`, spec['nodeSelector']);
  name(errors, `${path}.serviceAccountName`, spec['serviceAccountName'] || undefined, dns1123Subdomain);
  name(errors, `${path}.nodeName`, spec['nodeName'] || undefined, dns1123Subdomain);
  name(errors, `${path}.hostname`, spec['hostname'] || undefined, dns1123Label);
  name(errors, `${path}.subdomain`, spec['subdomain'] || undefined, dns1123Label);
  name(errors, `${path}.priorityClassName`, spec['priorityClassName'] || undefined, dns1123Subdomain);
  name(errors, `${path}.runtimeClassName`, spec['runtimeClassName'] || undefined, dns1123Subdomain);
  const deadline = spec['activeDeadlineSeconds'];
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2147483647)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'));
  }
  nonNegative(errors, `${path}.terminationGracePeriodSeconds`, spec['terminationGracePeriodSeconds']);
  podSecurity(errors, `${path}.securityContext`, objectOf(spec['securityContext']));
  tolerations(errors, `${path}.tolerations`, listOf(spec['tolerations']));
  affinity(errors, `${path}.affinity`, objectOf(spec['affinity']));
  spread(errors, `${path}.topologySpreadConstraints`, listOf(spec['topologySpreadConstraints']));
  const gates = new Set<Json>();
  listOf(spec['schedulingGates']).forEach((item, i) => {
    const gate = get(item, 'name') ?? '';
    for (const message of qualifiedName(String(gate)))
      errors.push(invalid(`${path}.schedulingGates[${i}]`, gate, message));
    if (gates.has(gate)) errors.push(duplicate(`${path}.schedulingGates[${i}]`, gate));
    gates.add(gate);
  });
  listOf(spec['hostAliases']).forEach((item, i) => {
    present(errors, `${path}.hostAliases[${i}].ip`, get(item, 'ip'));
  });
  listOf(spec['imagePullSecrets']).forEach((item, i) => {
    present(errors, `${path}.imagePullSecrets[${i}].name`, get(item, 'name'));
  });
  if (isObject(spec['resources'])) resources(errors, `${path}.resources`, spec['resources']);
}

export function tolerations(errors: Errors, path: string, list: readonly Json[]): void {
  list.forEach((item, i) => {
    const toleration = objectOf(item);
    const at = `${path}[${i}]`;
    const key = textOf(toleration['key']);
    const operator = textOf(toleration['operator']);
    if (key !== '') name(errors, `${at}.key`, key, qualifiedName);
    else if (operator !== 'Exists') {
      errors.push(
        invalid(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (toleration['tolerationSeconds'] !== undefined && toleration['effect'] !== 'NoExecute') {
      errors.push(
        invalid(
          `${at}.effect`,
          toleration['effect'] ?? '',
          "effect must be 'NoExecute' when `tolerationSeconds` is set",
        ),
      );
    }
    if (operator === 'Exists' && textOf(toleration['value']) !== '') {
      errors.push(invalid(`${at}.operator`, toleration as Json, "value must be empty when `operator` is 'Exists'"));
    } else if (
      operator !== '' &&
      operator !== 'Equal' &&
      operator !== 'Exists' &&
      operator !== 'Lt' &&
      operator !== 'Gt'
    ) {
      errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    }
    oneOf(errors, `${at}.effect`, toleration['effect'], ['NoExecute', 'NoSchedule', 'PreferNoSchedule'], true);
  });
}

function affinity(errors: Errors, path: string, given: JsonObject): void {
  const node = objectOf(given['nodeAffinity']);
  const needed = node['requiredDuringSchedulingIgnoredDuringExecution'];
  if (isObject(needed)) {
    const at = `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    const terms = listOf(needed['nodeSelectorTerms']);
    if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
    terms.forEach((term, i) => {
      nodeTerm(errors, `${at}[${i}]`, objectOf(term));
    });
  }
  listOf(node['preferredDuringSchedulingIgnoredDuringExecution']).forEach((item, i) => {
    const at = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    weight(errors, `${at}.weight`, get(item, 'weight'));
    nodeTerm(errors, `${at}.preference`, objectOf(get(item, 'preference')));
  });
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const pods = objectOf(given[kind]);
    listOf(pods['requiredDuringSchedulingIgnoredDuringExecution']).forEach((item, i) => {
      podTerm(errors, `${path}.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`, objectOf(item));
    });
    listOf(pods['preferredDuringSchedulingIgnoredDuringExecution']).forEach((item, i) => {
      const at = `${path}.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
      weight(errors, `${at}.weight`, get(item, 'weight'));
      podTerm(errors, `${at}.podAffinityTerm`, objectOf(get(item, 'podAffinityTerm')));
    });
  }
}
function weight(errors: Errors, path: string, value: Json | undefined): void {
  if (typeof value !== 'number' || value <= 0 || value > 100) {
    errors.push(invalid(path, value ?? 0, 'must be in the range 1-100'));
  }
}
function nodeTerm(errors: Errors, path: string, term: JsonObject): void {
  listOf(term['matchExpressions']).forEach((item, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const values = listOf(get(item, 'values'));
    const operator = get(item, 'operator') ?? '';
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        errors.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
    } else if (operator === 'Gt' || operator === 'Lt') {
      if (values.length !== 1) {
        errors.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
    } else errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
    name(errors, `${at}.key`, get(item, 'key') ?? '', qualifiedName);
  });
}
function podTerm(errors: Errors, path: string, term: JsonObject): void {
  labelSelector(errors, `${path}.labelSelector`, term['labelSelector']);
  const key = term['topologyKey'];
  if (textOf(key) === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  name(errors, `${path}.topologyKey`, key ?? '', qualifiedName);
}
function spread(errors: Errors, path: string, list: readonly Json[]): void {
  list.forEach((item, i) => {
    const at = `${path}[${i}]`;
    const skew = get(item, 'maxSkew');
    if (typeof skew !== 'number' || skew <= 0)
      errors.push(invalid(`${at}.maxSkew`, skew ?? 0, 'must be greater than zero'));
    if (textOf(get(item, 'topologyKey')) === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    const when = get(item, 'whenUnsatisfiable');
    if (when !== 'DoNotSchedule' && when !== 'ScheduleAnyway') {
      errors.push(notSupported(`${at}.whenUnsatisfiable`, when ?? '', ['DoNotSchedule', 'ScheduleAnyway']));
    }
    labelSelector(errors, `${at}.labelSelector`, get(item, 'labelSelector'));
  });
}

export function podTemplate(errors: Errors, path: string, template: JsonObject): void {
  labels(errors, `${path}.labels`, get(template, 'metadata', 'labels'));
  annotations(errors, `${path}.annotations`, get(template, 'metadata', 'annotations'));
  podSpec(errors, `${path}.spec`, objectOf(template['spec']));
  if (listOf(get(template, 'spec', 'ephemeralContainers')).length > 0) {
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
}

const UPDATE_DETAIL =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function pod(errors: Errors, object: JsonObject, old?: JsonObject, subresource = ''): void {
  const spec = specOf(object);
  if (old === undefined) {
    podSpec(errors, 'spec', spec);
    if (listOf(spec['ephemeralContainers']).length > 0) {
      errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
    }
    return;
  }
  if (subresource === 'resize' || subresource === 'ephemeralcontainers') {
    podSpec(errors, 'spec', spec);
    return;
  }
  if (subresource !== '') return;
  podUpdate(errors, spec, specOf(old));
}

function podUpdate(errors: Errors, spec: JsonObject, old: JsonObject): void {
  if (semanticEqual(spec, old)) return;
  for (const list of ['containers', 'initContainers']) {
    if (listOf(spec[list]).length !== listOf(old[list]).length) {
      errors.push(forbidden(`spec.${list}`, 'pod updates may not add or remove containers'));
      return;
    }
    listOf(spec[list]).forEach((item, i) => {
      if (textOf(get(item, 'image')) === '') errors.push(required(`spec.${list}[${i}].image`));
    });
  }
  const deadline = spec['activeDeadlineSeconds'];
  const before = old['activeDeadlineSeconds'];
  if (typeof deadline === 'number') {
    if (deadline < 1 || deadline > 2147483647) {
      errors.push(invalid('spec.activeDeadlineSeconds', deadline, 'must be between 1 and 2147483647, inclusive'));
    } else if (typeof before === 'number' && before < deadline) {
      errors.push(invalid('spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value'));
    }
  } else if (before !== undefined) {
    errors.push(invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'));
  }
  const kept = listOf(old['tolerations']);
  const now = listOf(spec['tolerations']);
  if (!kept.every((item) => now.some((other) => sameToleration(item, other)))) {
    errors.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  }
  tolerations(errors, 'spec.tolerations', now);
  const gates = listOf(old['schedulingGates']).map((gate) => get(gate, 'name'));
  for (const gate of listOf(spec['schedulingGates'])) {
    if (!gates.includes(get(gate, 'name'))) {
      errors.push(
        forbidden(
          'spec.schedulingGates',
          `only deletion is allowed, but found new scheduling gate '${textOf(get(gate, 'name'))}'`,
        ),
      );
    }
  }
  const gated = gates.length > 0;
  const grace = old['terminationGracePeriodSeconds'];
  const munged = {
    ...spec,
    containers: withImages(spec, old, 'containers'),
    initContainers: withImages(spec, old, 'initContainers'),
    activeDeadlineSeconds: before ?? null,
    tolerations: old['tolerations'] ?? null,
    schedulingGates: old['schedulingGates'] ?? null,
    ...(typeof grace === 'number' && grace < 0 && spec['terminationGracePeriodSeconds'] === 1
      ? { terminationGracePeriodSeconds: grace }
      : {}),
    ...(gated ? { nodeSelector: old['nodeSelector'] ?? null, affinity: old['affinity'] ?? null } : {}),
  };
  if (!semanticEqual(munged, old)) errors.push(forbidden('spec', UPDATE_DETAIL));
}
const sameToleration = (a: Json, b: Json): boolean =>
  ['key', 'operator', 'value', 'effect'].every((field) => (get(a, field) ?? '') === (get(b, field) ?? ''));
const withImages = (spec: JsonObject, old: JsonObject, list: string): Json[] =>
  listOf(spec[list]).map((item, i) => ({ ...objectOf(item), image: get(old, list, i, 'image') ?? '' }));
