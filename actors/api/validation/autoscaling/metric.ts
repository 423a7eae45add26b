//! What an autoscaler looks at (pkg/apis/autoscaling/validation validateMetricSpec).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../../json.ts';
import { dns1123Label, pathSegment } from '../../names.ts';
import { nanosOf } from '../../quantity.ts';
import { type Errors, name } from '../check.ts';
import { containerResourceName } from '../resource-names.ts';
import { isNull } from '../service/fields.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGETS = ['Utilization', 'Value', 'AverageValue'];
export function objectReference(errors: Errors, at: string, ref: JsonObject): void {
  for (const field of ['kind', 'name'])
    if (textOf(ref[field]) === '') errors.push(required(`${at}.${field}`));
    else name(errors, `${at}.${field}`, ref[field], pathSegment);
}
type Check = (errors: Errors, at: string, source: JsonObject) => void;

const identifier: Check = (errors, at, source) => {
  const own = textOf(objectOf(source['metric'])['name']);
  if (own === '') errors.push(required(`${at}.metric.name`, 'must specify a metric name'));
  else name(errors, `${at}.metric.name`, own, pathSegment);
};
const target: Check = (errors, at, source) => {
  const given = objectOf(source['target']);
  const type = textOf(given['type']);
  if (type === '') errors.push(required(`${at}.target.type`, 'must specify a metric target type'));
  if (!TARGETS.includes(type))
    errors.push(invalid(`${at}.target.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'])
    if (!isNull(given[field]) && nanosOf(given[field]) <= 0n)
      errors.push(invalid(`${at}.target.${field}`, given[field], 'must be positive'));
  const utilization = given['averageUtilization'];
  if (typeof utilization === 'number' && utilization < 1)
    errors.push(invalid(`${at}.target.averageUtilization`, utilization, 'must be greater than 0'));
};
const has = (source: JsonObject, field: string): boolean => !isNull(objectOf(source['target'])[field]);
const object: Check = (errors, at, source) => {
  objectReference(errors, `${at}.describedObject`, objectOf(source['describedObject']));
  identifier(errors, at, source);
  target(errors, at, source);
  if (!has(source, 'value') && !has(source, 'averageValue'))
    errors.push(required(`${at}.target.averageValue`, 'must set either a target value or averageValue'));
};
const external: Check = (errors, at, source) => {
  identifier(errors, at, source);
  target(errors, at, source);
  const [value, average] = [has(source, 'value'), has(source, 'averageValue')];
  if (!value && !average)
    errors.push(required(`${at}.target.averageValue`, 'must set either a target value for metric or a per-pod target'));
  if (value && average)
    errors.push(forbidden(`${at}.target.value`, 'may not set both a target value for metric and a per-pod target'));
};
const pods: Check = (errors, at, source) => {
  identifier(errors, at, source);
  target(errors, at, source);
  if (!has(source, 'averageValue'))
    errors.push(required(`${at}.target.averageValue`, 'must specify a positive target averageValue'));
};
const amount: Check = (errors, at, source) => {
  target(errors, at, source);
  const [utilization, value] = [has(source, 'averageUtilization'), has(source, 'averageValue')];
  if (!utilization && !value)
    errors.push(
      required(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization'),
    );
  if (utilization && value)
    errors.push(forbidden(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization'));
};
const resource: Check = (errors, at, source) => {
  if (textOf(source['name']) === '') errors.push(required(`${at}.name`, 'must specify a resource name'));
  amount(errors, at, source);
};
const containerResource: Check = (errors, at, source) => {
  const [own, container] = [textOf(source['name']), textOf(source['container'])];
  if (own === '') errors.push(required(`${at}.name`, 'must specify a resource name'));
  else containerResourceName(errors, `${at}.name`, own);
  if (container === '') errors.push(required(`${at}.container`, 'must specify a container'));
  else name(errors, `${at}.container`, container, dns1123Label);
  amount(errors, at, source);
};
/** In the order in which they are looked at: only the first is. */
const SOURCES: readonly (readonly [type: string, field: string, check: Check])[] = [
  ['Object', 'object', object],
  ['External', 'external', external],
  ['Pods', 'pods', pods],
  ['Resource', 'resource', resource],
  ['ContainerResource', 'containerResource', containerResource],
];

export function metric(errors: Errors, at: string, given: JsonObject): void {
  const type = textOf(given['type']);
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric source type'));
  if (!TYPES.includes(type)) errors.push(notSupported(`${at}.type`, type, TYPES));
  const present = SOURCES.filter(([, field]) => isObject(given[field]));
  const first = present[0];
  if (first !== undefined) first[2](errors, `${at}.${first[1]}`, objectOf(given[first[1]]));
  const expected = SOURCES.find(([one]) => one === type)?.[1];
  if (expected === undefined) errors.push(notSupported(`${at}.type`, type, TYPES));
  else if (!isObject(given[expected]))
    errors.push(required(`${at}.${expected}`, 'must populate information for the given metric source'));
  if (present.length === 1) return;
  for (const [, field] of present)
    if (field !== expected) errors.push(forbidden(`${at}.${field}`, 'must populate the given metric source only'));
}
