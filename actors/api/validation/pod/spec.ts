//! What a pod is to be, alone or in a template (ValidatePodSpec).
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { shownAs } from '../../go-struct.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../../names.ts';
import { totalsOf } from '../../pod-totals.ts';
import { compare } from '../../quantity.ts';
import { type Errors, isNull, labels, name, oneOf, range } from '../check.ts';
import { containers, ephemeralContainers, initContainers } from '../container/containers.ts';
import { hostNetworkPorts } from '../container/ports.ts';
import { containerResources, podResources } from '../container/resources.ts';
import { hostProcesses } from '../container/windows.ts';
import { isHugePage } from '../resource-names.ts';
import { volumes } from '../volume/volumes.ts';
import { affinity } from './affinity.ts';
import { dnsConfig, dnsPolicy, hostAliases, hostnameOverride, hostnames } from './names.ts';
import { operatingSystem } from './os.ts';
import { hostUsers, podSecurity } from './security.ts';
import { tolerations } from './selectors.ts';
import { topologySpread } from './spread.ts';

export interface SpecOptions {
  /** Of a pod, not of a template: its metadata. */
  readonly metadata?: JsonObject;
  /** The spec that is updated: some of what is wrong there may stay. */
  readonly old?: JsonObject | undefined;
}
export const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const NONE: ReadonlySet<string> = new Set();

export function podSpec(errors: Errors, path: string, spec: JsonObject, { metadata, old }: SpecOptions = {}): void {
  const grace = spec['terminationGracePeriodSeconds'];
  if (isNull(grace)) errors.push(required(`${path}.terminationGracePeriodSeconds`));
  const sound = volumes(errors, `${path}.volumes`, listOf(spec['volumes']), textOf(get(metadata, 'name')));
  const claims = new Set(listOf(spec['resourceClaims']).map((claim) => textOf(get(claim, 'name'))));
  claims.delete('');
  resourceClaims(errors, `${path}.resourceClaims`, listOf(spec['resourceClaims']), metadata);
  const around = {
    volumes: sound,
    claims,
    restartPolicy: textOf(spec['restartPolicy']),
    grace: typeof grace === 'number' ? grace : undefined,
    hostUsers: spec['hostUsers'] !== false,
  };
  containers(errors, `${path}.containers`, spec, around);
  initContainers(errors, `${path}.initContainers`, spec, around);
  ephemeralContainers(errors, `${path}.ephemeralContainers`, spec, around);
  wholeResources(errors, path, spec, claims);
  hostNetworkPorts(errors, path, spec, metadata !== undefined);
  oneOf(errors, `${path}.restartPolicy`, spec['restartPolicy'], RESTART_POLICIES);
  dnsPolicy(errors, `${path}.dnsPolicy`, spec['dnsPolicy']);
  labels(errors, `${path}.nodeSelector`, spec['nodeSelector']);
  podSecurity(errors, path, spec, old);
  affinity(errors, `${path}.affinity`, spec['affinity'], old?.['affinity']);
  dnsConfig(errors, `${path}.dnsConfig`, spec);
  listOf(spec['readinessGates']).forEach((gate, i) => {
    name(errors, `${path}.readinessGates[${i}].conditionType`, textOf(get(gate, 'conditionType')), qualifiedName);
  });
  schedulingGates(errors, `${path}.schedulingGates`, listOf(spec['schedulingGates']));
  const spread = 'topologySpreadConstraints';
  topologySpread(errors, `${path}.${spread}`, listOf(spec[spread]), listOf(old?.[spread]));
  hostProcesses(errors, path, spec);
  hostUsers(errors, path, spec, old);
  hostnameOverride(errors, path, spec);
  for (const field of ['serviceAccountName', 'nodeName'])
    if (textOf(spec[field]) !== '') name(errors, `${path}.${field}`, spec[field], dns1123Subdomain);
  range(errors, `${path}.activeDeadlineSeconds`, spec['activeDeadlineSeconds'], 1, 0x7fffffff);
  hostnames(errors, path, spec);
  tolerations(errors, `${path}.tolerations`, listOf(spec['tolerations']));
  hostAliases(errors, `${path}.hostAliases`, listOf(spec['hostAliases']));
  if (textOf(spec['priorityClassName']) !== '')
    name(errors, `${path}.priorityClassName`, spec['priorityClassName'], dns1123Subdomain);
  name(errors, `${path}.runtimeClassName`, spec['runtimeClassName'], dns1123Subdomain);
  preemption(errors, `${path}.preemptionPolicy`, spec['preemptionPolicy']);
  if (isObject(spec['overhead'])) containerResources(errors, `${path}.overhead`, { limits: spec['overhead'] }, NONE);
  operatingSystem(errors, path, spec);
  fileKeyVolumes(errors, path, spec);
}
function preemption(errors: Errors, at: string, policy: Json | undefined): void {
  const policies = ['PreemptLowerPriority', 'Never'];
  if (policy === '') errors.push(required(at));
  else if (!isNull(policy) && !policies.includes(textOf(policy))) errors.push(notSupported(at, policy, policies));
}
function schedulingGates(errors: Errors, path: string, list: readonly Json[]): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const gate = textOf(get(item, 'name'));
    name(errors, `${path}[${i}]`, gate, qualifiedName);
    if (seen.has(gate)) errors.push(duplicate(`${path}[${i}]`, gate));
    seen.add(gate);
  });
}

const NAMED_BY = ['resourceClaimName', 'resourceClaimTemplateName'] as const;
function resourceClaims(errors: Errors, path: string, list: readonly Json[], metadata: JsonObject | undefined): void {
  const seen = new Set<string>();
  const mirrored = get(metadata, 'annotations', 'kubernetes.io/config.mirror') !== undefined;
  for (const [i, item] of list.entries()) {
    if (mirrored) {
      errors.push(forbidden('', 'static pods do not support resource claims'));
      continue;
    }
    const claim = objectOf(item);
    const at = `${path}[${i}]`;
    const own = textOf(claim['name']);
    if (own === '') errors.push(required(`${at}.name`));
    else if (seen.has(own)) errors.push(duplicate(`${at}.name`, own));
    else name(errors, `${at}.name`, own, dns1123Label);
    seen.add(own);
    const given = NAMED_BY.filter((field) => !isNull(claim[field]));
    const say = (detail: string): void =>
      void errors.push({ ...invalid(at, claim, detail), shown: shownAs('PodResourceClaim', claim) });
    if (given.length === 2) say('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (given.length === 0) say('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    for (const field of given) name(errors, `${at}.${field}`, claim[field], dns1123Subdomain);
  }
}

/** validatePodResources: what the whole pod asks for covers what its containers do. */
function wholeResources(errors: Errors, path: string, spec: JsonObject, claims: ReadonlySet<string>): void {
  const whole = spec['resources'];
  if (!isObject(whole)) return;
  const at = `${path}.resources`;
  if (get(spec, 'os', 'name') === 'windows') return void errors.push(forbidden(at, 'may not be set for a windows pod'));
  if (Array.isArray(whole['claims']))
    errors.push(forbidden(`${at}.claims`, 'claims may not be set for Resources at pod-level'));
  podResources(errors, at, whole, claims);
  const { resources: _, ...parts } = spec;
  const covers = (list: 'requests' | 'limits', name: string, amount: string): void => {
    const asked = get(whole, list, name);
    if (isNull(asked) || compare(amount, asked) <= 0) return;
    const detail = `must be greater than or equal to aggregate container ${list} of ${amount}`;
    errors.push(invalid(`${at}.${list}[${name}]`, asked, detail));
  };
  for (const [name, amount] of totalsOf(parts, 'requests', false)) covers('requests', name, amount);
  for (const [name, amount] of totalsOf(parts, 'limits', false)) if (isHugePage(name)) covers('limits', name, amount);
  listOf(spec['containers']).forEach((container, i) => {
    for (const [name, limit] of Object.entries(objectOf(get(container, 'resources', 'limits')))) {
      const most = get(whole, 'limits', name);
      if (isNull(most) || compare(limit, most) <= 0) continue;
      const detail = `must be less than or equal to pod limits of ${most}`;
      errors.push(invalid(`${at}.containers[${i}][${name}].limits`, limit, detail));
    }
  });
}
/** validateFileKeyRefVolumes: a file that has variables is in a folder that came with the pod. */
function fileKeyVolumes(errors: Errors, path: string, spec: JsonObject): void {
  const sources = new Map(listOf(spec['volumes']).map((volume) => [textOf(get(volume, 'name')), volume]));
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    listOf(spec[list]).forEach((container, i) => {
      listOf(get(container, 'env')).forEach((env, j) => {
        const ref = get(env, 'valueFrom', 'fileKeyRef');
        if (!isObject(ref)) return;
        const volume = textOf(ref['volumeName']);
        const at = `${path}.${list}[${i}].env[${j}].valueFrom.fileKeyRef.volumeName`;
        const source = sources.get(volume);
        if (source === undefined) errors.push({ type: 'NotFound', field: at, value: volume, detail: '' });
        else if (!isObject(get(source, 'emptyDir')))
          errors.push(invalid(at, volume, 'referenced volume must be of type emptyDir'));
      });
    });
}
