//! How a Job's status may change: whoever manages it, it ends once (pkg/apis/batch/validation ValidateJobStatusUpdate,
//! pkg/registry/batch/job getStatusValidationOptions: what did not change may be as wrong as it was).
import { duplicate, invalid, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, numberOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { parseTime } from '../../time.ts';
import { type Errors, nonNegative, specOf } from '../check.ts';
import { isTrue } from '../conditions.ts';
import { isNull } from '../service/fields.ts';
import { countOf, overlap } from './indexes.ts';
import { isIndexed } from './job-spec.ts';

export function jobStatus(errors: Errors, object: JsonObject, oldObject: JsonObject): void {
  const [status, old] = [objectOf(object['status']), objectOf(oldObject['status'])];
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'])
    nonNegative(errors, `status.${field}`, status[field]);
  uncounted(errors, objectOf(status['uncountedTerminatedPods']));
  const change = new Change(status, old);
  ends(errors, change);
  counts(errors, change);
  indexes(errors, change, specOf(object));
  decided(errors, change, specOf(object));
  moves(errors, change, specOf(object));
}
/** What is, what was, and whether they differ. */
class Change {
  readonly status: JsonObject;
  readonly old: JsonObject;
  constructor(status: JsonObject, old: JsonObject) {
    this.status = status;
    this.old = old;
  }
  is = (type: string): boolean => isTrue(this.status['conditions'], type);
  was = (type: string): boolean => isTrue(this.old['conditions'], type);
  turned = (...types: readonly string[]): boolean => types.some((type) => this.is(type) !== this.was(type));
  differs = (...fields: readonly string[]): boolean =>
    fields.some((field) => !semanticEqual(this.status[field], this.old[field]));
  get finished(): boolean {
    return this.is('Complete') || this.is('Failed');
  }
  get finishedNow(): boolean {
    return this.finished !== (this.was('Complete') || this.was('Failed'));
  }
}
const condition = (errors: Errors, detail: string): void =>
  void errors.push({ type: 'Invalid', field: 'status.conditions', detail, valueOmitted: true });

function uncounted(errors: Errors, pods: JsonObject): void {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'])
    listOf(pods[list]).forEach((item, i) => {
      const [uid, at] = [textOf(item), `status.uncountedTerminatedPods.${list}[${i}]`];
      if (uid === '') errors.push(invalid(at, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(at, uid));
      seen.add(uid);
    });
}
function ends(errors: Errors, { status, is, turned, differs }: Change): void {
  const [start, end] = [status['startTime'], status['completionTime']];
  const path = 'status.completionTime';
  if (turned('Complete', 'Failed') && is('Complete') && is('Failed'))
    condition(errors, 'cannot set Complete=True and Failed=true conditions');
  if (turned('Complete', 'FailureTarget') && is('Complete') && is('FailureTarget'))
    condition(errors, 'cannot set Complete=True and FailureTarget=true conditions');
  if (turned('Complete') || differs('completionTime')) {
    if (!isNull(end) && !is('Complete'))
      errors.push(invalid(path, end, 'cannot set completionTime when there is no Complete=True condition'));
    if (isNull(end) && is('Complete')) errors.push(required(path, 'completionTime is required for Complete jobs'));
  }
  if (differs('startTime', 'completionTime') && isBefore(end, start))
    errors.push(invalid(path, end, 'completionTime cannot be set before startTime'));
  if (turned('Failed', 'FailureTarget') && is('Failed') && !is('FailureTarget'))
    condition(errors, 'cannot set Failed=True condition without the FailureTarget=true condition');
  if (turned('Complete', 'SuccessCriteriaMet') && is('Complete') && !is('SuccessCriteriaMet'))
    condition(errors, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
}
const isBefore = (a: Json | undefined, b: Json | undefined): boolean => {
  const [left, right] = [parseTime(a), parseTime(b)];
  return left !== undefined && right !== undefined && left < right;
};
function counts(errors: Errors, change: Change): void {
  const { status, finished, finishedNow } = change;
  const active = numberOf(status['active']);
  if ((finishedNow || change.differs('active')) && active > 0 && finished)
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  if ((finishedNow || change.differs('startTime')) && isNull(status['startTime']) && finished)
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  const pods = objectOf(status['uncountedTerminatedPods']);
  const some = listOf(pods['failed']).length + listOf(pods['succeeded']).length > 0;
  if ((finishedNow || change.differs('uncountedTerminatedPods')) && finished && some) {
    const shown = { Succeeded: pods['succeeded'] ?? null, Failed: pods['failed'] ?? null };
    const detail = 'uncountedTerminatedPods needs to be empty for finished job';
    errors.push(invalid('status.uncountedTerminatedPods', shown, detail));
  }
}
function indexes(errors: Errors, change: Change, spec: JsonObject): void {
  const [completed, failed] = [textOf(change.status['completedIndexes']), change.status['failedIndexes']];
  const [changed, failedChanged] = [change.differs('completedIndexes'), change.differs('failedIndexes')];
  const completions = spec['completions'];
  const readable = (field: string, text: string): void => {
    const { fault } = countOf(text, numberOf(completions));
    if (fault !== undefined) errors.push(invalid(`status.${field}`, text, `error parsing ${field}: ${fault}`));
  };
  if (changed && !isNull(completions)) readable('completedIndexes', completed);
  const perIndex = !isNull(spec['backoffLimitPerIndex']);
  if (failedChanged && !isNull(completions) && perIndex && typeof failed === 'string')
    readable('failedIndexes', failed);
  if (changed && completed !== '' && !isIndexed(spec)) {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid('status.completedIndexes', completed, detail));
  }
  if (typeof failed !== 'string') return;
  if (failedChanged && !perIndex) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid('status.failedIndexes', failed, detail));
  }
  if (!(changed || failedChanged) || isNull(completions)) return;
  const both = overlap(completed, failed, numberOf(completions));
  if (both !== undefined) {
    const detail = `failedIndexes and completedIndexes overlap at index: ${both}`;
    errors.push(invalid('status.failedIndexes', failed, detail));
  }
}
function decided(errors: Errors, change: Change, spec: JsonObject): void {
  const { status, is, finished } = change;
  const { terminating, ready } = status;
  if ((change.finishedNow || change.differs('terminating')) && numberOf(terminating) > 0 && finished)
    errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  if (change.differs('ready', 'active') && numberOf(ready) > numberOf(status['active']))
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  const met = is('SuccessCriteriaMet');
  if (met && is('Failed')) condition(errors, 'cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (met && is('FailureTarget'))
    condition(errors, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (isObject(spec['successPolicy']) && !met && is('Complete')) {
    const unless = 'for Job with SuccessPolicy unless SuccessCriteriaMet=True';
    condition(errors, `cannot set Complete=True ${unless}`);
  }
}
function moves(errors: Errors, change: Change, spec: JsonObject): void {
  const { status, old, is, was } = change;
  for (const type of ['Failed', 'Complete', 'FailureTarget'])
    if (was(type) && !is(type)) condition(errors, `cannot disable the terminal ${type}=True condition`);
  const fell = (field: string): void => {
    const value = numberOf(status[field]);
    if (value < numberOf(old[field]))
      errors.push(invalid(`status.${field}`, value, `cannot decrease the ${field} counter`));
  };
  fell('failed');
  // What is to be done may shrink where it is done all at once.
  if (spec['completions'] !== spec['parallelism']) fell('succeeded');
  const end = status['completionTime'];
  if (!isNull(end) && !isNull(old['completionTime']) && end !== old['completionTime'])
    errors.push(invalid('status.completionTime', end, 'completionTime cannot be mutated'));
  if (!isNull(old['startTime']) && old['startTime'] !== status['startTime'] && spec['suspend'] !== true)
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  const [met, wasMet] = [is('SuccessCriteriaMet'), was('SuccessCriteriaMet')];
  if (wasMet && !met) condition(errors, 'cannot disable the SuccessCriteriaMet=True condition');
  if (was('Complete') && !wasMet && met)
    condition(errors, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
}
