import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks again and again until `look` neither throws nor gives undefined or false; fails with what it saw last.
 * Deadlines are generous: they end a hang, they do not measure.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  let seen: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
      seen = value;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${options.timeoutMs ?? 30_000} ms; last: ${said(seen)}`, { cause: seen });
    await sleep(options.everyMs ?? 100);
  }
}

const said = (seen: unknown): string => (seen instanceof Error ? seen.message : String(seen));
