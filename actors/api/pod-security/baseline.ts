//! The checks of level baseline (k8s.io/pod-security-admission policy), by their ids, in the words of the original.
import { get, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import {
  type Check,
  containersNamed,
  hasOwnUsers,
  isSet,
  nameOf,
  plural,
  quoted,
  security,
  setters,
  sorted,
  type Versioned,
} from './check.ts';

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
const PROFILES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);
export const isProfile = (type: string): boolean => PROFILES.has(type);

const appArmorProfile: Check = ({ spec, annotations, containers }) => {
  const profile = (of: JsonObject): string | undefined =>
    isSet(security(of, 'appArmorProfile')) ? textOf(security(of, 'appArmorProfile', 'type')) : undefined;
  const isBad = (of: JsonObject): boolean => profile(of) !== undefined && !isProfile(profile(of)!);
  const bad = containers.filter(isBad);
  const told = Object.entries(annotations)
    .filter(([key]) => key.startsWith(APPARMOR))
    .map(([key, value]) => [key, textOf(value)] as const)
    .filter(([, value]) => value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const who = [setters(isBad(spec), bad), ...(told.length > 0 ? [plural('annotation', told)] : [])]
    .filter((one) => one !== '')
    .join(' and ');
  if (who === '') return undefined;
  const values = [...sorted([spec, ...bad].filter(isBad).map((of) => profile(of)!)), ...told];
  return {
    reason: plural('forbidden AppArmor profile', values),
    detail: `${who} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const CAPABILITIES: ReadonlySet<string> = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
/** What a container asks for beyond `allowed`. */
export const addedBeyond = (allowed: ReadonlySet<string>, container: JsonObject): string[] =>
  listOf(security(container, 'capabilities', 'add'))
    .map(textOf)
    .filter((name) => !allowed.has(name));
const capabilities: Check = ({ containers }) => {
  const bad = containers.filter((one) => addedBeyond(CAPABILITIES, one).length > 0);
  if (bad.length === 0) return undefined;
  const added = quoted(sorted(bad.flatMap((one) => addedBeyond(CAPABILITIES, one))));
  return {
    reason: 'non-default capabilities',
    detail: `${containersNamed(bad)} must not include ${added} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: Check = ({ spec }) => {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};
const hostPathVolumes: Check = ({ spec }) => {
  const volumes = listOf(spec['volumes'])
    .map(objectOf)
    .filter((one) => isSet(one['hostPath']));
  if (volumes.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', volumes)} ${quoted(volumes.map(nameOf))}` };
};
const hostPorts: Check = ({ containers }) => {
  const portsOf = (one: JsonObject): string[] =>
    listOf(one['ports'])
      .map((port) => get(port, 'hostPort') ?? 0)
      .filter((port) => port !== 0)
      .map(String);
  const bad = containers.filter((one) => portsOf(one).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(bad.flatMap(portsOf));
  const uses = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${containersNamed(bad)} ${uses} ${plural('hostPort', ports)} ${ports.join(', ')}`,
  };
};
const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];
const hostProbes: Check = ({ containers }) => {
  const hostsOf = (one: JsonObject): string[] =>
    HANDLERS.flatMap((path) => ['httpGet', 'tcpSocket'].map((how) => textOf(get(one, ...path, how, 'host')))).filter(
      (host) => host !== '',
    );
  const bad = containers.filter((one) => hostsOf(one).length > 0);
  if (bad.length === 0) return undefined;
  const names = sorted(bad.map(nameOf));
  const hosts = sorted(bad.flatMap(hostsOf));
  const uses = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'probe or lifecycle host',
    detail: `${plural('container', names)} ${quoted(names)} ${uses} ${plural('probe or lifecycle host', hosts)} ${quoted(hosts)}`,
  };
};
const privileged: Check = ({ containers }) => {
  const bad = containers.filter((one) => security(one, 'privileged') === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containersNamed(bad)} must not set securityContext.privileged=true` };
};
const procMount: Check = ({ containers }) => {
  const bad = containers.filter((one) => isSet(security(one, 'procMount')) && security(one, 'procMount') !== 'Default');
  if (bad.length === 0) return undefined;
  const types = quoted(sorted(bad.map((one) => textOf(security(one, 'procMount')))));
  return { reason: 'procMount', detail: `${containersNamed(bad)} must not set securityContext.procMount to ${types}` };
};
export const unlessOwnUsers =
  (check: Check): Check =>
  (pod) =>
    hasOwnUsers(pod) ? undefined : check(pod);

const selinux =
  (...types: readonly string[]): Check =>
  ({ spec, containers }) => {
    const part = (of: JsonObject, field: string): string => textOf(security(of, 'seLinuxOptions', field));
    const isBadType = (of: JsonObject): boolean => part(of, 'type') !== '' && !types.includes(part(of, 'type'));
    const isBad = (of: JsonObject): boolean => isBadType(of) || part(of, 'user') !== '' || part(of, 'role') !== '';
    const bad = containers.filter(isBad);
    const who = setters(isBad(spec), bad);
    if (who === '') return undefined;
    const all = [spec, ...bad];
    const wrong = sorted(all.filter(isBadType).map((of) => part(of, 'type')));
    const what = [
      ...(wrong.length > 0 ? [`${plural('type', wrong)} ${quoted(wrong)}`] : []),
      ...['user', 'role']
        .filter((field) => all.some((of) => part(of, field) !== ''))
        .map((field) => `${field} may not be set`),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    };
  };

const seccompAnnotations: Check = ({ annotations, containers }) => {
  const isBad = (key: string): boolean => {
    const value = annotations[key];
    if (typeof value !== 'string') return false;
    return value !== 'runtime/default' && value !== 'docker/default' && !value.startsWith('localhost/');
  };
  const keys = sorted([SECCOMP_POD, ...containers.map((one) => `${SECCOMP}${nameOf(one)}`)].filter(isBad));
  if (keys.length === 0) return undefined;
  const told = keys.map((key) => `${key}=${JSON.stringify(annotations[key])}`).join(', ');
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', keys)} ${told}` };
};
export const seccompProfile: Check = ({ spec, containers }) => {
  const isBad = (of: JsonObject): boolean =>
    isSet(security(of, 'seccompProfile')) && !isProfile(textOf(security(of, 'seccompProfile', 'type')));
  const bad = containers.filter(isBad);
  const who = setters(isBad(spec), bad);
  if (who === '') return undefined;
  const types = sorted([spec, ...bad].filter(isBad).map((of) => textOf(security(of, 'seccompProfile', 'type'))));
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
};

const ipv4 = (...names: readonly string[]): string[] => names.map((name) => `net.ipv4.${name}`);
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  ...ipv4('ip_local_port_range', 'tcp_syncookies', 'ping_group_range', 'ip_unprivileged_port_start'),
];
const SYSCTLS_27 = [...SYSCTLS, ...ipv4('ip_local_reserved_ports')];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  ...ipv4('tcp_keepalive_time', 'tcp_fin_timeout', 'tcp_keepalive_intvl', 'tcp_keepalive_probes'),
];
const SYSCTLS_32 = [...SYSCTLS_29, ...ipv4('tcp_rmem', 'tcp_wmem')];
const sysctls =
  (allowed: readonly string[]): Check =>
  ({ spec }) => {
    const bad = listOf(security(spec, 'sysctls'))
      .map((one) => nameOf(objectOf(one)))
      .filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };
const windowsHostProcess: Check = ({ spec, containers }) => {
  const isBad = (of: JsonObject): boolean => security(of, 'windowsOptions', 'hostProcess') === true;
  const who = setters(isBad(spec), containers.filter(isBad));
  if (who === '') return undefined;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

const CONTAINER_TYPES = ['container_t', 'container_init_t', 'container_kvm_t'];
/** By id, in the order of ids: so they are told. */
export const BASELINE: Readonly<Record<string, readonly Versioned[]>> = {
  appArmorProfile: [{ since: 0, check: appArmorProfile }],
  capabilities_baseline: [{ since: 0, check: capabilities }],
  hostNamespaces: [{ since: 0, check: hostNamespaces }],
  hostPathVolumes: [{ since: 0, check: hostPathVolumes }],
  hostPorts: [{ since: 0, check: hostPorts }],
  hostProbesAndHostLifecycle: [{ since: 34, check: hostProbes }],
  privileged: [{ since: 0, check: privileged }],
  procMount: [
    { since: 0, check: procMount },
    { since: 35, check: unlessOwnUsers(procMount) },
  ],
  seLinuxOptions: [
    { since: 0, check: selinux(...CONTAINER_TYPES) },
    { since: 31, check: selinux(...CONTAINER_TYPES, 'container_engine_t') },
  ],
  seccompProfile_baseline: [
    { since: 0, check: seccompAnnotations },
    { since: 19, check: seccompProfile },
  ],
  sysctls: [
    { since: 0, check: sysctls(SYSCTLS) },
    { since: 27, check: sysctls(SYSCTLS_27) },
    { since: 29, check: sysctls(SYSCTLS_29) },
    { since: 32, check: sysctls(SYSCTLS_32) },
  ],
  windowsHostProcess: [{ since: 0, check: windowsHostProcess }],
};
