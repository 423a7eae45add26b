//! What an object uses of a quota: the evaluators of pkg/quota/v1/evaluator/core, as functions. Names are those of
//! `spec.hard`: `pods`, `requests.cpu`, `count/deployments.apps`, `gold.storageclass.storage.k8s.io/requests.storage`.
import { get, type Json, type JsonObject, listOf, numberOf, textOf } from '../json.ts';
import { type Amounts, amountsOf, totalsOf } from '../pod-totals.ts';
import { compare } from '../quantity.ts';
import { parseTime } from '../time.ts';

interface Named {
  readonly group: string;
  readonly resource: string;
}
export const countName = ({ group, resource }: Named): string => `count/${resource}${group === '' ? '' : `.${group}`}`;

/** Resources that are also counted by their bare name. */
const BY_NAME: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const;
const HUGE_PAGES = 'hugepages-';
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

export function usageOf(of: Named, object: JsonObject, nowMs: number): Amounts {
  const used = new Map([[countName(of), '1']]);
  if (isDeviceClaim(of)) devices(used, object);
  if (of.group !== '') return used;
  if (of.resource === 'pods') return isOver(object, nowMs) ? used : computed(used, object);
  if (BY_NAME.has(of.resource)) used.set(of.resource, '1');
  if (of.resource === 'services') service(used, object);
  if (of.resource === 'persistentvolumeclaims') claim(used, object);
  return used;
}
/** Whether such objects can use of what the quota calls `name`. */
export function isCharged({ group, resource }: Named, name: string): boolean {
  if (name === countName({ group, resource })) return true;
  if (isDeviceClaim({ group, resource })) return name.endsWith(DEVICES_SUFFIX);
  if (group !== '') return false;
  if (resource === 'pods') return isOfPods(name);
  if (resource === 'services') return name === 'services' || SERVICE.includes(name);
  if (resource === 'persistentvolumeclaims')
    return name === resource || name === 'requests.storage' || name.includes(CLASS_SUFFIX);
  return BY_NAME.has(resource) && name === resource;
}
const SERVICE: readonly string[] = ['services.loadbalancers', 'services.nodeports'];
function isOfPods(name: string): boolean {
  if (name === 'pods' || name.startsWith(HUGE_PAGES)) return true;
  const bare = name.replace(/^(requests|limits)\./, '');
  if ((COMPUTE as readonly string[]).includes(bare)) return true;
  if (!name.startsWith('requests.')) return false;
  return bare.startsWith(HUGE_PAGES) || isExtended(bare);
}
/** A resource of somebody's own domain. */
const isExtended = (name: string): boolean => name.includes('/') && !name.split('/')[0]!.endsWith('kubernetes.io');

/** Ended, or should have been gone by now: it uses nothing but its place in storage. */
function isOver(pod: JsonObject, nowMs: number): boolean {
  const phase = get(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  const deleted = parseTime(textOf(get(pod, 'metadata', 'deletionTimestamp')));
  const grace = get(pod, 'metadata', 'deletionGracePeriodSeconds');
  return deleted !== undefined && typeof grace === 'number' && nowMs > deleted + grace * 1_000;
}
function computed(used: Map<string, string>, pod: JsonObject): Amounts {
  used.set('pods', '1');
  return charge(used, totalsOf(pod['spec'], 'requests'), totalsOf(pod['spec'], 'limits'));
}
function charge(used: Map<string, string>, requests: Amounts, limits: Amounts): Map<string, string> {
  for (const name of COMPUTE) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request !== undefined) used.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) used.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith(HUGE_PAGES)) used.set(name, request).set(`requests.${name}`, request);
    if (isExtended(name)) used.set(`requests.${name}`, request);
  }
  return used;
}
function service(used: Map<string, string>, object: JsonObject): void {
  const type = get(object, 'spec', 'type');
  const ports = listOf(get(object, 'spec', 'ports'));
  const allocates = get(object, 'spec', 'allocateLoadBalancerNodePorts') !== false;
  const given = ports.filter((port) => typeof get(port, 'nodePort') === 'number' && get(port, 'nodePort') !== 0);
  const nodePorts = type === 'NodePort' || (type === 'LoadBalancer' && allocates) ? ports : given;
  used.set('services.nodeports', String(type === 'NodePort' || type === 'LoadBalancer' ? nodePorts.length : 0));
  used.set('services.loadbalancers', type === 'LoadBalancer' ? '1' : '0');
}
function claim(used: Map<string, string>, object: JsonObject): void {
  const name =
    textOf(get(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class')) ||
    textOf(get(object, 'spec', 'storageClassName'));
  const asked = amountsOf(get(object, 'spec', 'resources', 'requests')).get('storage');
  const given = amountsOf(get(object, 'status', 'allocatedResources')).get('storage');
  const storage = asked !== undefined && given !== undefined && compare(given, asked) > 0 ? given : asked;
  if (name !== '') used.set(`${name}${CLASS_SUFFIX}persistentvolumeclaims`, '1');
  if (storage === undefined) return;
  used.set('requests.storage', storage);
  if (name !== '') used.set(`${name}${CLASS_SUFFIX}requests.storage`, storage);
}

const DEVICES_SUFFIX = '.deviceclass.resource.k8s.io/devices';
/** AllocationResultsMaxSize: as many as `All` may come to. */
const DEVICES_MAX = 32;
const isDeviceClaim = ({ group, resource }: Named): boolean =>
  group === 'resource.k8s.io' && resource === 'resourceclaims';

/** Of requests that may be met in several ways each class is charged for the most it may give. */
function devices(used: Map<string, string>, claim: JsonObject): void {
  const total = new Map<string, number>();
  for (const request of listOf(get(claim, 'spec', 'devices', 'requests'))) {
    const most = new Map<string, number>();
    const ways = listOf(get(request, 'firstAvailable'));
    for (const way of ways.length > 0 ? ways : [get(request, 'exactly') ?? null]) {
      const name = textOf(get(way, 'deviceClassName'));
      if (name !== '') most.set(name, Math.max(most.get(name) ?? 0, devicesOf(way)));
    }
    for (const [name, count] of most) total.set(name, (total.get(name) ?? 0) + count);
  }
  for (const [name, count] of total) used.set(`${name}${DEVICES_SUFFIX}`, String(count));
}
function devicesOf(request: Json): number {
  const mode = get(request, 'allocationMode') ?? 'ExactCount';
  if (mode === 'ExactCount') return numberOf(get(request, 'count'), 1);
  return mode === 'All' ? DEVICES_MAX : 0;
}

/** Of these every container must say what it wants, if the quota is to be kept. */
const EXPLICIT: readonly string[] = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
/** `must specify limits.cpu for: a,b; ...`; undefined: all is said. `names`: of the quota. */
export function unspecified(of: Named, object: JsonObject, names: readonly string[]): string | undefined {
  if (of.group !== '' || of.resource !== 'pods') return undefined;
  const whole = charge(
    new Map(),
    amountsOf(get(object, 'spec', 'resources', 'requests')),
    amountsOf(get(object, 'spec', 'resources', 'limits')),
  );
  const required = EXPLICIT.filter((name) => names.includes(name) && !whole.has(name)).sort();
  const containers = [...listOf(get(object, 'spec', 'containers')), ...listOf(get(object, 'spec', 'initContainers'))];
  const missing = required.flatMap((name) => {
    const without = containers.filter((container) => {
      const requests = amountsOf(get(container, 'resources', 'requests'));
      return !charge(new Map(), requests, amountsOf(get(container, 'resources', 'limits'))).has(name);
    });
    return without.length === 0
      ? []
      : [
          `${name} for: ${without
            .map((one) => textOf(get(one, 'name')))
            .sort()
            .join(',')}`,
        ];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}
