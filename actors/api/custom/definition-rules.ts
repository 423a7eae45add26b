//! What a version of a CustomResourceDefinition says beside its schema, and how versions become each other.
import { duplicate, type FieldError, forbidden, invalid, notSupported, required, tooMany } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { stepsOf } from './printer.ts';
import { schemaOf } from './structural.ts';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const SELECTABLE_MAX = 8;

export function versionFaults(version: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const warning = version['deprecationWarning'];
  if (warning !== undefined && version['deprecated'] !== true)
    errors.push(invalid(`${path}.deprecationWarning`, warning, 'can only be set for deprecated versions'));
  columns(errors, listOf(version['additionalPrinterColumns']), `${path}.additionalPrinterColumns`);
  scale(errors, get(version, 'subresources', 'scale'), `${path}.subresources.scale`);
  selectable(errors, version, `${path}.selectableFields`);
  return errors;
}
function columns(errors: FieldError[], list: readonly Json[], path: string): void {
  list.forEach((item, i) => {
    const column = objectOf(item);
    const at = `${path}[${i}]`;
    const words = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (textOf(column['name']) === '') errors.push(required(`${at}.name`));
    const type = textOf(column['type']);
    if (type === '') errors.push(required(`${at}.type`, words));
    else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(`${at}.type`, type, words));
    const format = textOf(column['format']);
    if (format !== '' && !COLUMN_FORMATS.includes(format))
      errors.push(invalid(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
    const where = textOf(column['jsonPath']);
    if (where === '') errors.push(required(`${at}.JSONPath`));
    else if (!where.startsWith('.') && !where.startsWith('{'))
      errors.push(invalid(`${at}.jsonPath`, where, 'must be a simple json path starting with .'));
  });
}
function scale(errors: FieldError[], given: Json | undefined, path: string): void {
  if (!isObject(given)) return;
  const one = (name: string, roots: readonly string[], words: string, needed: boolean): void => {
    const value = textOf(given[name]);
    const steps = stepsOf(value);
    if (value === '') {
      if (needed) errors.push(required(`${path}.${name}`));
    } else if (!value.startsWith('.'))
      errors.push(invalid(`${path}.${name}`, value, 'must be a simple json path starting with .'));
    else if (steps === undefined || steps.some((step) => typeof step === 'number'))
      errors.push(invalid(`${path}.${name}`, value, 'must be a json path in the dot notation'));
    else if (!roots.includes(String(steps[0])) || steps.length < 2)
      errors.push(invalid(`${path}.${name}`, value, words));
  };
  one('specReplicasPath', ['spec'], 'should be a json path under .spec', true);
  one('statusReplicasPath', ['status'], 'should be a json path under .status', true);
  one('labelSelectorPath', ['spec', 'status'], 'should be a json path under either .spec or .status', false);
}
function selectable(errors: FieldError[], version: JsonObject, path: string): void {
  const fields = listOf(version['selectableFields']);
  const seen = new Set<string>();
  for (const [i, item] of fields.entries()) {
    const value = textOf(get(item, 'jsonPath'));
    const at = `${path}[${i}].jsonPath`;
    if (value === '') {
      errors.push(required(at));
      continue;
    }
    const steps = stepsOf(value);
    if (steps?.[0] === 'metadata') errors.push(invalid(at, value, 'must not point to fields in metadata'));
    let schema: JsonObject | undefined = objectOf(get(version, 'schema', 'openAPIV3Schema'));
    for (const step of steps ?? []) schema = schema && schemaOf(schema, String(step));
    if (steps === undefined || schema === undefined)
      errors.push(invalid(at, value, 'is an invalid path: does not refer to a valid field'));
    else if (!['string', 'boolean', 'integer'].includes(textOf(schema['type'])))
      errors.push(
        invalid(
          at,
          value,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    if (seen.has(value)) errors.push(duplicate(at, value));
    seen.add(value);
  }
  if (seen.size > SELECTABLE_MAX) errors.push(tooMany(path, seen.size, SELECTABLE_MAX));
}

export function conversionFaults(conversion: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const strategy = textOf(conversion['strategy']);
  const webhook = conversion['webhook'];
  if (strategy !== 'None' && strategy !== 'Webhook')
    errors.push(notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']));
  if (strategy === 'Webhook') {
    const client = get(webhook, 'clientConfig');
    if (!isObject(client))
      errors.push(required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook'));
    else if ((client['url'] === undefined) === (client['service'] === undefined))
      errors.push(required(`${path}.webhookClientConfig`, 'exactly one of url or service is required'));
    const versions = listOf(get(webhook, 'conversionReviewVersions'));
    if (versions.length === 0) errors.push(required(`${path}.conversionReviewVersions`));
    else if (!versions.includes('v1') && !versions.includes('v1beta1'))
      errors.push(
        invalid(`${path}.conversionReviewVersions`, [...versions], 'must include at least one of v1, v1beta1'),
      );
  } else if (webhook !== undefined)
    errors.push(forbidden(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook'));
  return errors;
}
/** Versions in which objects may lie in etcd are not forgotten. */
export function storedFaults(definition: JsonObject): readonly FieldError[] {
  const names = listOf(get(definition, 'spec', 'versions')).map((version) => textOf(get(version, 'name')));
  return listOf(get(definition, 'status', 'storedVersions')).flatMap((stored, i) =>
    names.includes(textOf(stored))
      ? []
      : [
          invalid(
            `status.storedVersions[${i}]`,
            stored,
            `missing from spec.versions; ${textOf(stored)} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${textOf(stored)} and removes ${textOf(stored)} from status.storedVersions`,
          ),
        ],
  );
}
