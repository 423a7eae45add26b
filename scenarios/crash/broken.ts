//! Stores that are wrong on purpose, so that the checks can be seen to notice. Each wraps the real one from outside.
import { ok } from '../../runtime/fault.ts';
import type { Log, Message } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { SharedLog } from '../../runtime/sim/shared-log.ts';
import type { World } from '../../runtime/sim/world.ts';
import type { MembersOptions } from './members-run.ts';
import type { RunOptions } from './simulation.ts';

type Fault = Pick<RunOptions, 'log' | 'front'>;
type Front = NonNullable<Fault['front']>;

/** Between clients and etcd: sees each request, answers it itself or lets it pass. */
function front(handle: (world: World, forward: Forward) => (request: Asked, reply: Reply) => void): Front {
  return (world, etcd) => {
    const subject = `${etcd}.front`;
    const act = handle(world, (request, reply) => {
      world.bus.request(etcd, request as unknown as Message, 10_000, (result) => {
        if (result.ok) reply(result.value);
        else if (result.fault.reason !== 'Timeout') reply({ type: 'fault', fault: result.fault } as Message);
      });
    });
    world.bus.subscribe(subject, ({ message, reply }) => act(message as unknown as Asked, (answer) => reply?.(answer)));
    return subject;
  };
}
interface Asked {
  readonly type: string;
  readonly id?: string;
  readonly key?: string;
}
type Reply = (answer: Message) => void;
type Forward = (request: Asked, reply: Reply) => void;

export const BROKEN: Readonly<Record<string, Fault>> = {
  'acknowledges before the append is durable': {
    log: (log, world) => ({
      recover: (into) => log.recover(into),
      append: (records, expected, done) => {
        log.append(records, expected, () => {});
        world.clock.setTimeout(() => done(ok(expected + records.length)), 0);
      },
      snapshot: (state, upTo, done) => log.snapshot(state, upTo, done),
      close: (done) => log.close(done),
    }),
  },
  'forgets the last records when it recovers': {
    log: (log, world) => forgetful(log, world),
  },
  'takes a retry for a new request': {
    front: front((_, forward) => {
      let serial = 0;
      return (request, reply) => forward(request.id ? { ...request, id: `anew-${++serial}` } : request, reply);
    }),
  },
  'answers reads from what it read a while ago': {
    front: front((world, forward) => {
      const kept = new Map<string, { readonly at: number; readonly answer: Message }>();
      return (request, reply) => {
        const before = request.type === 'etcd.range' ? kept.get(request.key ?? '') : undefined;
        if (before !== undefined && world.clock.now() - before.at < 30) return reply(before.answer);
        forward(request, (answer) => {
          if (request.type === 'etcd.range') kept.set(request.key ?? '', { at: world.clock.now(), answer });
          reply(answer);
        });
      };
    }),
  },
  'says that it refused what it may have done': {
    front: front((world, forward) => {
      const luck = world.random.fork('refusals');
      return (request, reply) =>
        forward(request, (answer) => {
          const fault = { reason: 'Invalid', message: 'it did not happen' };
          reply(integer(luck, 20) === 0 ? ({ type: 'fault', fault } as Message) : answer);
        });
    }),
  },
};

class Unfenced extends SharedLog {
  override append(...[records, , by, epoch]: Parameters<SharedLog['append']>): ReturnType<SharedLog['append']> {
    return super.append(records, this.last, by, epoch);
  }
}
/** Members that are wrong on purpose. */
export const BROKEN_MEMBERS: Readonly<Record<string, () => Partial<MembersOptions>>> = {
  'take what they know themselves for the newest': () => ({
    front: front((_, forward) => (request, reply) => {
      forward(request.type === 'etcd.range' ? ({ ...request, serializable: true } as Asked) : request, reply);
    }),
  }),
  'write a log that takes the append of a deposed leader': () => ({ log: (options) => new Unfenced(options) }),
};

/** Of each world: the records that its log does not hand out any more. */
const forgotten = new WeakMap<World, Set<number>>();
/** Hands out all records but the last two, and goes on from there, then and ever after. */
function forgetful(log: Log, world: World): Log {
  const lost = forgotten.get(world) ?? new Set();
  forgotten.set(world, lost);
  return {
    recover: (into) => {
      const held: (readonly [number, Uint8Array])[] = [];
      let handed = 0;
      log.recover({
        snapshot: (state, upTo) => into.snapshot(state, upTo),
        record: (sequence, record) => {
          if (!lost.has(sequence)) held.push([sequence, record]);
          if (held.length > 2) into.record(++handed, held.shift()![1]);
        },
        done: (result) => {
          for (const [sequence] of held) lost.add(sequence);
          into.done(result.ok ? ok(result.value - lost.size) : result);
        },
      });
    },
    append: (records, expected, done) =>
      log.append(records, expected + lost.size, (result) => done(result.ok ? ok(result.value - lost.size) : result)),
    // Records only: a snapshot would remember what it forgets.
    snapshot: (_, upTo, done) => void world.clock.setTimeout(() => done(ok(upTo)), 0),
    close: (done) => log.close(done),
  };
}
