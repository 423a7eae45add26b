//! Leader election by a Lease, as client-go's: whoever renews it leads, the others wait until it has run out.
import { address } from '../../../runtime/address.ts';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { Task } from '../../../runtime/task.ts';
import { LEASES } from '../../api/resource.ts';
import type { Lease } from '../../api/types/cluster.ts';
import type { User } from '../../apiserver/protocol.ts';
import { createClient } from '../client.ts';
import { measuresOf } from '../measures.ts';
import { claim, released, type Seen, see } from './logic.ts';
import { electionMachine } from './machine.ts';
import { ELECTION_TIMES, type ElectionEvent, type ElectionTimes } from './protocol.ts';

export interface ElectionOptions {
  /** Who runs: its own name beside others'. */
  readonly manager: string;
  /** Of the Lease. */
  readonly name: string;
  readonly namespace?: string;
  /** No other process has the same. */
  readonly identity: string;
  readonly user: User;
  readonly times?: ElectionTimes;
}
export interface ElectionTold {
  won(): void;
  /** From now on another may lead. */
  lost(): void;
  /** The election is over, in order or not. */
  ended(): void;
}
const JITTER = 0.2;

export function startElection(host: Host, options: ElectionOptions, told: ElectionTold): ActorHandle<ElectionEvent> {
  const times = options.times ?? ELECTION_TIMES;
  const { identity, name, namespace = 'kube-system' } = options;
  const { clock } = host.ports;
  const at = address('election', options.manager, name);
  const draw = host.ports.random.fork(`election/${options.manager}/${name}/${identity}`);
  const client = createClient(host.cluster, options.user, { id: `election:${identity}:${name}`, random: draw, clock });
  const measures = measuresOf(host, options.manager);
  measures.leads(name, false);
  let seen: Seen | undefined;
  /** As we wrote it last: spares the reading while nobody else writes. */
  let held: Lease | undefined;
  let attempt: Stop = () => {};

  function* tryOnce(): Task<ElectionEvent> {
    let lease = held;
    held = undefined;
    if (lease === undefined) {
      const got = yield* client.get(LEASES, namespace, name);
      if (!got.ok && got.fault.reason !== 'NotFound') return { type: 'attempt.failed' };
      lease = got.ok ? got.value : undefined;
    }
    if (lease !== undefined) seen = see(seen, lease, clock.now());
    const claimedAt = clock.now();
    const decided = claim(lease, seen, identity, times.leaseMs, claimedAt);
    if (!decided.take) return { type: 'attempt.refused', holder: decided.holder };
    const written =
      lease === undefined
        ? yield* client.create<Lease>(LEASES, namespace, { metadata: { name, namespace }, spec: decided.spec })
        : yield* client.update(LEASES, { ...lease, spec: decided.spec });
    if (!written.ok) return { type: 'attempt.failed' };
    held = written.value;
    // Others count from when it was written. An answer so late leaves too little of the Lease to lead by.
    if (clock.now() - claimedAt >= times.leaseMs - times.renewDeadlineMs) return { type: 'attempt.failed' };
    return { type: 'attempt.won' };
  }
  function* release(): Task<ElectionEvent> {
    const got = yield* client.get(LEASES, namespace, name);
    if (got.ok && got.value.spec.holderIdentity === identity)
      yield* client.update(LEASES, { ...got.value, spec: released(got.value, clock.now()) });
    return { type: 'lease.released' };
  }

  return host.start({
    address: at,
    machine: electionMachine.provide({
      delays: { retry: ({ context }) => Math.round(context.times.retryMs * (1 + JITTER * draw.float())) },
    }),
    input: { times },
    onStop: () => {
      measures.leads(name, false);
      told.ended();
    },
    shutdown: { event: { type: 'election.stop' }, shutdownMs: times.retryMs + 1_000 },
    perform: (effect, self) => {
      switch (effect.type) {
        case 'attempt.start':
          attempt();
          attempt = self.run(tryOnce(), (event) => event);
          return;
        case 'attempt.abandon':
          return attempt();
        case 'leadership.won':
          self.logger.info({ identity }, 'leading');
          measures.leads(name, true);
          return told.won();
        case 'leadership.lost':
          self.logger.info({ identity }, 'no longer leading');
          measures.leads(name, false);
          return told.lost();
        case 'lease.release':
          self.run(release(), (event) => event);
          return;
      }
    },
  });
}
