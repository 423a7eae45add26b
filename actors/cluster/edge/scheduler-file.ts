//! `--scheduler-config`: a KubeSchedulerConfiguration from a file, or why it is none.
import { parseDocument } from 'yaml';
import { checkConfiguration } from '../../scheduler/config/check.ts';
import type { SchedulerConfiguration } from '../../scheduler/config/configuration.ts';
import { readText } from './file.ts';
import { Refusal } from './refusal.ts';

export function readSchedulerFile(path: string | undefined): SchedulerConfiguration | undefined {
  if (path === undefined) return undefined;
  const document = parseDocument(readText('--scheduler-config', path), { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw new Refusal(`--scheduler-config ${path}: ${error.message}`);
  const checked = checkConfiguration(document.toJS());
  if (checked.ok) return checked.configuration;
  const [first, ...more] = checked.errors;
  const sentence = more.length === 0 ? first : `[${checked.errors.join(', ')}]`;
  throw new Refusal(`--scheduler-config ${path}: ${sentence}`);
}
