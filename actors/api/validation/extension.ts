//! Custom resource definitions and aggregated APIs.

import { checkRules } from '../cel/rules.ts';
import { conversionFaults, storedFaults, versionFaults } from '../custom/definition-rules.ts';
import { schemaFaults } from '../custom/schema-rules.ts';
import { duplicate, invalid, required } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { dns1035Label, dns1123Subdomain } from '../names.ts';
import { type Errors, immutable, name, oneOf, present, specOf } from './check.ts';

export function customResourceDefinition(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const names = objectOf(spec['names']);
  const group = textOf(spec['group']);
  const expected = `${textOf(names['plural'])}.${group}`;
  if (textOf(get(object, 'metadata', 'name')) !== expected) {
    errors.push(invalid('metadata.name', get(object, 'metadata', 'name'), 'must be spec.names.plural+"."+spec.group'));
  }
  if (present(errors, 'spec.group', group)) {
    name(errors, 'spec.group', group, dns1123Subdomain);
    if (!group.includes('.')) errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  oneOf(errors, 'spec.scope', spec['scope'], ['Cluster', 'Namespaced']);
  const versions = listOf(spec['versions']);
  const seen = new Set<Json>();
  let storage = 0;
  versions.forEach((item, i) => {
    const at = `spec.versions[${i}]`;
    const own = get(item, 'name') ?? '';
    name(errors, `${at}.name`, own, dns1035Label);
    if (seen.has(own)) errors.push(duplicate(`${at}.name`, own));
    seen.add(own);
    if (get(item, 'storage') === true) storage++;
    const schema = get(item, 'schema', 'openAPIV3Schema');
    if (!isObject(schema)) {
      errors.push(required(`${at}.schema.openAPIV3Schema`, 'schemas are required'));
    } else {
      const faults = schemaFaults(schema, `${at}.schema.openAPIV3Schema`);
      errors.push(...faults, ...(faults.length > 0 ? [] : checkRules(schema, `${at}.schema.openAPIV3Schema`)));
    }
    errors.push(...versionFaults(objectOf(item), at));
  });
  if (versions.length === 0)
    errors.push(required('spec.versions', 'must have exactly one version marked as storage version'));
  else if (storage !== 1) {
    errors.push(invalid('spec.versions', [...versions], 'must have exactly one version marked as storage version'));
  }
  errors.push(...conversionFaults(objectOf(spec['conversion']), 'spec.conversion'), ...storedFaults(object));
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    if (present(errors, `spec.names.${field}`, names[field])) {
      const value = textOf(names[field]);
      name(
        errors,
        `spec.names.${field}`,
        field.toLowerCase().endsWith('kind') ? value.toLowerCase() : value,
        dns1035Label,
      );
    }
  }
  if (textOf(names['kind']) !== '' && names['kind'] === names['listKind']) {
    errors.push(invalid('spec.names.listKind', names['listKind'], 'kind and listKind may not be the same'));
  }
  if (old === undefined) return;
  const before = specOf(old);
  immutable(errors, 'spec.group', spec['group'], before['group']);
  immutable(errors, 'spec.names.plural', names['plural'], get(before, 'names', 'plural'));
  const established = listOf(get(old, 'status', 'conditions')).some(
    (item) => get(item, 'type') === 'Established' && get(item, 'status') === 'True',
  );
  if (established) {
    immutable(errors, 'spec.scope', spec['scope'], before['scope']);
    immutable(errors, 'spec.names.kind', names['kind'], get(before, 'names', 'kind'));
  }
}
/** kube-aggregator pkg/apis/apiregistration/validation */
export function apiService(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const group = textOf(spec['group']);
  const version = textOf(spec['version']);
  const expected = `${version}.${group}`;
  const own = textOf(get(object, 'metadata', 'name'));
  if (own !== expected)
    errors.push(invalid('metadata.name', own, `must be \`spec.version+"."+spec.group\`: "${expected}"`));
  if (group === '' && version !== 'v1')
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') name(errors, 'spec.group', group, dns1123Subdomain);
  name(errors, 'spec.version', version, dns1035Label);
  positiveUpTo(errors, 'spec.groupPriorityMinimum', spec['groupPriorityMinimum'], 20_000);
  positiveUpTo(errors, 'spec.versionPriority', spec['versionPriority'], 1_000);
  const caBundle = textOf(spec['caBundle']);
  const insecure = spec['insecureSkipTLSVerify'] === true;
  const { service } = spec;
  if (service === undefined || service === null) {
    const bytes = `${Math.floor((caBundle.replace(/=+$/, '').length * 3) / 4)} bytes`;
    if (caBundle !== '') errors.push(invalid('spec.caBundle', bytes, 'local APIServices may not have a caBundle'));
    if (insecure)
      errors.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
    return;
  }
  present(errors, 'spec.service.namespace', get(service, 'namespace'));
  present(errors, 'spec.service.name', get(service, 'name'));
  const port = get(service, 'port');
  if (typeof port === 'number' && (port < 1 || port > 65_535))
    errors.push(invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'));
  if (insecure && caBundle !== '')
    errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
}
function positiveUpTo(errors: Errors, path: string, value: Json | undefined, max: number): void {
  const found = typeof value === 'number' ? value : 0;
  if (found <= 0 || found > max) errors.push(invalid(path, found, `must be positive and less than ${max}`));
}
