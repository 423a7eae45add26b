//! `--scheduler-config`: a KubeSchedulerConfiguration from a file, or why it is none.
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { checkConfiguration } from '../../scheduler/config/check.ts';
import type { SchedulerConfiguration } from '../../scheduler/config/configuration.ts';
import { Refusal } from './refusal.ts';

export function readSchedulerFile(path: string | undefined): SchedulerConfiguration | undefined {
  if (path === undefined) return undefined;
  const document = parseDocument(read(path), { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw new Refusal(`--scheduler-config ${path}: ${error.message}`);
  const checked = checkConfiguration(document.toJS());
  if (checked.ok) return checked.configuration;
  const [first, ...more] = checked.errors;
  const sentence = more.length === 0 ? first : `[${checked.errors.join(', ')}]`;
  throw new Refusal(`--scheduler-config ${path}: ${sentence}`);
}
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`--scheduler-config ${path}: ${(error as Error).message}`);
  }
}
