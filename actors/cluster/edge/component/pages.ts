//! What the manager and the scheduler of a process tell of themselves.
import { inbox, show } from '../../../../runtime/address.ts';
import type { Host } from '../../../../runtime/host.ts';
import type { Message } from '../../../../runtime/ports.ts';
import type { Outcome } from '../../../apiserver/http/health.ts';
import { measuresOf } from '../../../client/measures.ts';
import { controllerAddress } from '../../../client/protocol.ts';
import { MANAGER_USER } from '../../../controllers/manager/index.ts';
import { schedulerAddress } from '../../../scheduler/protocol.ts';
import type { ComponentPages } from './door.ts';

const KINDS: ReadonlySet<string> = new Set(['healthz', 'livez', 'readyz']);
const ASK_MS = 2_000;

/** `names`: the controllers that it runs. Each is a check of its own, beside the election's. */
export const managerPages = (host: Host, names: readonly string[]): ComponentPages => ({
  user: MANAGER_USER,
  checks: (kind) => {
    if (!KINDS.has(kind)) return [];
    const running = runningOf(host);
    const checks = names.map((name) => ({ name, holds: running.has(show(controllerAddress(host.id, name))) }));
    return [{ name: 'leaderElection', holds: true }, ...checks];
  },
  metrics: (done) => done(measuresOf(host, host.id).text()),
});

export const schedulerPages = (host: Host): ComponentPages => ({
  user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
  checks: (kind) => {
    if (!KINDS.has(kind)) return [];
    const holds = runningOf(host).has(show(schedulerAddress(host.id)));
    const of = (...checks: readonly string[]): Outcome[] => checks.map((name) => ({ name, holds }));
    return kind === 'readyz'
      ? of('ping', 'log', 'leaderElection', 'shutdown', 'sched-handler-sync')
      : of('ping', 'log', 'leaderElection');
  },
  metrics: (done) => {
    const asked = { type: 'metrics.get' } as Message;
    host.ports.bus.request(inbox(host.cluster, schedulerAddress(host.id)), asked, ASK_MS, (result) => {
      const text = result.ok ? (result.value as { readonly text?: string }).text : undefined;
      done(`${text ?? ''}${measuresOf(host, `scheduler/${host.id}`).text()}`);
    });
  },
});
const runningOf = (host: Host): ReadonlySet<string> => new Set(host.actors().map(({ address }) => show(address)));
