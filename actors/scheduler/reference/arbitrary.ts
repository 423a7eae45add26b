//! Random clusters and pods, small ones in which everything happens often.
import fc from 'fast-check';
import type { Node } from '../../api/types/cluster.ts';
import type { LabelSelector } from '../../api/types/meta.ts';
import type { Affinity, Pod, PodAffinityTerm, Toleration, TopologySpreadConstraint } from '../../api/types/pod.ts';
import { container, node, pod } from '../fixtures.ts';

export const HOST = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';
export const NAMESPACES = { default: {}, prod: { stage: 'prod' }, test: { stage: 'test' } } as const;
const GPU = 'example.com/gpu';
const MB = 2 ** 20;

/** Rather not: what is asked of everything at once fits nowhere. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, often = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: often, arbitrary });
const likely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => maybe(arbitrary, 9);
const some = <T extends object>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K] | undefined> }): fc.Arbitrary<T> =>
  fc.record(fields as Record<string, fc.Arbitrary<unknown>>).map((made) => JSON.parse(JSON.stringify(made)) as T);
const labels = some<Record<string, string>>({
  app: fc.constantFrom('web', 'db'),
  version: maybe(fc.constantFrom('1', '2')),
});
const selector: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector>(
  { matchLabels: { app: 'web' } },
  { matchLabels: { app: 'db' } },
  { matchExpressions: [{ key: 'version', operator: 'Exists' }] },
  {},
);
const key = fc.constantFrom(ZONE, HOST, 'rack');

export const aNode = (i: number): fc.Arbitrary<Node> =>
  fc
    .record({
      zone: likely(fc.constantFrom('a', 'b', 'c')),
      rack: likely(fc.constantFrom('1', '2')),
      disk: likely(fc.constantFrom('ssd', 'hdd')),
      cpu: fc.constantFrom('2', '4', '8'),
      memory: fc.constantFrom('1024Mi', '2048Mi', '8192Mi'),
      pods: fc.constantFrom('3', '10', '10'),
      gpu: likely(fc.constantFrom('2', '4')),
      taint: maybe(fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute')),
      cordoned: fc.boolean(),
      image: likely(fc.constantFrom(50 * MB, 600 * MB)),
    })
    .map(({ zone, rack, disk, cpu, memory, pods, gpu, taint, cordoned, image }) => {
      const made = node(`n${i}`, {
        labels: { ...(zone && { [ZONE]: zone }), ...(rack && { rack }), ...(disk && { disk }) },
        allocatable: { cpu, memory, pods, ...(gpu && { [GPU]: gpu }) },
        spec: {
          ...(taint && { taints: [{ key: 'k', value: 'v', effect: taint as 'NoSchedule' }] }),
          ...(cordoned && i % 4 === 0 && { unschedulable: true }),
        },
      });
      return image === undefined
        ? made
        : { ...made, status: { ...made.status, images: [{ names: ['app:latest'], sizeBytes: image }] } };
    });

const term: fc.Arbitrary<PodAffinityTerm> = some<PodAffinityTerm>({
  labelSelector: selector,
  topologyKey: key,
  namespaces: maybe(fc.constantFrom(['prod'], ['default', 'test'])),
  namespaceSelector: maybe(fc.constantFrom<LabelSelector>({}, { matchLabels: { stage: 'prod' } })),
});
const terms = fc.array(term, { maxLength: 1 });
const weighted = fc.array(fc.record({ weight: fc.constantFrom(1, 10, 100), podAffinityTerm: term }), { maxLength: 2 });
const social = fc.record({
  requiredDuringSchedulingIgnoredDuringExecution: terms,
  preferredDuringSchedulingIgnoredDuringExecution: weighted,
});
const nodeTerms = fc.constantFrom(
  [{ matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] }],
  [
    { matchExpressions: [{ key: 'disk', operator: 'Exists' as const }] },
    { matchExpressions: [{ key: 'rack', operator: 'In' as const, values: ['1'] }] },
  ],
  [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['n1', 'n2'] }] }],
);
const affinity = some<Affinity>({
  nodeAffinity: maybe(
    some<NonNullable<Affinity['nodeAffinity']>>({
      requiredDuringSchedulingIgnoredDuringExecution: maybe(
        nodeTerms.map((nodeSelectorTerms) => ({ nodeSelectorTerms })),
      ),
      preferredDuringSchedulingIgnoredDuringExecution: maybe(
        nodeTerms.map(([preference]) => [
          { weight: 7, preference: preference! },
          { weight: 3, preference: { matchExpressions: [{ key: 'rack', operator: 'Exists' as const }] } },
        ]),
      ),
    }),
  ),
  podAffinity: maybe(social),
  podAntiAffinity: maybe(social),
});
const constraint: fc.Arbitrary<TopologySpreadConstraint> = some<TopologySpreadConstraint>({
  maxSkew: fc.constantFrom(1, 2),
  topologyKey: key,
  whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: selector,
  minDomains: maybe(fc.constantFrom(1, 3)),
  matchLabelKeys: maybe(fc.constant(['version'])),
  nodeAffinityPolicy: maybe(fc.constantFrom('Honor', 'Ignore')),
  nodeTaintsPolicy: maybe(fc.constantFrom('Honor', 'Ignore')),
});
const toleration = fc.constantFrom<Toleration>(
  { operator: 'Exists' },
  { key: 'k', value: 'v', effect: 'NoSchedule' },
  { key: 'k', operator: 'Exists', effect: 'PreferNoSchedule' },
);

export const aPod = (name: string): fc.Arbitrary<Pod> =>
  fc
    .record({
      namespace: fc.constantFrom('default', 'prod', 'test'),
      labels,
      cpu: maybe(fc.constantFrom('100m', '500m', '1')),
      memory: maybe(fc.constantFrom('64Mi', '400Mi')),
      gpu: maybe(fc.constant('1')),
      port: maybe(fc.constantFrom(80, 443)),
      nodeSelector: maybe(fc.constantFrom({ disk: 'ssd' }, { rack: '1' })),
      affinity: maybe(affinity),
      topologySpreadConstraints: maybe(fc.array(constraint, { minLength: 1, maxLength: 2 })),
      tolerations: maybe(fc.array(toleration, { maxLength: 2 })),
      image: fc.constantFrom('app', 'other'),
      leaving: fc.boolean(),
    })
    .map(({ namespace, labels, cpu, memory, gpu, port, image, leaving, ...spec }) => {
      const requests = JSON.parse(JSON.stringify({ cpu, memory, [GPU]: gpu })) as Record<string, string>;
      const ports =
        port === undefined ? {} : { ports: [{ containerPort: port, hostPort: port, protocol: 'TCP' as const }] };
      return pod(
        name,
        { containers: [container(requests, { image, ...ports })], ...JSON.parse(JSON.stringify(spec)) },
        { namespace, labels, ...(leaving && name.endsWith('3') ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
      );
    });
