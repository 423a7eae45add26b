//! What a pod as a whole may do on its node (validatePodSpecSecurityContext, validateHostUsers, validateSysctls).
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { type Errors, isNull, userId } from '../check.ts';
import { eachContainer } from '../container/each.ts';
import { appArmorProfile, seccompProfile } from '../container/security.ts';
import { windowsOptions } from '../container/windows.ts';

const SYSCTL_MAX = 253;
const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL = `^(${SEGMENT}[\\./])*${SEGMENT}$`;
const SYSCTL_NAME = new RegExp(SYSCTL);
/** Longer is refused by its length before this looks at it: no name takes long to match. */
const isSysctl = (name: string): boolean => name.length <= SYSCTL_MAX && SYSCTL_NAME.test(name);

/** `old`: of the spec that is updated; sysctls of what is shared with the node may stay there. */
export function podSecurity(errors: Errors, path: string, spec: JsonObject, old: JsonObject | undefined): void {
  const context = spec['securityContext'];
  if (!isObject(context)) return;
  const at = `${path}.securityContext`;
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup']) userId(errors, `${at}.${field}`, context[field]);
  listOf(context['supplementalGroups']).forEach((group, i) => {
    userId(errors, `${at}.supplementalGroups[${i}]`, group);
  });
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${at}.shareProcessNamespace`, true, detail));
  }
  sysctls(errors, `${at}.sysctls`, spec, sharedSysctls(old).length > 0);
  choice(errors, `${at}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], ['Always', 'OnRootMismatch']);
  seccompProfile(errors, `${at}.seccompProfile`, context['seccompProfile']);
  windowsOptions(errors, `${at}.windowsOptions`, context['windowsOptions']);
  appArmorProfile(errors, `${at}.appArmorProfile`, context['appArmorProfile']);
  choice(errors, `${at}.supplementalGroupsPolicy`, context['supplementalGroupsPolicy'], ['Merge', 'Strict']);
  choice(errors, `${at}.seLinuxChangePolicy`, context['seLinuxChangePolicy'], ['MountOption', 'Recursive']);
}
function choice(errors: Errors, at: string, value: Json | undefined, supported: readonly string[]): void {
  if (!isNull(value) && !supported.includes(textOf(value))) errors.push(notSupported(at, value, supported));
}

function sysctls(errors: Errors, path: string, spec: JsonObject, lenient: boolean): void {
  const seen = new Set<string>();
  listOf(get(spec, 'securityContext', 'sysctls')).forEach((item, i) => {
    const name = textOf(objectOf(item)['name']);
    const at = `${path}[${i}].name`;
    if (name === '') errors.push(required(at));
    else if (!isSysctl(name))
      errors.push(invalid(at, name, `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL}`));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    const shared = lenient ? undefined : sharedBy(spec, name);
    if (shared !== undefined) errors.push(invalid(at, name, `may not be specified when '${shared}' is true`));
    seen.add(name);
  });
}
/** Of the namespaces for networks and for messages (component-helpers/node/util/sysctl). */
const OF_NETWORK = /^net\./;
const OF_IPC = /^(fs\.mqueue\.|kernel\.msg|kernel\.shm|kernel\.sem$)/;
function sharedBy(spec: JsonObject, name: string): 'hostNetwork' | 'hostIPC' | undefined {
  const dotted = dots(name);
  if (spec['hostNetwork'] === true && OF_NETWORK.test(dotted)) return 'hostNetwork';
  return spec['hostIPC'] === true && OF_IPC.test(dotted) ? 'hostIPC' : undefined;
}
/** `net/ipv4/conf/eth0.1` is `net.ipv4.conf.eth0/1`: the first of both says which of them separates. */
function dots(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replace(/[./]/g, (one) => (one === '/' ? '.' : '/'));
}
const sharedSysctls = (spec: JsonObject | undefined): readonly Json[] =>
  spec === undefined
    ? []
    : listOf(get(spec, 'securityContext', 'sysctls')).filter(
        (item) => sharedBy(spec, textOf(objectOf(item)['name'])) !== undefined,
      );

/** A pod with users of its own has nothing else of its node's. */
export function hostUsers(errors: Errors, path: string, spec: JsonObject, old: JsonObject | undefined): void {
  if (spec['hostUsers'] !== false) return;
  const detail = 'when `hostUsers` is false';
  if (spec['hostNetwork'] === true) errors.push(forbidden(`${path}.hostNetwork`, detail));
  if (spec['hostPID'] === true) errors.push(forbidden(`${path}.HostPID`, detail));
  if (spec['hostIPC'] === true) errors.push(forbidden(`${path}.HostIPC`, detail));
  if (old?.['hostUsers'] === false && devices(old, path).length > 0) return;
  for (const at of devices(spec, path)) errors.push(forbidden(at, detail));
}
function devices(spec: JsonObject, path: string): readonly string[] {
  const found: string[] = [];
  eachContainer(spec, path, (container, at) => {
    if (listOf(container['volumeDevices']).length > 0) found.push(`${at}.volumeDevices`);
  });
  return found;
}
