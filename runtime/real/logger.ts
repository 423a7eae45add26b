import { createRequire } from 'node:module';
import type { Logger } from '../ports.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
const SEVERITY: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Number.POSITIVE_INFINITY,
};

/**
 * JSON lines on stderr (or `file`), by pino. pino costs 30 ms to load, which a boot that says nothing need not pay:
 * it comes with the first line that is written.
 */
export function realLogger(level: LogLevel = 'warn', file?: string): Logger {
  let root: Logger | undefined;
  const open = (): Logger => {
    if (root === undefined) {
      const pino = createRequire(import.meta.url)('pino') as typeof import('pino').pino;
      root = pino({ level, base: null }, pino.destination({ dest: file ?? 2, sync: true })) as Logger;
    }
    return root;
  };
  return new LazyLogger(SEVERITY[level], open);
}

class LazyLogger implements Logger {
  readonly #least: number;
  readonly #open: () => Logger;
  #opened: Logger | undefined;
  constructor(least: number, open: () => Logger) {
    this.#least = least;
    this.#open = open;
  }
  debug(fields: object, message: string): void {
    if (this.#least <= SEVERITY.debug) this.#logger().debug(fields, message);
  }
  info(fields: object, message: string): void {
    if (this.#least <= SEVERITY.info) this.#logger().info(fields, message);
  }
  warn(fields: object, message: string): void {
    if (this.#least <= SEVERITY.warn) this.#logger().warn(fields, message);
  }
  error(fields: object, message: string): void {
    if (this.#least <= SEVERITY.error) this.#logger().error(fields, message);
  }
  child(fields: object): Logger {
    return new LazyLogger(this.#least, () => this.#logger().child(fields));
  }
  #logger(): Logger {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}
