//! Cron jobs (pkg/apis/batch/validation).
import { invalid, notSupported, required } from '../../field-error.ts';
import { get, type JsonObject, objectOf, textOf } from '../../json.ts';
import { type Errors, nonNegative, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { cronProblem } from './cron.ts';
import { jobSpec } from './job-spec.ts';
import { timeZone } from './time-zone.ts';

/** The controller appends eleven characters to make a Job's name of at most 63. */
const NAME_MAX = 52;
const POLICIES = ['Allow', 'Forbid', 'Replace'];

export function cronJob(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const before = old && specOf(old);
  const text = textOf(spec['schedule']);
  if (text === '') errors.push(required('spec.schedule'));
  else schedule(errors, 'spec.schedule', text, textOf(before?.['schedule']).includes('TZ'), !isNull(spec['timeZone']));
  nonNegative(errors, 'spec.startingDeadlineSeconds', spec['startingDeadlineSeconds']);
  if (before === undefined || (before['timeZone'] ?? null) !== (spec['timeZone'] ?? null))
    timeZone(errors, 'spec.timeZone', spec['timeZone']);
  const policy = textOf(spec['concurrencyPolicy']);
  if (policy === '') errors.push(required('spec.concurrencyPolicy'));
  else if (!POLICIES.includes(policy)) errors.push(notSupported('spec.concurrencyPolicy', policy, POLICIES));
  const at = 'spec.jobTemplate.spec';
  const template = objectOf(get(spec, 'jobTemplate', 'spec'));
  jobSpec(errors, at, template);
  if (!isNull(template['selector']))
    errors.push(invalid(`${at}.selector`, template['selector'], '`selector` will be auto-generated'));
  if (template['manualSelector'] === true) errors.push(notSupported(`${at}.manualSelector`, true, ['nil', 'false']));
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
    nonNegative(errors, `spec.${field}`, spec[field]);
  const own = textOf(get(object, 'metadata', 'name'));
  if (old === undefined && own.length > NAME_MAX)
    errors.push(invalid('metadata.name', own, `must be no more than ${NAME_MAX} characters`));
}
/** `zoned`: it named a zone before, when that was allowed. */
function schedule(errors: Errors, path: string, text: string, zoned: boolean, alsoZone: boolean): void {
  const say = (detail: string): void => void errors.push(invalid(path, text, detail));
  const problem = cronProblem(text);
  if (problem !== undefined) say(problem);
  if (!text.includes('TZ')) return;
  if (!zoned) say('cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  else if (alsoZone) say('cannot use both timeZone field and TZ or CRON_TZ in schedule');
}
