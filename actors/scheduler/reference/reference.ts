//! The filters and scores over again, as plainly as they can be said: every pod of every node is looked at each time,
//! nothing is kept. What the scheduler is compared with; slow, and obviously right.
import { matchesTerm } from '../../api/node-selector.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import { toleratesTaint } from '../../api/toleration.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from '../../api/types/pod.ts';

export interface Scene {
  readonly nodes: readonly Node[];
  /** Bound ones. */
  readonly pods: readonly Pod[];
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const MI = 2 ** 20;
const labelsOf = (node: Node) => node.metadata.labels ?? {};
const on = (scene: Scene, node: Node): readonly Pod[] =>
  scene.pods.filter((pod) => pod.spec.nodeName === node.metadata.name);
const taintsOf = (node: Node, hard: boolean) =>
  (node.spec.taints ?? []).filter(({ effect }) => (effect === 'PreferNoSchedule') !== hard);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Whole cores as `2`, thousandths as `500m`; bytes as `64Mi`. Nothing else comes in these scenes. */
const cpu = (text: string | undefined, otherwise = 0): number =>
  text === undefined ? otherwise : text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1_000;
const bytes = (text: string | undefined, otherwise = 0): number =>
  text === undefined ? otherwise : Number(text.slice(0, -2)) * MI;
const cpuOf = (pod: Pod, otherwise = 0) =>
  sum(pod.spec.containers.map((c) => cpu(c.resources?.requests?.['cpu'], otherwise)));
const memoryOf = (pod: Pod, otherwise = 0) =>
  sum(pod.spec.containers.map((c) => bytes(c.resources?.requests?.['memory'], otherwise)));
const gpusOf = (pod: Pod) =>
  sum(pod.spec.containers.map((c) => Number(c.resources?.requests?.['example.com/gpu'] ?? 0)));
const portsOf = (pod: Pod) => pod.spec.containers.flatMap((c) => c.ports ?? []).filter((port) => port.hostPort);

// Filters.
const tolerated = (pod: Pod, node: Node): boolean =>
  taintsOf(node, true).every((taint) => (pod.spec.tolerations ?? []).some((one) => toleratesTaint(one, taint)));
function schedulable(pod: Pod, node: Node): boolean {
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
  return node.spec.unschedulable !== true || (pod.spec.tolerations ?? []).some((one) => toleratesTaint(one, taint));
}
function affine(pod: Pod, node: Node): boolean {
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labelsOf(node)[key] === value);
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return selected && (terms === undefined || terms.some((term) => matchesTerm(term, node)));
}
function hasRoom(scene: Scene, pod: Pod, node: Node): boolean {
  const there = on(scene, node);
  const { allocatable = {} } = node.status;
  const all = [...there, pod];
  const fits = (own: number, total: number, limit: number) => own === 0 || total <= limit;
  return (
    all.length <= Number(allocatable['pods']) &&
    fits(cpuOf(pod), sum(all.map((p) => cpuOf(p))), cpu(allocatable['cpu'])) &&
    fits(memoryOf(pod), sum(all.map((p) => memoryOf(p))), bytes(allocatable['memory'])) &&
    fits(gpusOf(pod), sum(all.map(gpusOf)), Number(allocatable['example.com/gpu'] ?? 0)) &&
    portsOf(pod).every(({ hostPort }) => !there.some((p) => portsOf(p).some((other) => other.hostPort === hostPort)))
  );
}
function means(scene: Scene, owner: Pod, term: PodAffinityTerm, other: Pod): boolean {
  const { namespaces = [], namespaceSelector } = term;
  const space = other.metadata.namespace!;
  const named = namespaces.length === 0 && namespaceSelector === undefined ? [owner.metadata.namespace!] : namespaces;
  const inside =
    named.includes(space) ||
    (namespaceSelector !== undefined && matches(selectorOf(namespaceSelector), scene.namespaces[space] ?? {}));
  return inside && matches(selectorOf(term.labelSelector), other.metadata.labels);
}
const requiredOf = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
  pod.spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferredOf = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
  pod.spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
/** Pods on nodes that have the same value for the key as this node. */
function near(scene: Scene, node: Node, key: string): readonly Pod[] {
  const value = labelsOf(node)[key];
  if (value === undefined) return [];
  return scene.nodes.filter((other) => labelsOf(other)[key] === value).flatMap((other) => on(scene, other));
}
function sociable(scene: Scene, pod: Pod, node: Node): boolean {
  const wanted = requiredOf(pod, 'podAffinity');
  const meansAll = (other: Pod) => wanted.every((term) => means(scene, pod, term, other));
  const somewhere = wanted.some(({ topologyKey }) =>
    scene.nodes.some((one) => labelsOf(one)[topologyKey] !== undefined && on(scene, one).some(meansAll)),
  );
  const alone = !somewhere && meansAll(pod);
  const keys = wanted.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined);
  const joined = wanted.every(({ topologyKey }) => near(scene, node, topologyKey).some(meansAll));
  if (!keys || !(joined || alone)) return false;
  for (const term of requiredOf(pod, 'podAntiAffinity'))
    if (near(scene, node, term.topologyKey).some((other) => means(scene, pod, term, other))) return false;
  for (const other of scene.pods)
    for (const term of requiredOf(other, 'podAntiAffinity'))
      if (means(scene, other, term, pod) && near(scene, node, term.topologyKey).includes(other)) return false;
  return true;
}
const spreadsOf = (pod: Pod, kind: TopologySpreadConstraint['whenUnsatisfiable']) =>
  (pod.spec.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind);
const hasKeys = (node: Node, constraints: readonly TopologySpreadConstraint[]): boolean =>
  constraints.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined);
const counts = (pod: Pod, constraint: TopologySpreadConstraint, other: Pod): boolean =>
  other.metadata.namespace === pod.metadata.namespace &&
  other.metadata.deletionTimestamp === undefined &&
  matches(selectorOf(constraint.labelSelector), other.metadata.labels) &&
  (constraint.matchLabelKeys ?? []).every(
    (key) => pod.metadata.labels?.[key] === undefined || other.metadata.labels?.[key] === pod.metadata.labels[key],
  );
/** Pods by domain, over the nodes that the constraint's policies let count. */
function spread(
  scene: Scene,
  pod: Pod,
  all: readonly TopologySpreadConstraint[],
  constraint: TopologySpreadConstraint,
): ReadonlyMap<string, number> {
  const domains = new Map<string, number>();
  for (const node of scene.nodes) {
    if (!hasKeys(node, all)) continue;
    if (constraint.nodeAffinityPolicy !== 'Ignore' && !affine(pod, node)) continue;
    if (constraint.nodeTaintsPolicy === 'Honor' && !tolerated(pod, node)) continue;
    const value = labelsOf(node)[constraint.topologyKey]!;
    const here = on(scene, node).filter((other) => counts(pod, constraint, other)).length;
    domains.set(value, (domains.get(value) ?? 0) + here);
  }
  return domains;
}
function even(scene: Scene, pod: Pod, node: Node): boolean {
  const hard = spreadsOf(pod, 'DoNotSchedule');
  return hard.every((constraint) => {
    const value = labelsOf(node)[constraint.topologyKey];
    if (value === undefined) return false;
    const domains = spread(scene, pod, hard, constraint);
    const least = domains.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...domains.values());
    const self = matches(selectorOf(constraint.labelSelector), pod.metadata.labels) ? 1 : 0;
    return (domains.get(value) ?? 0) + self - least <= constraint.maxSkew;
  });
}
export const fitting = (scene: Scene, pod: Pod): readonly Node[] =>
  scene.nodes.filter(
    (node) =>
      schedulable(pod, node) &&
      tolerated(pod, node) &&
      affine(pod, node) &&
      hasRoom(scene, pod, node) &&
      even(scene, pod, node) &&
      sociable(scene, pod, node),
  );

// Scores: of each of the nodes that fit.
type Scores = readonly number[];
const scaled = (raw: Scores): Scores => {
  const most = Math.max(0, ...raw);
  return raw.map((one) => (most === 0 ? 0 : Math.trunc((100 * one) / most)));
};
const softTaints = (pod: Pod, nodes: readonly Node[]): Scores =>
  scaled(
    nodes.map(
      (node) =>
        taintsOf(node, false).filter((taint) => !(pod.spec.tolerations ?? []).some((one) => toleratesTaint(one, taint)))
          .length,
    ),
  ).map((one) => 100 - one);
const preferredNodes = (pod: Pod, nodes: readonly Node[]): Scores =>
  scaled(
    nodes.map((node) =>
      sum(
        (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
          .filter(({ preference }) => matchesTerm(preference, node))
          .map(({ weight }) => weight),
      ),
    ),
  );
function leastAllocated(scene: Scene, pod: Pod, nodes: readonly Node[]): Scores {
  const free = (used: number, all: number) => (used > all ? 0 : Math.trunc(((all - used) * 100) / all));
  return nodes.map((node) => {
    const all = [...on(scene, node), pod];
    const { allocatable = {} } = node.status;
    const cpus = free(sum(all.map((p) => cpuOf(p, 100))), cpu(allocatable['cpu']));
    const memory = free(sum(all.map((p) => memoryOf(p, 200 * MI))), bytes(allocatable['memory']));
    return Math.trunc((cpus + memory) / 2);
  });
}
function balanced(scene: Scene, pod: Pod, nodes: readonly Node[]): Scores {
  if (cpuOf(pod) === 0 && memoryOf(pod) === 0) return nodes.map(() => 0);
  return nodes.map((node) => {
    const all = [...on(scene, node), pod];
    const { allocatable = {} } = node.status;
    const cpus = Math.min(1, sum(all.map((p) => cpuOf(p))) / cpu(allocatable['cpu']));
    const memory = Math.min(1, sum(all.map((p) => memoryOf(p))) / bytes(allocatable['memory']));
    return Math.trunc((1 - Math.abs(cpus - memory) / 2) * 100);
  });
}
function images(scene: Scene, pod: Pod, nodes: readonly Node[]): Scores {
  const wanted = pod.spec.containers.map(({ image }) => (image.includes(':') ? image : `${image}:latest`));
  const has = (node: Node, name: string) =>
    (node.status.images ?? []).find(({ names = [] }) => names.includes(name))?.sizeBytes ?? 0;
  const most = 1_000 * MI * wanted.length;
  return nodes.map((node) => {
    const raw = sum(
      wanted.map((name) => {
        const part = scene.nodes.filter((one) => has(one, name) > 0).length / scene.nodes.length;
        return Math.trunc(has(node, name) * part);
      }),
    );
    const bounded = Math.min(Math.max(raw, 23 * MI), most);
    return Math.trunc((100 * (bounded - 23 * MI)) / (most - 23 * MI));
  });
}
function drawn(scene: Scene, pod: Pod, nodes: readonly Node[]): Scores {
  const raw = nodes.map((node) => {
    let score = 0;
    for (const [kind, sign] of [
      ['podAffinity', 1],
      ['podAntiAffinity', -1],
    ] as const) {
      for (const { weight, podAffinityTerm: term } of preferredOf(pod, kind))
        score +=
          sign * weight * near(scene, node, term.topologyKey).filter((one) => means(scene, pod, term, one)).length;
      for (const other of scene.pods)
        for (const { weight, podAffinityTerm: term } of preferredOf(other, kind))
          if (means(scene, other, term, pod) && near(scene, node, term.topologyKey).includes(other))
            score += sign * weight;
    }
    for (const other of scene.pods)
      for (const term of requiredOf(other, 'podAffinity'))
        if (means(scene, other, term, pod) && near(scene, node, term.topologyKey).includes(other)) score += 1;
    return score;
  });
  const [least, most] = [Math.min(...raw), Math.max(...raw)];
  return raw.map((one) => (most === least ? 0 : Math.trunc((100 * (one - least)) / (most - least))));
}
function spreadSoftly(scene: Scene, pod: Pod, nodes: readonly Node[]): Scores {
  const soft = spreadsOf(pod, 'ScheduleAnyway');
  if (soft.length === 0) return nodes.map(() => 0);
  const able = nodes.filter((node) => hasKeys(node, soft));
  const parts = soft.map((constraint) => {
    const host = constraint.topologyKey === 'kubernetes.io/hostname';
    const values = new Set(able.map((node) => labelsOf(node)[constraint.topologyKey]));
    const weight = Math.log((host ? able.length : values.size) + 2);
    const domains = spread(scene, pod, soft, constraint);
    return (node: Node): number => {
      const count = host
        ? on(scene, node).filter((other) => counts(pod, constraint, other)).length
        : (domains.get(labelsOf(node)[constraint.topologyKey]!) ?? 0);
      return count * weight + constraint.maxSkew - 1;
    };
  });
  const raw = nodes.map((node) => (able.includes(node) ? Math.round(sum(parts.map((part) => part(node)))) : undefined));
  const known = raw.filter((one) => one !== undefined);
  const [least, most] = [Math.min(...known), Math.max(0, ...known)];
  return raw.map((one) => {
    if (one === undefined) return 0;
    return most === 0 ? 100 : Math.trunc((100 * (most + least - one)) / most);
  });
}
export function totals(scene: Scene, pod: Pod, nodes: readonly Node[]): Scores {
  const parts: readonly (readonly [number, Scores])[] = [
    [3, softTaints(pod, nodes)],
    [2, preferredNodes(pod, nodes)],
    [1, leastAllocated(scene, pod, nodes)],
    [2, spreadSoftly(scene, pod, nodes)],
    [2, drawn(scene, pod, nodes)],
    [1, balanced(scene, pod, nodes)],
    [1, images(scene, pod, nodes)],
  ];
  return nodes.map((_, i) => sum(parts.map(([weight, scores]) => weight * scores[i]!)));
}
