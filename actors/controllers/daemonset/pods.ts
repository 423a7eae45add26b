//! A DaemonSet's pods: made for one node each, tolerant of what is wrong with it.
import { equal } from '../../api/json.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Affinity, Pod, PodSpec, Toleration } from '../../api/types/pod.ts';
import type { DaemonSet } from '../../api/types/workload.ts';
import { podOf } from '../../client/workload/pod-control.ts';
import { isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import { REVISION_HASH } from '../../client/workload/revisions.ts';

const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const GENERATION = 'pod-template-generation';
const tolerated = (key: string, effect: 'NoSchedule' | 'NoExecute'): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect,
});
const TOLERATIONS: readonly Toleration[] = [
  tolerated('not-ready', 'NoExecute'),
  tolerated('unreachable', 'NoExecute'),
  tolerated('disk-pressure', 'NoSchedule'),
  tolerated('memory-pressure', 'NoSchedule'),
  tolerated('pid-pressure', 'NoSchedule'),
  tolerated('unschedulable', 'NoSchedule'),
];
const HOST_NETWORK = tolerated('network-unavailable', 'NoSchedule');

/** What its pods tolerate: what the template says, and what a node may be in. */
export function tolerationsOf({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const own = hostNetwork === true ? [...TOLERATIONS, HOST_NETWORK] : TOLERATIONS;
  const same = (a: Toleration, b: Toleration): boolean =>
    a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
  const added = own.filter((one) => !tolerations.some((other) => same(one, other) && equal(one, other)));
  return [...tolerations.filter((other) => !added.some((one) => same(one, other))), ...added];
}
const generationOf = ({ metadata }: DaemonSet): string | undefined => {
  const text = metadata.annotations?.[GENERATION_ANNOTATION];
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined;
};

export function podFor(set: DaemonSet, node: string, hash: string): Draft<Pod> {
  const { metadata, spec } = set.spec.template;
  const generation = generationOf(set);
  const labels = {
    ...metadata?.labels,
    ...(generation === undefined ? {} : { [GENERATION]: generation }),
    [REVISION_HASH]: hash,
  };
  const tolerations = tolerationsOf(spec);
  return podOf(set, {
    metadata: { ...metadata, labels },
    spec: { ...spec, affinity: onNode(spec.affinity, node), tolerations },
  });
}
/** The scheduler binds it there; other rules about nodes were looked at when the node was chosen. */
function onNode(affinity: Affinity | undefined, node: string): Affinity {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }] as const;
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}

/** The node that a pod runs on, or is meant for. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms)
    for (const { key, operator, values = [] } of matchFields)
      if (key === 'metadata.name' && operator === 'In' && values.length === 1) return values[0];
  return undefined;
}
/** `gone`: with those that have ended and are on their way out too. */
export function byNode(pods: readonly Pod[], gone = false): Map<string, Pod[]> {
  const nodes = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined || (!gone && isTerminal(pod) && isTerminating(pod))) continue;
    nodes.set(node, [...(nodes.get(node) ?? []), pod]);
  }
  return nodes;
}
export const isUpdated = (set: DaemonSet, pod: Pod, hash: string): boolean => {
  const generation = generationOf(set);
  const { labels = {} } = pod.metadata;
  return labels[REVISION_HASH] === hash || (generation !== undefined && labels[GENERATION] === generation);
};
/** Those with a node first, then the oldest. */
export const oldestFirst = (pods: readonly Pod[]): readonly Pod[] =>
  [...pods].sort((a, b) => {
    if (!a.spec.nodeName !== !b.spec.nodeName) return a.spec.nodeName ? -1 : 1;
    const [first, second] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
    if (first !== second) return first < second ? -1 : 1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
