//! Nodes and pods for tests and benchmarks of the scheduler.
import type { Node } from '../api/types/cluster.ts';
import type { Container, Pod } from '../api/types/pod.ts';

type Requests = Readonly<Record<string, string>>;

export const node = (
  name: string,
  over: { labels?: Requests; spec?: Node['spec']; allocatable?: Requests } = {},
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { 'kubernetes.io/hostname': name, ...over.labels },
  },
  spec: over.spec ?? {},
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...over.allocatable } },
});
export const container = (requests: Requests = {}, over: Partial<Container> = {}): Container => ({
  name: 'app',
  image: 'nginx',
  imagePullPolicy: 'IfNotPresent',
  resources: { requests },
  ...over,
});
export const pod = (name: string, spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...metadata,
  },
  spec: {
    schedulerName: 'default-scheduler',
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    containers: [container()],
    ...spec,
  },
  status: { phase: 'Pending' },
});
export const ownedBy = (uid: string): Partial<Pod['metadata']> => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: uid, uid, controller: true }],
});
