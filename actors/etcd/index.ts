//! The etcd actor. The chart says what the member is; requests go to the plain classes at once.
import { unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import { type EtcdEffect, type EtcdEvent, etcdMachine } from './machine.ts';
import type { Member } from './member.ts';
import { type EtcdOptions, LIMITS, memberOptions } from './options.ts';
import { ETCD, memberAddress } from './protocol.ts';
import type { EtcdServer } from './server.ts';
import { Service } from './service.ts';

export type { EtcdOptions } from './options.ts';
export interface EtcdActor extends ActorHandle<EtcdEvent> {
  readonly server: EtcdServer;
}
/** A forward's last attempt is over by then. */
const ANNOUNCE_MS = 8_000;
const RESIGN_MS = 2_000;

export function startEtcd(host: Host, options: EtcdOptions): EtcdActor {
  const limits = { ...LIMITS, ...options };
  const member = memberOptions(options);
  let service!: Service;
  const handle = host.start({
    address: options.member ? memberAddress(member.name) : ETCD,
    machine: etcdMachine,
    input: {
      exclusive: member.exclusive,
      compactionMs: limits.compactionMs,
      announceMs: ANNOUNCE_MS,
      resignMs: RESIGN_MS,
    },
    perform: (effect) => perform(effect, service.member),
    receive: (delivery) => service.receive(delivery),
    onStart: (self: Self<EtcdEvent>) => {
      const store = options.subjectsOf ? { subjectsOf: options.subjectsOf } : {};
      service = new Service({ self, log: options.log, options: member, limits, store });
    },
    onStop: () => service.member.stop(),
    mailboxCapacity: 1_000,
    shutdown: { event: { type: 'etcd.stop' }, shutdownMs: 5_000 },
  });
  SERVERS.set(host, service);
  return Object.assign(handle, { server: service });
}

const SERVERS = new WeakMap<Host, EtcdServer>();
/** The member that was started last on this host, for an edge in the same process. */
export const etcdOn = (host: Host): EtcdServer | undefined => SERVERS.get(host);

function perform(effect: EtcdEffect, member: Member): void {
  switch (effect.type) {
    case 'log.recover':
      return member.recover();
    case 'member.announce':
      return member.announce();
    case 'member.retire':
      return member.retire();
    case 'leader.watch':
      return member.watchLeader();
    case 'leader.unwatch':
      return member.unwatchLeader();
    case 'lead.campaign':
      return member.campaign();
    case 'lead.begin':
      return member.beginLead();
    case 'lead.end':
      return member.endLead();
    case 'lead.resign':
      return member.resign(effect.to);
    case 'history.compact':
      return member.compact();
    case 'service.close':
      return member.close();
    case 'actor.fail':
      throw new Error(`etcd: ${effect.fault.message}`);
    default:
      return unreachable(effect);
  }
}
