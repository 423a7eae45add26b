import type { LowPorts } from '../../network/protocol.ts';
import type { ContainerSpec, Mount } from '../protocol.ts';

/** 128 + n is how a shell says "killed by signal n". */
export function exitOf(code: number): { readonly exitCode: number; readonly signal?: number } {
  return code > 128 && code <= 128 + 64 ? { exitCode: code, signal: code - 128 } : { exitCode: code };
}
export const KILLED = exitOf(137);
export const TERMINATED = exitOf(143);

export const containerKey = (spec: Pick<ContainerSpec, 'podUid' | 'name' | 'attempt'>): string =>
  `${spec.podUid}/${spec.name}/${spec.attempt}`;
export const ID_PREFIX = 'process://';

export interface Surroundings {
  readonly id: string;
  readonly path: string;
  readonly home: string;
  readonly hostname: string;
  readonly ip: string;
  /** Where a program of ours listens. */
  readonly bind: string;
  /** Told to commands by POD_IP and HOST: nothing else tells them on loopback. */
  readonly tellsIp: boolean;
  /** Of the network; absent: every port may be bound. */
  readonly lowPorts?: LowPorts | undefined;
  /** Mount path to where it really is. */
  readonly mounts: Readonly<Record<string, string>>;
}
/** What the pod's author gave wins over what we add. */
export const environment = (spec: ContainerSpec, around: Surroundings): Record<string, string> => ({
  PATH: around.path,
  HOME: around.home,
  HOSTNAME: around.hostname,
  ...(around.tellsIp ? { POD_IP: around.ip, HOST: around.ip } : {}),
  ...spec.env,
  ORRERY_BIND: around.bind,
  ...(around.lowPorts === undefined ? {} : { ORRERY_LOW_PORTS: JSON.stringify(around.lowPorts) }),
  ORRERY_MOUNTS: JSON.stringify(around.mounts),
  ORRERY_POD_UID: spec.podUid,
  ORRERY_CONTAINER: around.id,
});

/** Bytes of V8's heap and nursery: a small program needs no more, and each pod has its own. */
export const NODE_FLAGS: readonly string[] = ['--max-old-space-size=64', '--max-semi-space-size=1'];

export interface BoundMount {
  readonly source: string;
  readonly target: string;
  readonly isFile: boolean;
  readonly readOnly: boolean;
}
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * What the shim sources inside its own mount namespace. Outer mounts come first, so that inner ones lie in them.
 * `shim.sh` has the functions.
 */
export function prelude(hostname: string, mounts: readonly BoundMount[]): string {
  const sorted = [...mounts].sort((a, b) => depth(a.target) - depth(b.target) || (a.target < b.target ? -1 : 1));
  const tops = [...new Set(sorted.map(({ target }) => `/${target.split('/')[1] ?? ''}`))];
  return [
    `echo ${quote(hostname)} 2>/dev/null >/proc/sys/kernel/hostname`,
    ...(tops.length === 0 ? [] : [`tops ${tops.map(quote).join(' ')}`, 'if [ -z "$alone" ]; then :']),
    ...sorted.map(
      ({ source, target, isFile, readOnly }) =>
        `place ${quote(source)} ${quote(target)} ${isFile ? 'f' : 'd'} ${readOnly ? 'ro' : 'rw'}`,
    ),
    ...(tops.length === 0 ? [] : ['fi']),
    '',
  ].join('\n');
}
const depth = (path: string): number => path.split('/').length;

/** `/a//b/../c/` as `/a/c`; undefined when it is not absolute. */
export function cleanPath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  return `/${parts.join('/')}`;
}
/** A path inside a mount's folder; undefined when it would leave it. */
export const innerPath = (path: string): string | undefined =>
  path.split('/').includes('..') || path.startsWith('/') ? undefined : path;
export const isSingleFile = (mount: Mount): boolean =>
  mount.files !== undefined && Object.keys(mount.files).length === 1 && mount.files[''] !== undefined;
