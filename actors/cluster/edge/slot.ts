//! The range of addresses that a cluster's stored objects were made for, kept in its data directory: a restored one,
//! or one on a machine that was started again, asks for the same.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'network.json';

export function keptSlot(dataDir: string): number | undefined {
  try {
    const { slot } = JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')) as { slot?: unknown };
    return Number.isInteger(slot) ? (slot as number) : undefined;
  } catch {
    return undefined; // not kept yet, or torn by a crash of the machine: any will do
  }
}
export function keepSlot(dataDir: string, slot: number): void {
  const path = join(dataDir, FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify({ slot })}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
