//! recovering → catchingUp → follower ⇄ candidate → leader → steppingDown → follower; a member that is told to go:
//! closing → closed. A log that only this member writes makes it leader at once. docs/etcd.md tells the life in words.
import { assign, emit, setup } from 'xstate';
import type { Fault } from '../../runtime/fault.ts';

export type EtcdEvent =
  | { readonly type: 'log.recovered' }
  /** It cannot be read, or nobody else could write it and it takes no more. */
  | { readonly type: 'log.failed'; readonly fault: Fault }
  /** Another writer was here, or whether an append happened is not known: the store may be ahead of the log. */
  | { readonly type: 'log.lost' }
  | { readonly type: 'log.closed' }
  /** Its own announcement was read in the log, and with it everything before. */
  | { readonly type: 'member.joined' }
  | { readonly type: 'member.removed' }
  /** No sign of a leader for longer than its lease, or it resigned. */
  | { readonly type: 'leader.silent' }
  | { readonly type: 'leader.transfer'; readonly to: string }
  | { readonly type: 'lead.won' }
  | { readonly type: 'lead.lost' }
  | { readonly type: 'lead.resigned' }
  | { readonly type: 'etcd.stop' };
export type EtcdEffect =
  | { readonly type: 'log.recover' }
  | { readonly type: 'member.announce' }
  | { readonly type: 'member.retire' }
  | { readonly type: 'leader.watch' }
  | { readonly type: 'leader.unwatch' }
  | { readonly type: 'lead.campaign' }
  | { readonly type: 'lead.begin' }
  | { readonly type: 'lead.end' }
  /** '': whoever is first. */
  | { readonly type: 'lead.resign'; readonly to: string }
  | { readonly type: 'history.compact' }
  | { readonly type: 'service.close' }
  | { readonly type: 'actor.fail'; readonly fault: Fault };

export interface EtcdInput {
  /** Nobody else can write this log. */
  readonly exclusive: boolean;
  readonly compactionMs: number;
  /** How often it announces itself while nobody has heard. */
  readonly announceMs: number;
  /** How long a leader that goes tries to say so. */
  readonly resignMs: number;
}

export const etcdMachine = setup({
  types: {
    context: {} as EtcdInput & { readonly leaving: boolean; readonly heir: string },
    input: {} as EtcdInput,
    events: {} as EtcdEvent,
    emitted: {} as EtcdEffect,
  },
  delays: {
    compaction: ({ context }) => context.compactionMs,
    announcing: ({ context }) => context.announceMs,
    resigning: ({ context }) => context.resignMs,
  },
  guards: {
    exclusive: ({ context }) => context.exclusive,
    leaving: ({ context }) => context.leaving,
  },
  actions: {
    recover: emit({ type: 'log.recover' }),
    announce: emit({ type: 'member.announce' }),
    retire: emit({ type: 'member.retire' }),
    watchLeader: emit({ type: 'leader.watch' }),
    unwatchLeader: emit({ type: 'leader.unwatch' }),
    campaign: emit({ type: 'lead.campaign' }),
    beginLead: emit({ type: 'lead.begin' }),
    endLead: emit({ type: 'lead.end' }),
    resign: emit(({ context }) => ({ type: 'lead.resign', to: context.heir })),
    bequeath: assign({ heir: (_, to: string) => to }),
    leave: assign({ leaving: true, heir: '' }),
    compact: emit({ type: 'history.compact' }),
    close: emit({ type: 'service.close' }),
    fail: emit((_, fault: Fault) => ({ type: 'actor.fail', fault })),
  },
}).createMachine({
  id: 'etcd',
  context: ({ input }) => ({ ...input, leaving: false, heir: '' }),
  initial: 'recovering',
  options: { maxIterations: 100 },
  states: {
    recovering: {
      entry: 'recover',
      on: {
        'log.recovered': [{ guard: 'exclusive', target: 'leader' }, { target: 'catchingUp' }],
        'etcd.stop': 'closing',
      },
    },
    /** Reads on in the log until its announcement comes back; when nobody takes it, it may lead itself. */
    catchingUp: {
      entry: ['watchLeader', 'announce'],
      exit: 'unwatchLeader',
      after: { announcing: { target: 'catchingUp', reenter: true } },
      on: {
        'member.joined': 'follower',
        'leader.silent': 'candidate',
        'etcd.stop': 'closing',
      },
    },
    follower: {
      entry: 'watchLeader',
      exit: 'unwatchLeader',
      on: {
        'leader.silent': 'candidate',
        'etcd.stop': 'closing',
      },
    },
    candidate: {
      entry: 'campaign',
      on: {
        'lead.won': 'leader',
        // It may not have been announced to anybody yet.
        'lead.lost': 'catchingUp',
        'log.lost': 'recovering',
        'etcd.stop': 'closing',
      },
    },
    leader: {
      entry: 'beginLead',
      exit: 'endLead',
      initial: 'serving',
      states: { serving: { after: { compaction: { target: 'serving', reenter: true, actions: 'compact' } } } },
      on: {
        'log.lost': 'recovering',
        'leader.transfer': {
          target: 'steppingDown',
          actions: { type: 'bequeath', params: ({ event }) => event.to },
        },
        'etcd.stop': [
          { guard: 'exclusive', target: 'closing' },
          { target: 'steppingDown', actions: 'leave' },
        ],
      },
    },
    /** Answers those who wait, then says in the log that it leads no more: the next one need not wait for the lease. */
    steppingDown: {
      entry: 'resign',
      after: { resigning: [{ guard: 'leaving', target: 'closing' }, { target: 'recovering' }] },
      on: {
        'lead.resigned': [{ guard: 'leaving', target: 'closing' }, { target: 'follower' }],
        'log.lost': [{ guard: 'leaving', target: 'closing' }, { target: 'recovering' }],
        'etcd.stop': { actions: 'leave' },
      },
    },
    /** By `etcd.member.remove`: refuses everything. Started again it is a new member. */
    removed: {
      entry: 'retire',
      on: { 'member.removed': {}, 'etcd.stop': 'closing' },
    },
    closing: {
      entry: 'close',
      on: { 'log.closed': 'closed', 'member.removed': {}, 'etcd.stop': {} },
    },
    closed: { type: 'final' },
    /** Not final: its effect throws, which is how an actor tells its supervisor. */
    failed: {},
  },
  on: {
    'log.failed': { target: '.failed', actions: { type: 'fail', params: ({ event }) => event.fault } },
    'member.removed': '.removed',
    // Known, and late: the state that asked has been left.
    'log.recovered': {},
    'log.lost': {},
    'member.joined': {},
    'leader.silent': {},
    'leader.transfer': {},
    'lead.won': {},
    'lead.lost': {},
    'lead.resigned': {},
  },
});
