//! What a pod of one operating system may not say (validateOS, validateLinux, validateWindows).
import { forbidden, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, textOf } from '../../json.ts';
import { type Errors, isNull } from '../check.ts';
import { eachContainer } from '../container/each.ts';

const SYSTEMS = ['linux', 'windows'];
const NOT_WINDOWS = 'cannot be set for a windows pod';
const NOT_LINUX = 'windows options cannot be set for a linux pod';
/** In the order in which Kubernetes looks; a dot: of the pod itself, not of its security context. */
const OF_PODS = [
  'appArmorProfile',
  'seLinuxOptions',
  '.hostUsers',
  '.hostPID',
  '.hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  '.shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const OF_CONTAINERS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];
/** Set by being true, and by having something in it; everything else by being there. */
const SWITCHES: ReadonlySet<string> = new Set(['.hostPID', '.hostIPC']);

export function operatingSystem(errors: Errors, path: string, spec: JsonObject): void {
  const os = spec['os'];
  if (!isObject(os)) return;
  const name = textOf(os['name']);
  if (name === '') errors.push(required(`${path}.os.name`));
  else if (!SYSTEMS.includes(name)) errors.push(notSupported(`${path}.os`, name, SYSTEMS));
  else if (name === 'linux') linux(errors, path, spec);
  else windows(errors, path, spec);
}
function linux(errors: Errors, path: string, spec: JsonObject): void {
  const look = (holder: JsonObject, at: string): void => {
    if (isObject(get(holder, 'securityContext', 'windowsOptions')))
      errors.push(forbidden(`${at}.securityContext.windowsOptions`, NOT_LINUX));
  };
  look(spec, path);
  eachContainer(spec, path, look);
}
function windows(errors: Errors, path: string, spec: JsonObject): void {
  for (const field of OF_PODS) {
    const own = field.startsWith('.');
    const value = own ? spec[field.slice(1)] : get(spec, 'securityContext', field);
    if (isSet(field, value)) errors.push(forbidden(`${path}${own ? field : `.securityContext.${field}`}`, NOT_WINDOWS));
  }
  eachContainer(spec, path, (container, at) => {
    for (const field of OF_CONTAINERS)
      if (!isNull(get(container, 'securityContext', field)))
        errors.push(forbidden(`${at}.securityContext.${field}`, NOT_WINDOWS));
  });
}
function isSet(field: string, value: Json | undefined): boolean {
  if (SWITCHES.has(field)) return value === true;
  return field === 'sysctls' ? listOf(value).length > 0 : !isNull(value);
}
