//! DaemonSets (pkg/apis/apps/validation).
import { invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type JsonObject, objectOf } from '../../json.ts';
import { type Errors, emptySelector, immutable, nonNegative, specOf } from '../check.ts';
import { podTemplate } from '../pod.ts';
import { amount, atMostAll, isNone } from './amount.ts';
import { strategyShown } from './deployment.ts';
import { lasting, matching, selector } from './selector.ts';

export function daemonSet(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  if (old !== undefined) immutable(errors, 'spec.selector', spec['selector'], specOf(old)['selector']);
  const given = spec['selector'];
  if (selector(errors, given, 'daemonset', true)) matching(errors, 'spec', spec, true);
  if (isObject(given) && emptySelector(given)) {
    errors.push(invalid('spec.selector', given, 'empty selector is invalid for daemonset'));
  }
  podTemplate(errors, 'spec.template', objectOf(spec['template']));
  lasting(errors, spec, 'DaemonSet');
  nonNegative(errors, 'spec.minReadySeconds', spec['minReadySeconds']);
  strategy(errors, objectOf(spec['updateStrategy']));
  nonNegative(errors, 'spec.revisionHistoryLimit', spec['revisionHistoryLimit']);
}
function strategy(errors: Errors, given: JsonObject): void {
  if (given['type'] === 'OnDelete') return;
  if (given['type'] !== 'RollingUpdate') {
    errors.push(notSupported('spec.updateStrategy', strategyShown(given), ['RollingUpdate', 'OnDelete']));
    return;
  }
  const at = 'spec.updateStrategy.rollingUpdate';
  const rolling = given['rollingUpdate'];
  if (!isObject(rolling)) {
    errors.push(required(at));
    return;
  }
  const both = ['maxUnavailable', 'maxSurge'] as const;
  for (const field of both) amount(errors, `${at}.${field}`, rolling[field]);
  for (const field of both) atMostAll(errors, `${at}.${field}`, rolling[field]);
  const [none, noSurge] = both.map((field) => isNone(rolling[field]));
  if (none && noSurge) errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  else if (!none && !noSurge) {
    const detail = 'may not be set when maxUnavailable is non-zero';
    errors.push(invalid(`${at}.maxSurge`, rolling['maxSurge'], detail));
  }
}
