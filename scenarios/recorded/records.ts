//! What another API server answered, kept beside this file: one line a case, one file a kind.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, Outcome } from './subject.ts';

export type Recorded = Case & Outcome;
const FOLDER = join(import.meta.dirname, 'answers');
const fileOf = (kind: string): string => join(FOLDER, `${kind.replaceAll('/', '_')}.jsonl`);

export function keep(kind: string, recorded: readonly Recorded[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(kind), recorded.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
export const kept = (): readonly string[] =>
  (existsSync(FOLDER) ? readdirSync(FOLDER) : []).map((file) => file.slice(0, -6).replaceAll('_', '/'));
export const recordedOf = (kind: string): readonly Recorded[] =>
  readFileSync(fileOf(kind), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);
