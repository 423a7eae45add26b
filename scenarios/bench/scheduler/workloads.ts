//! Workloads of Kubernetes' own scheduler_perf at published size: nodes, pods that are there, pods that are measured.
//! `threshold`: pods a second, below which Kubernetes' benchmark of its scheduler fails.
import type { Draft } from '../../../actors/api/types/meta.ts';
import type { Pod } from '../../../actors/api/types/pod.ts';

type Labels = Readonly<Record<string, string>>;
type PodOf = (i: number) => Draft<Pod>;
export interface Workload {
  readonly name: string;
  readonly nodes: number;
  readonly labels?: (i: number) => Labels;
  /** So many of the nodes are tainted. */
  readonly tainted?: number;
  readonly init: readonly (readonly [count: number, pod: PodOf])[];
  /** Stay pending all the while. */
  readonly hopeless?: number;
  readonly measured: readonly [count: number, pod: PodOf];
  readonly threshold: number | undefined;
}

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const zones = (i: number): Labels => ({ [ZONE]: `moon-${(i % 3) + 1}` });
const oneZone = (): Labels => ({ [ZONE]: 'zone1' });

const pod = (name: string, spec: object = {}, labels: Labels = {}, cpu = '100m'): PodOf => {
  const requests = { cpu, memory: '500Mi' };
  const container = {
    name: 'pause',
    image: 'registry.k8s.io/pause:3.10',
    ports: [{ containerPort: 80 }],
    resources: { requests },
  };
  return (i) => ({
    metadata: { name: `${name}-${i}`, labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [container], ...spec },
  });
};
const simple = (name: string): PodOf => pod(name);
const spreading = (whenUnsatisfiable: string): PodOf =>
  pod(
    'spread',
    {
      topologySpreadConstraints: [
        { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector: { matchLabels: { color: 'blue' } } },
      ],
    },
    { color: 'blue' },
  );
const social = (
  name: string,
  kind: 'podAffinity' | 'podAntiAffinity',
  color: string,
  topologyKey: string,
  preferred: boolean,
): PodOf => {
  const term = { labelSelector: { matchLabels: { color } }, topologyKey };
  const terms = preferred
    ? { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] }
    : { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  return pod(name, { affinity: { [kind]: terms } }, { color });
};
const nodeTerms = [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] }];
const inZone = pod('affine', {
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodeTerms } } },
});
const honouring = pod(
  'even',
  {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: HOST,
        whenUnsatisfiable: 'DoNotSchedule',
        nodeTaintsPolicy: 'Honor',
        labelSelector: { matchLabels: { foo: 'bar' } },
      },
    ],
  },
  { foo: 'bar' },
);
const apart = (name: string): PodOf => {
  const one = social(name, 'podAntiAffinity', 'green', HOST, false);
  return (i) => ({ ...one(i) });
};

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'SchedulingBasic',
    nodes: 5_000,
    init: [[1_000, simple('there')]],
    measured: [10_000, simple('basic')],
    threshold: 680,
  },
  {
    name: 'TopologySpreading',
    nodes: 5_000,
    labels: zones,
    init: [[5_000, simple('there')]],
    measured: [5_000, spreading('DoNotSchedule')],
    threshold: 460,
  },
  {
    name: 'PreferredTopologySpreading',
    nodes: 5_000,
    labels: zones,
    init: [[5_000, simple('there')]],
    measured: [5_000, spreading('ScheduleAnyway')],
    threshold: 340,
  },
  {
    name: 'SchedulingPodAntiAffinity',
    nodes: 5_000,
    init: [[1_000, apart('there')]],
    measured: [2_000, apart('apart')],
    threshold: 60,
  },
  {
    name: 'SchedulingPodAffinity',
    nodes: 5_000,
    labels: oneZone,
    init: [[5_000, simple('there')]],
    measured: [5_000, social('near', 'podAffinity', 'blue', ZONE, false)],
    threshold: 35,
  },
  {
    name: 'SchedulingPreferredPodAffinity',
    nodes: 5_000,
    init: [[5_000, simple('there')]],
    measured: [5_000, social('drawn', 'podAffinity', 'red', HOST, true)],
    threshold: 90,
  },
  {
    name: 'SchedulingPreferredPodAntiAffinity',
    nodes: 5_000,
    init: [[5_000, simple('there')]],
    measured: [5_000, social('driven', 'podAntiAffinity', 'yellow', HOST, true)],
    threshold: 90,
  },
  {
    name: 'SchedulingNodeAffinity',
    nodes: 5_000,
    labels: oneZone,
    init: [[5_000, simple('there')]],
    measured: [10_000, inZone],
    threshold: 220,
  },
  {
    name: 'SchedulingWithNodeInclusionPolicy',
    nodes: 5_000,
    tainted: 1_000,
    init: [],
    measured: [4_000, honouring],
    threshold: 270,
  },
  {
    name: 'PreemptionBasic',
    nodes: 1_000,
    init: [[4_000, pod('low', { priority: -10 }, {}, '900m')]],
    measured: [1_000, pod('high', { priority: 10 }, {}, '3')],
    threshold: undefined,
  },
  {
    name: 'Unschedulable',
    nodes: 5_000,
    init: [[100, simple('there')]],
    hopeless: 200,
    measured: [10_000, simple('basic')],
    threshold: 590,
  },
];
