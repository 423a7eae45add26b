//! Environment variables, and what fields and resources a pod may tell of itself (ValidateEnv, ValidateEnvFrom).
import { invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, objectOf, textOf } from '../../json.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, envVarName, qualifiedName } from '../../names.ts';
import { nanosOf } from '../../quantity.ts';
import { type Errors, name, present } from '../check.ts';
import { withoutBacksteps } from '../paths.ts';

const ONE_AT_A_TIME = 'may not have more than one field specified at a time';
type Check = (errors: Errors, at: string, ref: JsonObject) => void;

export function environment(errors: Errors, path: string, list: readonly Json[]): void {
  list.forEach((item, i) => {
    const env = objectOf(item);
    const at = `${path}[${i}]`;
    if (present(errors, `${at}.name`, env['name'])) name(errors, `${at}.name`, env['name'], envVarName);
    if (isObject(env['valueFrom'])) valueFrom(errors, `${at}.valueFrom`, env['valueFrom'], textOf(env['value']));
  });
}
const VALUE_SOURCES: Readonly<Record<string, Check>> = {
  fieldRef: (errors, at, ref) => fieldRef(errors, at, ref, ENV_FIELDS),
  resourceFieldRef: (errors, at, ref) => resourceFieldRef(errors, at, ref, false),
  configMapKeyRef: keyOf,
  secretKeyRef: keyOf,
  fileKeyRef,
};
function valueFrom(errors: Errors, at: string, from: JsonObject, value: string): void {
  let sources = 0;
  for (const [source, check] of Object.entries(VALUE_SOURCES)) {
    const ref = from[source];
    if (!isObject(ref)) continue;
    sources++;
    check(errors, `${at}.${source}`, ref);
  }
  const say = (detail: string): void => void errors.push(invalid(at, '', detail));
  if (sources === 0) {
    say('must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  } else if (value !== '') say('may not be specified when `value` is not empty');
  else if (sources > 1) say(ONE_AT_A_TIME);
}
function keyOf(errors: Errors, at: string, ref: JsonObject): void {
  name(errors, `${at}.name`, textOf(ref['name']), dns1123Subdomain);
  if (present(errors, `${at}.key`, ref['key'])) name(errors, `${at}.key`, ref['key'], configMapKey);
}
function fileKeyRef(errors: Errors, at: string, ref: JsonObject): void {
  if (present(errors, `${at}.key`, ref['key'])) name(errors, `${at}.key`, ref['key'], envVarName);
  if (present(errors, `${at}.volumeName`, ref['volumeName']))
    name(errors, `${at}.volumeName`, ref['volumeName'], dns1123Label);
  if (present(errors, `${at}.path`, ref['path'])) withoutBacksteps(errors, `${at}.path`, textOf(ref['path']));
}

export function environmentFrom(errors: Errors, path: string, list: readonly Json[]): void {
  list.forEach((item, i) => {
    const source = objectOf(item);
    const at = `${path}[${i}]`;
    if (textOf(source['prefix']) !== '') name(errors, `${at}.prefix`, source['prefix'], envVarName);
    const given = ['configMapRef', 'secretRef'].filter((ref) => isObject(source[ref]));
    for (const ref of given) {
      const target = objectOf(source[ref])['name'];
      // What is asked for may end in a dash, as a prefix of a generated name would.
      const masked = textOf(target).replace(/-$/, 'a');
      if (present(errors, `${at}.${ref}.name`, target))
        for (const message of dns1123Subdomain(masked)) errors.push(invalid(`${at}.${ref}.name`, target, message));
    }
    if (given.length === 0) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (given.length > 1) errors.push(invalid(path, '', ONE_AT_A_TIME));
  });
}

const METADATA = ['metadata.name', 'metadata.namespace', 'metadata.uid'];
const STATUS = ['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'];
const MAPS = ['metadata.annotations', 'metadata.labels'];
export const ENV_FIELDS = [...METADATA, 'spec.nodeName', 'spec.serviceAccountName', ...STATUS];
export const VOLUME_FIELDS = [...MAPS, ...METADATA];
/** What the API has a label for (core/pods ConvertDownwardAPIFieldLabel). */
const LABELS = new Set([
  ...MAPS,
  ...ENV_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
]);

/** validateObjectFieldSelector */
export function fieldRef(errors: Errors, at: string, ref: JsonObject, known: readonly string[]): void {
  const [version, path] = [textOf(ref['apiVersion']), textOf(ref['fieldPath'])];
  if (version === '') return void errors.push(required(`${at}.apiVersion`));
  if (path === '') return void errors.push(required(`${at}.fieldPath`));
  const wrong = (why: string): void =>
    void errors.push(invalid(`${at}.fieldPath`, path, `error converting fieldPath: ${why}`));
  if (version !== 'v1') return wrong(`unsupported pod version: ${version}`);
  const [, map, subscript] = /^(.+?)\['(.*)'\]$/s.exec(path) ?? [];
  if (map !== undefined) {
    if (!MAPS.includes(map)) return wrong(`field label does not support subscript: ${path}`);
    return name(errors, at, map === MAPS[0] ? subscript!.toLowerCase() : subscript, qualifiedName);
  }
  if (!LABELS.has(path)) return wrong(`field label not supported: ${path}`);
  const field = path === 'spec.host' ? 'spec.nodeName' : path;
  if (!known.includes(field)) errors.push(notSupported(`${at}.fieldPath`, field, known));
}

const AMOUNTS = ['cpu', 'ephemeral-storage', 'memory'];
const RESOURCES = ['limits', 'requests'].flatMap((list) => AMOUNTS.map((amount) => `${list}.${amount}`));
const BYTES = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';
/** By the end of a resource's name: what it may be divided by. */
const DIVISORS: readonly (readonly [RegExp, values: string, detail: string])[] = [
  [/^(limits|requests)\.cpu$/, '1m, 1', "only divisor's values 1m and 1 are supported with the cpu resource"],
  [/^(limits|requests)\.memory$/, BYTES, `only divisor's values ${BYTES} are supported with the memory resource`],
  [
    /^(limits|requests)\.ephemeral-storage$/,
    BYTES,
    `only divisor's values ${BYTES} are supported with the local ephemeral storage resource`,
  ],
  [/^(limits|requests)\.hugepages-/, BYTES, `only divisor's values ${BYTES} are supported with the hugepages resource`],
];

/** validateContainerResourceFieldSelector. `volume`: a volume must say which container. */
export function resourceFieldRef(errors: Errors, at: string, ref: JsonObject, volume: boolean): void {
  const resource = textOf(ref['resource']);
  if (volume && textOf(ref['containerName']) === '') errors.push(required(`${at}.containerName`));
  else if (resource === '') errors.push(required(`${at}.resource`));
  else if (!RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    errors.push(notSupported(`${at}.resource`, resource, RESOURCES));
  const divisor = ref['divisor'];
  if (nanosOf(divisor) === 0n) return;
  for (const [names, values, detail] of DIVISORS)
    if (names.test(resource) && !values.split(', ').includes(String(divisor)))
      errors.push(invalid(`${at}.divisor`, resource, detail));
}
