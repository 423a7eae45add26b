//! Events, of both groups (core/validation/events.go): the words are always those of the core group's fields.
import { invalid, required } from '../field-error.ts';
import { shownAs } from '../go-struct.ts';
import { get, isObject, type Json, type JsonObject, numberOf, semanticEqual, textOf } from '../json.ts';
import { dns1123Subdomain, qualifiedName } from '../names.ts';
import { type Errors, IMMUTABLE, isNull, name } from './check.ts';

const SHORT_MAX = 128;
const NOTE_MAX = 1024;
const ELSEWHERE = 'does not match event.namespace';
const UNSET = 'needs to be unset';

/** The core group's names of what the other group calls otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  count: 'deprecatedCount',
  firstTimestamp: 'deprecatedFirstTimestamp',
  involvedObject: 'regarding',
  lastTimestamp: 'deprecatedLastTimestamp',
  message: 'note',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
};
const asCore = (event: JsonObject): JsonObject => {
  const core: JsonObject = { ...event };
  for (const [own, other] of Object.entries(NAMES)) if (event[other] !== undefined) core[own] = event[other];
  return core;
};

/** Of the core group: nothing more, so that old clients can go on. */
export const coreEvent = (errors: Errors, object: JsonObject): void => legacy(errors, object);
export function event(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const given = asCore(object);
  legacy(errors, given);
  if (old !== undefined) return update(errors, given, asCore(old));
  series(errors, given);
  if (isNull(given['eventTime'])) errors.push(required('eventTime'));
  const type = textOf(given['type']);
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${type}`));
  for (const field of ['firstTimestamp', 'lastTimestamp'])
    if (!isNull(given[field])) errors.push(invalid(field, '', UNSET));
  if (numberOf(given['count']) !== 0) errors.push(invalid('count', '', UNSET));
  if (['component', 'host'].some((field) => textOf(get(given, 'source', field)) !== ''))
    errors.push(invalid('source', '', UNSET));
}
function legacy(errors: Errors, event: JsonObject): void {
  const own = textOf(get(event, 'metadata', 'namespace'));
  const theirs = textOf(get(event, 'involvedObject', 'namespace'));
  const elsewhere = (): void => void errors.push(invalid('involvedObject.namespace', theirs, ELSEWHERE));
  if (isNull(event['eventTime'])) {
    if (theirs === '' ? own !== '' && own !== 'default' : own !== theirs) elsewhere();
  } else {
    if (theirs === '' && own !== 'default' && own !== 'kube-system') elsewhere();
    const controller = textOf(event['reportingComponent']);
    if (controller === '') errors.push(required('reportingController'));
    name(errors, 'reportingController', controller, qualifiedName);
    for (const field of ['reportingInstance', 'action', 'reason']) {
      const text = textOf(event[field]);
      if (text === '') errors.push(required(field));
      if (Buffer.byteLength(text) > SHORT_MAX)
        errors.push(invalid(field, '', `can have at most ${SHORT_MAX} characters`));
    }
    if (Buffer.byteLength(textOf(event['message'])) > NOTE_MAX)
      errors.push(invalid('message', '', `can have at most ${NOTE_MAX} characters`));
  }
  name(errors, 'namespace', own, dns1123Subdomain);
}
function series(errors: Errors, event: JsonObject): void {
  const given = event['series'];
  if (!isObject(given)) return;
  if (numberOf(given['count']) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (isNull(given['lastObservedTime'])) errors.push(required('series.lastObservedTime'));
}

/** `reason` twice, as Kubernetes has it. */
const FIXED: readonly (readonly [field: string, at?: string])[] = [
  ['involvedObject'],
  ['reason'],
  ['message'],
  ['source'],
  ['firstTimestamp'],
  ['lastTimestamp'],
  ['count'],
  ['reason'],
  ['type'],
  ['eventTime'],
  ['action'],
  ['related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance'],
];
const STRUCTS: Readonly<Record<string, string>> = {
  involvedObject: 'ObjectReference',
  related: 'ObjectReference',
  source: 'EventSource',
};
function update(errors: Errors, event: JsonObject, old: JsonObject): void {
  if (!semanticEqual(event['series'], old['series'])) series(errors, event);
  for (const [field, at = field] of FIXED) {
    const value: Json | undefined = event[field];
    if (semanticEqual(value, old[field])) continue;
    const zero = field === 'count' ? 0 : /(Time|stamp)$/.test(field) ? null : '';
    const error = invalid(at, value ?? zero, IMMUTABLE);
    const type = STRUCTS[field];
    const shown = type === undefined || (field === 'related' && isNull(value)) ? undefined : shownAs(type, value);
    errors.push(shown === undefined ? error : { ...error, shown });
  }
}
