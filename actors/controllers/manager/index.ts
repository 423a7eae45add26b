//! A controller manager: its controllers under one supervisor, each with a Lease of its own if there are more managers.
import { address } from '../../../runtime/address.ts';
import type { Host } from '../../../runtime/host.ts';
import { type Supervisor, startSupervisor } from '../../../runtime/supervisor.ts';
import type { User } from '../../apiserver/protocol.ts';
import type { ElectionTimes } from '../../client/election/protocol.ts';
import type { Controller } from '../../client/protocol.ts';
import { leaderIdentity, startController } from '../../client/reconciler/index.ts';

export interface ManagerOptions {
  /** No other manager of the cluster has the same. */
  readonly name: string;
  readonly controllers: readonly Controller[];
  /** False: it is the only manager. */
  readonly leaderElection: boolean;
  readonly electionTimes?: ElectionTimes;
  readonly user?: User;
}
export const MANAGER_USER: User = {
  name: 'system:kube-controller-manager',
  groups: ['system:masters', 'system:authenticated'],
};
/** One bad controller must not take the others down at once, nor hide for ever. */
const INTENSITY = { max: 20, periodMs: 60_000 };
const SHUTDOWN_MS = 6_000;

export function startManager(host: Host, options: ManagerOptions): Supervisor {
  const { name, user = MANAGER_USER, electionTimes } = options;
  const times = electionTimes === undefined ? {} : { times: electionTimes };
  const leaderElection = options.leaderElection ? { leaderElection: { identity: leaderIdentity(host), ...times } } : {};
  return startSupervisor(host, {
    address: address('controller-manager', '', name),
    intensity: INTENSITY,
    children: options.controllers.map((controller) => ({
      id: controller.name,
      start: () => startController(host, controller, { manager: name, user, ...leaderElection }),
      restart: 'permanent',
      shutdownMs: SHUTDOWN_MS,
    })),
  });
}
