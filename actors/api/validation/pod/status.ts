//! What a kubelet, or another, may say of a pod (ValidatePodStatusUpdate).

import { familyOf } from '../../address.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import { shownAll } from '../../go-struct.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../../names.ts';
import { legacyAddress } from '../address.ts';
import { type Errors, IMMUTABLE, isNull, name, userId } from '../check.ts';

const OWN_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const STATUSES = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
const HEALTH = ['Healthy', 'Unhealthy', 'Unknown'];
const MESSAGE_MAX = 4096;
const NOT_NEGATIVE = 'must be a non-negative integer';
type Statuses = (typeof STATUSES)[number];
const CONTAINERS: Readonly<Record<Statuses, string>> = {
  containerStatuses: 'containers',
  initContainerStatuses: 'initContainers',
  ephemeralContainerStatuses: 'ephemeralContainers',
};

export function podStatus(errors: Errors, object: JsonObject, old: JsonObject): void {
  const [status, before] = [objectOf(object['status']), objectOf(old['status'])];
  const spec = objectOf(old['spec']);
  conditions(errors, listOf(status['conditions']));
  nominated(errors, textOf(status['nominatedNodeName']), textOf(before['nominatedNodeName']), spec);
  if (numberOf(status['observedGeneration']) < 0)
    errors.push(invalid('status.observedGeneration', status['observedGeneration'], NOT_NEGATIVE));
  const quality = textOf(status['qosClass']);
  if (quality !== textOf(before['qosClass'])) errors.push(invalid('status.qosClass', quality, IMMUTABLE));
  for (const list of STATUSES) transitions(errors, list, listOf(status[list]), listOf(before[list]), spec);
  claims(errors, listOf(status['resourceClaimStatuses']), spec);
  if (isObject(status['extendedResourceClaimStatus'])) extended(errors, status['extendedResourceClaimStatus'], spec);
  addresses(errors, 'podIPs', status, before);
  hostIps(errors, status, before);
  for (const list of STATUSES) users(errors, list, listOf(status[list]), spec);
  for (const list of STATUSES) allocated(errors, list, listOf(status[list]), spec);
}
function conditions(errors: Errors, list: readonly Json[]): void {
  list.forEach((item, i) => {
    const [at, type, generation] = [
      `status.conditions[${i}]`,
      textOf(get(item, 'type')),
      get(item, 'observedGeneration'),
    ];
    if (numberOf(generation) < 0) errors.push(invalid(`${at}.observedGeneration`, generation, NOT_NEGATIVE));
    if (!OWN_CONDITIONS.includes(type)) name(errors, `${at}.Type`, type, qualifiedName);
  });
}
function nominated(errors: Errors, node: string, before: string, spec: JsonObject): void {
  if (node === before || node === '') return;
  const at = 'status.nominatedNodeName';
  name(errors, at, node, dns1123Subdomain);
  if (textOf(spec['nodeName']) !== '')
    errors.push(forbidden(at, 'may not be set on pods that are already bound to a node'));
}

/** A container that has ended runs again only where its pod, or it itself, says so. */
function transitions(
  errors: Errors,
  list: Statuses,
  now: readonly Json[],
  before: readonly Json[],
  spec: JsonObject,
): void {
  if (list !== 'ephemeralContainerStatuses' && restartsAll(spec)) return;
  before.forEach((status, i) => {
    const ended = get(status, 'state', 'terminated');
    if (!isObject(ended)) return;
    const next = now.find((one) => get(one, 'name') === get(status, 'name'));
    if (next === undefined || isObject(get(next, 'state', 'terminated'))) return;
    const container = listOf(spec[CONTAINERS[list]]).find((one) => get(one, 'name') === get(status, 'name'));
    const again = list !== 'ephemeralContainerStatuses' && isObject(container);
    if (again && restarts(container, spec, numberOf(ended['exitCode']))) return;
    errors.push(forbidden(`status.${list}[${i}].state`, 'may not be transitioned to non-terminated state'));
  });
}
const restartsAll = (spec: JsonObject): boolean =>
  [...listOf(spec['initContainers']), ...listOf(spec['containers'])].some((container) =>
    listOf(get(container, 'restartPolicyRules')).some((rule) => get(rule, 'action') === 'RestartAllContainers'),
  );
/** podutil.ContainerShouldRestart: its rules, then its own policy, then its pod's. */
function restarts(container: JsonObject, spec: JsonObject, exitCode: number): boolean {
  const own = container['restartPolicy'];
  if (!isNull(own)) {
    for (const rule of listOf(container['restartPolicyRules'])) {
      const [operator, values] = [get(rule, 'exitCodes', 'operator'), listOf(get(rule, 'exitCodes', 'values'))];
      const applies =
        operator === 'In' ? values.includes(exitCode) : operator === 'NotIn' && !values.includes(exitCode);
      if (applies) return get(rule, 'action') === 'Restart';
    }
  }
  const policy = own ?? spec['restartPolicy'];
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function claims(errors: Errors, list: readonly Json[], spec: JsonObject): void {
  const known = new Set(listOf(spec['resourceClaims']).map((claim) => textOf(get(claim, 'name'))));
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const at = `status.resourceClaimStatuses[${i}]`;
    const own = textOf(get(item, 'name'));
    if (!known.has(own))
      errors.push(invalid(`${at}.name`, own, 'must match the name of an entry in `spec.resourceClaims`'));
    if (seen.has(own)) errors.push(duplicate(`${at}.name`, own));
    seen.add(own);
    name(errors, `${at}.resourceClaimName`, get(item, 'resourceClaimName'), dns1123Subdomain);
  });
}
const MAPPED = 'spec.initContainers.resources.requests or spec.containers.resources.requests';
function extended(errors: Errors, status: JsonObject, spec: JsonObject): void {
  const path = 'status.extendedResourceClaimStatus';
  const containers = new Map(
    [...listOf(spec['initContainers']), ...listOf(spec['containers'])].map((one) => [textOf(get(one, 'name')), one]),
  );
  const mappings = listOf(status['requestMappings']);
  if (mappings.length === 0)
    errors.push(required(`${path}.requestMappings`, 'at least one request mapping is required'));
  const seen = new Set<string>();
  mappings.forEach((item, i) => {
    const at = `${path}.requestMappings[${i}]`;
    const fields = ['containerName', 'resourceName', 'requestName'] as const;
    const [container, resource, request] = fields.map((field) => textOf(get(item, field))) as [string, string, string];
    const holder = containers.get(container);
    if (holder === undefined) {
      const detail = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
      errors.push(invalid(`${at}.containerName`, container, detail));
    } else if (get(holder, 'resources', 'requests', resource) === undefined) {
      const detail = `must match the extended resource name of an entry in ${MAPPED}`;
      errors.push(invalid(`${at}.resourceName`, resource, detail));
    }
    name(errors, `${path}.requestName`, request, dns1123Label);
    const key = JSON.stringify([container, resource, request]);
    if (seen.has(key)) for (const field of fields) errors.push(duplicate(`${at}.${field}`, textOf(get(item, field))));
    seen.add(key);
  });
  const claim = textOf(status['resourceClaimName']);
  if (claim === '') errors.push(required(`${path}.resourceClaimName`));
  else name(errors, `${path}.resourceClaimName`, claim, dns1123Subdomain);
}

/** One of each family at most. */
function addresses(errors: Errors, field: 'podIPs' | 'hostIPs', status: JsonObject, before: JsonObject): void {
  const textsOf = (of: JsonObject): string[] => listOf(of[field]).map((item) => textOf(get(item, 'ip')));
  const [now, kept] = [textsOf(status), textsOf(before)];
  const at = `status.${field}`;
  now.forEach((ip, i) => {
    legacyAddress(errors, `${at}[${i}]`, ip, kept);
  });
  if (now.length < 2) return;
  const families: readonly unknown[] = now.map(familyOf);
  const odd = families.indexOf(undefined);
  if (odd >= 0) {
    const detail = `failed to check for dual stack with error:invalid IP[${odd}]: ${JSON.stringify(now[odd])}`;
    errors.push({ type: 'InternalError', field: at, detail });
  }
  const dual = odd < 0 && new Set(families).size === 2;
  if (dual && now.length <= 2) return;
  const detail = 'may specify no more than one IP for each IP family';
  errors.push({ ...invalid(at, status[field], detail), shown: shownAll('PodIP', status[field]) });
}
function hostIps(errors: Errors, status: JsonObject, before: JsonObject): void {
  const list = listOf(status['hostIPs']);
  if (list.length === 0) return;
  const first = textOf(get(list, 0, 'ip'));
  if (textOf(status['hostIP']) !== first)
    errors.push(invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`'));
  addresses(errors, 'hostIPs', status, before);
}
function users(errors: Errors, list: Statuses, statuses: readonly Json[], spec: JsonObject): void {
  const windows = get(spec, 'os', 'name') === 'windows';
  for (const [i, status] of statuses.entries()) {
    const linux = get(status, 'user', 'linux');
    const at = `status.${list}[${i}].user.linux`;
    if (!isObject(linux)) continue;
    if (windows) {
      errors.push(forbidden(at, 'cannot be set for a windows pod'));
      continue;
    }
    userId(errors, `${at}.uid`, linux['uid']);
    userId(errors, `${at}.gid`, linux['gid']);
    listOf(linux['supplementalGroups']).forEach((group, j) => {
      userId(errors, `${at}.supplementalGroups[${j}]`, group);
    });
  }
}

/** validateContainerStatusAllocatedResourcesStatus */
function allocated(errors: Errors, list: Statuses, statuses: readonly Json[], spec: JsonObject): void {
  statuses.forEach((status, i) => {
    const path = `status.${list}[${i}].allocatedResourcesStatus`;
    const resources = listOf(get(status, 'allocatedResourcesStatus'));
    if (list === 'ephemeralContainerStatuses') {
      if (resources.length > 0) errors.push(forbidden(path, 'must not be specified in container status'));
      return;
    }
    const container = listOf(spec[CONTAINERS[list]]).find((one) => get(one, 'name') === get(status, 'name'));
    resources.forEach((resource, j) => {
      if (isObject(container)) asked(errors, `${path}[${j}].name`, textOf(get(resource, 'name')), container);
      devices(errors, `${path}[${j}].resources`, listOf(get(resource, 'resources')));
    });
  });
}
const CLAIMED =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
function asked(errors: Errors, at: string, resource: string, container: JsonObject): void {
  if (!resource.startsWith('claim:')) {
    if (get(container, 'resources', 'requests', resource) === undefined)
      errors.push(invalid(at, resource, "must match one of the container's resource requests"));
    return;
  }
  const known = listOf(get(container, 'resources', 'claims')).map((claim) => {
    const request = textOf(get(claim, 'request'));
    return `claim:${textOf(get(claim, 'name'))}${request === '' ? '' : `/${request}`}`;
  });
  if (!known.includes(resource)) errors.push(invalid(at, resource, CLAIMED));
}
function devices(errors: Errors, path: string, list: readonly Json[]): void {
  const seen = new Set<string>();
  list.forEach((item, k) => {
    const [at, health, message, id] = [
      `${path}[${k}]`,
      textOf(get(item, 'health')),
      get(item, 'message'),
      textOf(get(item, 'resourceID')),
    ];
    if (!HEALTH.includes(health)) errors.push(notSupported(`${at}.health`, health, HEALTH));
    if (message === '') errors.push(required(`${at}.message`, 'must be non-empty if specified'));
    else if (Buffer.byteLength(textOf(message)) > MESSAGE_MAX) errors.push(tooLong(`${at}.message`, MESSAGE_MAX));
    if (seen.has(id)) errors.push(duplicate(`${at}.resourceID`, id));
    seen.add(id);
  });
}
