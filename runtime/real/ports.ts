import type { Bus, Clock, Logger, Ports, Random } from '../ports.ts';
import { realClock } from './clock.ts';
import { realLocalBus } from './local-bus.ts';
import { type LogLevel, realLogger } from './logger.ts';
import { realRandom } from './random.ts';

export interface RealOptions {
  readonly level?: LogLevel;
  /** Makes random draws repeatable; absent: the system's source. */
  readonly seed?: number;
  /** Absent: the bus of this process. A NATS one comes from `connectBus` of nats-bus.ts. */
  readonly bus?: Bus | ((ports: Omit<Ports, 'bus'>) => Bus);
}

export function realPorts(options: RealOptions = {}): Ports {
  const inside: { clock: Clock; random: Random; logger: Logger } = {
    clock: realClock,
    random: realRandom(options.seed),
    logger: realLogger(options.level),
  };
  const make = options.bus ?? realLocalBus;
  return { ...inside, bus: typeof make === 'function' ? make(inside) : make };
}
