import { control, traceAll } from '../../../runtime/address.ts';
import type { Bus, Clock, Stop } from '../../../runtime/ports.ts';
import type { TraceRecord } from '../../../runtime/trace.ts';
import { patternOf, type TraceBatch } from '../../../runtime/trace-agent.ts';

const TTL_MS = 15_000;
const RENEW_MS = 5_000;

/** Asks every host for records of the actors that fit, and renews until stopped. */
export function follow(
  bus: Bus,
  clock: Clock,
  cluster: string,
  id: string,
  pattern: string,
  show: (record: TraceRecord) => void,
): Stop {
  const wanted = patternOf(pattern); // others may have asked for more
  const stop = bus.subscribe(traceAll(cluster), ({ message }) => {
    for (const record of (message as TraceBatch).records) if (wanted.test(record.actor)) show(record);
  });
  let timer: unknown;
  const renew = (): void => {
    bus.publish(control(cluster), { type: 'trace.start', id, pattern, ttlMs: TTL_MS } as { type: string });
    timer = clock.setTimeout(renew, RENEW_MS);
  };
  renew();
  return () => {
    clock.clearTimeout(timer);
    bus.publish(control(cluster), { type: 'trace.stop', id } as { type: string });
    stop();
  };
}
