//! Which nodes (core/validation ValidateNodeSelector).
import { forbidden, invalid, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, textOf } from '../../json.ts';
import { dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { type Errors, name } from '../check.ts';

export function nodeSelector(errors: Errors, at: string, selector: JsonObject): void {
  const terms = listOf(selector['nodeSelectorTerms']);
  const path = `${at}.nodeSelectorTerms`;
  if (terms.length === 0) errors.push(required(path, 'must have at least one node selector term'));
  terms.forEach((term, i) => {
    listOf(get(term, 'matchExpressions')).forEach((item, j) => {
      requirement(errors, `${path}[${i}].matchExpressions[${j}]`, item, false);
    });
    listOf(get(term, 'matchFields')).forEach((item, j) => {
      requirement(errors, `${path}[${i}].matchFields[${j}]`, item, true);
    });
  });
}
function requirement(errors: Errors, at: string, item: Json, field: boolean): void {
  const [operator, key] = [textOf(get(item, 'operator')), textOf(get(item, 'key'))];
  const values = listOf(get(item, 'values'));
  if (field) {
    if (operator !== 'In' && operator !== 'NotIn')
      errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
    else if (values.length !== 1)
      errors.push(
        required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
      );
    if (key !== 'metadata.name') errors.push(invalid(`${at}.key`, key, 'not a valid field selector key'));
    else values.forEach((value, k) => void name(errors, `${at}.values[${k}]`, value, dns1123Subdomain));
    return;
  }
  switch (operator) {
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
      errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
  }
  name(errors, `${at}.key`, key, qualifiedName);
  values.forEach((value, k) => void name(errors, `${at}.values[${k}]`, value, labelValue));
}
