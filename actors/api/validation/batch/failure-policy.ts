//! What a failed pod means to its Job (pkg/apis/batch/validation).
import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { qualifiedName } from '../../names.ts';
import { type Errors, name } from '../check.ts';
import { isNull } from '../service/fields.ts';

const MAX = { rules: 20, values: 255, patterns: 20 } as const;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const listed = (words: readonly string[]): string =>
  `valid values: [${words.map((word) => JSON.stringify(word)).join(' ')}]`;

function word(errors: Errors, path: string, value: Json | undefined, words: readonly string[]): void {
  const text = textOf(value);
  if (text === '') errors.push(required(path, listed(words)));
  else if (!words.includes(text)) errors.push(notSupported(path, text, words));
}
export function podFailurePolicy(errors: Errors, at: string, spec: JsonObject): void {
  const rules = listOf(get(spec, 'podFailurePolicy', 'rules'));
  if (rules.length > MAX.rules) errors.push(tooMany(`${at}.rules`, rules.length, MAX.rules));
  const pod = get(spec, 'template', 'spec');
  const containers = ['containers', 'initContainers'].flatMap((list) =>
    listOf(get(pod, list)).map((one) => textOf(get(one, 'name'))),
  );
  rules.forEach((item, i) => {
    rule(errors, `${at}.rules[${i}]`, objectOf(item), containers, !isNull(spec['backoffLimitPerIndex']));
  });
}
function rule(errors: Errors, at: string, given: JsonObject, containers: readonly string[], perIndex: boolean): void {
  const action = textOf(given['action']);
  if (action !== 'FailIndex') word(errors, `${at}.action`, action, ACTIONS);
  else if (!perIndex) errors.push(invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  const codes = given['onExitCodes'];
  const patterns = listOf(given['onPodConditions']);
  if (isObject(codes)) exitCodes(errors, `${at}.onExitCodes`, codes, containers);
  if (patterns.length > MAX.patterns) errors.push(tooMany(`${at}.onPodConditions`, patterns.length, MAX.patterns));
  patterns.forEach((pattern, i) => {
    const here = `${at}.onPodConditions[${i}]`;
    name(errors, `${here}.type`, textOf(get(pattern, 'type')), qualifiedName);
    word(errors, `${here}.status`, get(pattern, 'status'), STATUSES);
  });
  const say = (detail: string): void =>
    void errors.push({ type: 'Invalid', field: at, detail: `specifying ${detail}`, valueOmitted: true });
  if (isObject(codes) && patterns.length > 0) say('both OnExitCodes and OnPodConditions is not supported');
  if (!isObject(codes) && patterns.length === 0) say('one of OnExitCodes and OnPodConditions is required');
}
function exitCodes(errors: Errors, at: string, given: JsonObject, containers: readonly string[]): void {
  word(errors, `${at}.operator`, given['operator'], OPERATORS);
  const container = given['containerName'];
  if (typeof container === 'string' && !containers.includes(container)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${at}.containerName`, container, detail));
  }
  const values = listOf(given['values']).map((value) => numberOf(value));
  const path = `${at}.values`;
  if (values.length === 0) errors.push(invalid(path, given['values'] ?? null, 'at least one value is required'));
  else if (values.length > MAX.values) errors.push(tooMany(path, values.length, MAX.values));
  const seen = new Set<number>();
  values.forEach((value, i) => {
    if (given['operator'] === 'In' && value === 0)
      errors.push(invalid(`${path}[${i}]`, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(`${path}[${i}]`, value));
    seen.add(value);
  });
  if (values.some((value, i) => i > 0 && values[i - 1]! > value)) errors.push(invalid(path, values, 'must be ordered'));
}
