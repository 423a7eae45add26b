//! Which nodes: the terms of node selectors, tolerations of taints.
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { type Errors, isNull, name } from '../check.ts';

/** ValidateNodeSelector. `lenient`: what is no label's value may stay. */
export function nodeSelector(errors: Errors, path: string, selector: JsonObject, lenient = false): void {
  const at = `${path}.nodeSelectorTerms`;
  const terms = listOf(selector['nodeSelectorTerms']);
  if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
  terms.forEach((term, i) => {
    nodeSelectorTerm(errors, `${at}[${i}]`, objectOf(term), lenient);
  });
}
export function nodeSelectorTerm(errors: Errors, path: string, term: JsonObject, lenient: boolean): void {
  listOf(term['matchExpressions']).forEach((item, i) => {
    expression(errors, `${path}.matchExpressions[${i}]`, objectOf(item), lenient);
  });
  listOf(term['matchFields']).forEach((item, i) => {
    fieldExpression(errors, `${path}.matchFields[${i}]`, objectOf(item));
  });
}
function expression(errors: Errors, at: string, given: JsonObject, lenient: boolean): void {
  const values = listOf(given['values']);
  switch (given['operator']) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        errors.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1)
        errors.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(`${at}.operator`, textOf(given['operator']), 'not a valid selector operator'));
  }
  name(errors, `${at}.key`, textOf(given['key']), qualifiedName);
  if (lenient) return;
  values.forEach((value, i) => {
    name(errors, `${at}.values[${i}]`, value, labelValue);
  });
}
function fieldExpression(errors: Errors, at: string, given: JsonObject): void {
  const values = listOf(given['values']);
  const operator = textOf(given['operator']);
  if (operator !== 'In' && operator !== 'NotIn')
    errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
  else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(`${at}.values`, detail));
  }
  const key = textOf(given['key']);
  if (key !== 'metadata.name') errors.push(invalid(`${at}.key`, key, 'not a valid field selector key'));
  else
    values.forEach((value, i) => {
      name(errors, `${at}.values[${i}]`, value, dns1123Subdomain);
    });
}
/** What is no label's value may stay in what had one (helper.HasInvalidLabelValueInNodeSelectorTerms). */
export const hasOddValues = (selector: Json | undefined): boolean =>
  listOf(get(selector, 'nodeSelectorTerms')).some((term) =>
    listOf(get(term, 'matchExpressions')).some((item) =>
      listOf(get(item, 'values')).some((value) => labelValue(textOf(value)).length > 0),
    ),
  );

export const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
/** Lt and Gt are behind the gate TaintTolerationComparisonOperators, which is off. */
const COMPARISONS = ['Equal', 'Exists', 'Lt', 'Gt'];

/** ValidateTolerations */
export function tolerations(errors: Errors, path: string, list: readonly Json[]): void {
  list.forEach((item, i) => {
    toleration(errors, `${path}[${i}]`, objectOf(item));
  });
}
function toleration(errors: Errors, at: string, given: JsonObject): void {
  const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map((field) =>
    textOf(given[field]),
  ) as [string, string, string, string];
  if (key !== '') name(errors, `${at}.key`, key, qualifiedName);
  else if (operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${at}.operator`, operator, detail));
  }
  if (!isNull(given['tolerationSeconds']) && effect !== 'NoExecute')
    errors.push(invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (operator === 'Equal' || operator === '') {
    const odd = labelValue(value);
    if (odd.length > 0) errors.push(invalid(`${at}.operator`, value, odd.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else {
    const supported = COMPARISONS.includes(operator) ? COMPARISONS : COMPARISONS.slice(0, 2);
    errors.push(notSupported(`${at}.operator`, operator, supported));
  }
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
}
