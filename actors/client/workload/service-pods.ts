//! Which services a pod belongs to, and which ports of it they mean: what Endpoints and EndpointSlices share.
import { keyOf, SERVICES } from '../../api/resource.ts';
import { matches, type Selector, selectorOfMap } from '../../api/selector.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Service, ServicePort } from '../../api/types/service.ts';
import { findCondition } from '../conditions.ts';
import type { Cache, CacheChange, ControllerIo } from '../protocol.ts';
import { isReady, isTerminal, isTerminating } from './pod-state.ts';

/** Undefined: someone else fills its endpoints. */
export function serviceSelector({ spec }: Service): Selector | undefined {
  if (spec.selector === undefined || Object.keys(spec.selector).length === 0 || spec.type === 'ExternalName')
    return undefined;
  let selector = selectors.get(spec.selector);
  if (selector === undefined) {
    selector = selectorOfMap(spec.selector);
    selectors.set(spec.selector, selector);
  }
  return selector;
}
const selectors = new WeakMap<object, Selector>();

/** An index: pods by each of their labels, so that a service finds its own among very many. */
const byLabel = ({ metadata }: Pod): readonly string[] =>
  Object.entries(metadata.labels ?? {}).map(([key, value]) => labelKey(metadata.namespace, key, value));
const labelKey = (namespace: string | undefined, key: string, value: string): string => `${namespace}/${key}=${value}`;
const LABEL = 'label';
export const podIndexes = { [LABEL]: byLabel } as const;
/** Needs `podIndexes`. Asks by the label that the fewest pods have. */
export function podsOf({ metadata, spec }: Service, selector: Selector, pods: Cache<Pod>): readonly Pod[] {
  let fewest: readonly Pod[] | undefined;
  for (const [key, value] of Object.entries(spec.selector ?? {})) {
    const found = pods.by(LABEL, labelKey(metadata.namespace, key, value));
    if (fewest === undefined || found.length < fewest.length) fewest = found;
  }
  return (fewest ?? []).filter((pod) => matches(selector, pod.metadata.labels));
}

/** The services of the pod's namespace that have to be looked at again; none when nothing changed that they tell. */
export function servicesOf(change: CacheChange<Pod>, io: ControllerIo): readonly string[] {
  if (change.type === 'modified' && !tellsOther(change.old, change.object)) return [];
  const pods = change.type === 'modified' ? [change.old, change.object] : [change.object];
  const keys: string[] = [];
  for (const service of io.cache(SERVICES).list(change.object.metadata.namespace)) {
    const selector = serviceSelector(service);
    if (selector !== undefined && pods.some((pod) => matches(selector, pod.metadata.labels))) keys.push(keyOf(service));
  }
  return keys;
}
const tellsOther = (old: Pod, pod: Pod): boolean =>
  isReady(old) !== isReady(pod) ||
  isTerminal(old) !== isTerminal(pod) ||
  isTerminating(old) !== isTerminating(pod) ||
  old.status.podIP !== pod.status.podIP ||
  old.spec.nodeName !== pod.spec.nodeName ||
  old.metadata.uid !== pod.metadata.uid ||
  !sameLabels(old.metadata.labels, pod.metadata.labels);
function sameLabels(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** By number, or by the name of a container's port; undefined when this pod has none of that name. */
export function targetPort(pod: Pod, of: ServicePort): number | undefined {
  const { protocol, port } = of;
  const wanted: number | string = of.targetPort ?? port;
  if (typeof wanted === 'number') return wanted === 0 ? port : wanted;
  const sidecars = pod.spec.initContainers?.filter((container) => container.restartPolicy === 'Always') ?? [];
  for (const container of [...pod.spec.containers, ...sidecars])
    for (const named of container.ports ?? [])
      if (named.name === wanted && (named.protocol ?? 'TCP') === (protocol ?? 'TCP')) return named.containerPort;
  return undefined;
}

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';
/** The name of its own that a pod of a headless service has in DNS. */
export const hostnameOf = (pod: Pod, service: Service): string | undefined =>
  pod.spec.hostname && pod.spec.subdomain === service.metadata.name ? pod.spec.hostname : undefined;
export const targetRefOf = ({ metadata }: Pod) => ({
  kind: 'Pod',
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid,
});
/** When what the endpoints tell last changed: what `last-change-trigger-time` measures from. */
export function triggerTime(service: Service, pods: readonly Pod[]): string {
  let latest = service.metadata.creationTimestamp;
  for (const { status } of pods) {
    const time = findCondition(status.conditions, 'Ready')?.lastTransitionTime;
    if (time !== undefined && time > latest) latest = time;
  }
  return latest;
}
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
export const HEADLESS = 'service.kubernetes.io/headless';
