//! Files that options name.
import { readFileSync } from 'node:fs';
import { Refusal } from './refusal.ts';

/** Its text, or a Refusal that names the option. */
export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`${option} ${path}: ${(error as Error).message}`);
  }
}
