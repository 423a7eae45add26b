//! Starts placements on a host: the one place that knows every component. What differs between a real cluster and a
//! simulated one comes in as parts.
import { address, show } from '../../runtime/address.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { ChildSpec } from '../../runtime/supervision.ts';
import { type Supervisor, startSupervisor } from '../../runtime/supervisor.ts';
import { subjectsOf } from '../apiserver/storage/streams.ts';
import { leaderIdentity } from '../client/reconciler/index.ts';
import { startContainer } from '../container/index.ts';
import type { CertificateAuthority } from '../controllers/certificates/protocol.ts';
import { startManager } from '../controllers/manager/index.ts';
import { type EtcdOptions, startEtcd } from '../etcd/index.ts';
import { startKubeProxy } from '../kube-proxy/index.ts';
import type { Dataplane } from '../kube-proxy/protocol.ts';
import { startKubelet } from '../kubelet/index.ts';
import { startMetricsServer } from '../metrics-server/index.ts';
import { podStarter } from '../pod/index.ts';
import { type SchedulerOptions, startScheduler } from '../scheduler/index.ts';
import { controllers } from './controllers.ts';
import type { Placement } from './protocol.ts';
import { EVERY, isSelected, type Selection } from './selection.ts';

export interface Parts {
  /** For the etcd of that placement, with a fresh log at each start. */
  readonly etcd: (name: string) => EtcdOptions;
  readonly startApiserver: (host: Host) => ActorHandle;
  readonly authority: CertificateAuthority;
  /** Default: every one. */
  readonly controllers?: Selection;
  /** Several managers or schedulers may run: each controller then holds a Lease. */
  readonly leaderElection: boolean;
  /** Absent: Kubernetes' defaults. */
  readonly scheduler?: Pick<SchedulerOptions, 'configuration' | 'plugins' | 'extenders'>;
  readonly node: (name: string) => NodeParts;
}
export interface NodeParts {
  readonly nodeIp: string;
  readonly startEngine: (host: Host) => ActorHandle;
  /** Absent: simulated. */
  readonly dataplane?: () => Dataplane;
}

/** In order: supervisors start children in this order and stop them in reverse. */
export const childrenOf = (host: Host, placements: readonly Placement[], parts: Parts): readonly ChildSpec[] =>
  placements.flatMap((placement) => childrenAt(host, placement, parts));

function childrenAt(host: Host, { role, name }: Placement, parts: Parts): readonly ChildSpec[] {
  const child = (start: () => ActorHandle, shutdownMs: number, id: string = role): ChildSpec => ({
    id: show(address(id, '', name)),
    start,
    restart: 'permanent',
    shutdownMs,
  });
  const election = parts.leaderElection ? { leaderElection: { identity: leaderIdentity(host) } } : {};
  switch (role) {
    case 'etcd':
      return [child(() => startEtcd(host, { subjectsOf: told(host.cluster), ...parts.etcd(name) }), 10_000)];
    case 'apiserver':
      return [child(() => parts.startApiserver(host), 6_000)];
    case 'scheduler':
      return [child(() => startScheduler(host, { ...election, ...parts.scheduler }), 6_000)];
    case 'controllers': {
      const options = {
        name: host.id,
        controllers: controllers(parts.authority).filter(({ name: one }) =>
          isSelected(one, parts.controllers ?? EVERY),
        ),
        leaderElection: parts.leaderElection,
      };
      return [child(() => startManager(host, options), 15_000)];
    }
    case 'metrics-server':
      return [child(() => startMetricsServer(host), 2_000)];
    case 'kubelet': {
      const node = parts.node(name);
      const startPod = podStarter(startContainer);
      return [
        child(() => node.startEngine(host), 5_000, 'engine'),
        child(() => startKubelet(host, { node: name, startPod }), 20_000),
      ];
    }
    case 'kube-proxy': {
      const { nodeIp, dataplane } = parts.node(name);
      const plane = (): { dataplane?: Dataplane } => (dataplane === undefined ? {} : { dataplane: dataplane() });
      return [child(() => startKubeProxy(host, { node: name, nodeIp, ...plane() }), 6_000)];
    }
  }
}

/** Clients of etcd's own write under /registry/ too, and know nothing of its streams. */
const told =
  (cluster: string): NonNullable<EtcdOptions['subjectsOf']> =>
  (key, value, before) =>
    subjectsOf(cluster, key, value, before);

export function startCluster(host: Host, placements: readonly Placement[], parts: Parts): Supervisor {
  return startSupervisor(host, {
    address: address('supervisor', '', host.id),
    children: childrenOf(host, placements, parts),
    intensity: { max: 20, periodMs: 60_000 },
  });
}
