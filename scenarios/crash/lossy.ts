//! A network worse than the bus: requests and answers get lost, requests arrive twice, the second time much later.
import type { Message } from '../../runtime/ports.ts';
import type { World } from '../../runtime/sim/world.ts';

export interface LossyOptions {
  /** Of all requests, and of all answers. */
  readonly lost: number;
  /**
   * Of all requests that were answered: those that arrive a second time, up to `lateMs` later. None does after a
   * refusal (at most once is what the bus promises, and clients build on it), nor in another `life` of who is asked:
   * what a txn that changed nothing was told is forgotten by then, and no client asks again after its answer.
   */
  readonly twice: number;
  readonly life: () => unknown;
  readonly lateMs: number;
}

/** Returns the subject to ask instead of `to`. */
export function lossy(world: World, to: string, options: LossyOptions): string {
  const subject = `${to}.lossy`;
  const luck = world.random.fork(subject);
  const unlucky = (rate: number): boolean => luck.float() < rate;
  world.bus.subscribe(subject, ({ message, reply }) => {
    if (unlucky(options.lost)) return;
    const life = options.life();
    world.bus.request(to, message, 10_000, (result) => {
      if (result.ok && unlucky(options.twice)) {
        const again = (): void => {
          if (life === options.life()) world.bus.request(to, message, 10_000, () => {});
        };
        world.clock.setTimeout(again, luck.float() * options.lateMs);
      }
      if (!unlucky(options.lost))
        reply?.(result.ok ? result.value : ({ type: 'fault', fault: result.fault } as Message));
    });
  });
  return subject;
}
