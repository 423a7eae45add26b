//! Images this engine has without a registry: small programs of its own, told by the last part of an image's name.

export interface BuiltIn {
  /** A bundle of edge/images, or a script for the machine's shell. */
  readonly program?: 'nginx' | 'httpd' | 'whoami' | 'http-echo' | 'agnhost';
  readonly script?: string;
  readonly args: readonly string[];
  /** Commands that mean the image's own program. */
  readonly names: readonly string[];
  /** What follows the program's name in a command is for it; other images' programs have no arguments of use. */
  readonly takesArgs: boolean;
}

// Both processes get the signal of a stop; the shell's trap runs once `sleep` has died of it.
const PAUSE = 'trap "exit 0" TERM INT; while :; do sleep 86400 & wait $!; done';

const nginx: BuiltIn = { program: 'nginx', args: [], names: ['nginx', 'nginx-debug'], takesArgs: false };
const pause: BuiltIn = { script: PAUSE, args: [], names: ['pause'], takesArgs: false };
/** `sh` without a terminal reads the end of its input and is done. */
const shell: BuiltIn = { script: ':', args: [], names: [], takesArgs: false };

const KNOWN: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ['nginx', nginx],
  ['nginx-unprivileged', { ...nginx, args: ['--orrery-port=8080'] }],
  ['httpd', { program: 'httpd', args: [], names: ['httpd', 'httpd-foreground'], takesArgs: false }],
  ['busybox', shell],
  ['pause', pause],
  ['agnhost', { program: 'agnhost', args: ['pause'], names: ['agnhost'], takesArgs: true }],
  ['whoami', { program: 'whoami', args: [], names: ['whoami'], takesArgs: true }],
  ['http-echo', { program: 'http-echo', args: [], names: ['http-echo'], takesArgs: true }],
]);
// Words that any registry may use for something else count only under these names.
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  whoami: ['traefik', 'containous'],
  'http-echo': ['hashicorp'],
  pause: ['registry.k8s.io', 'k8s.gcr.io', 'gcr.io', 'google_containers', 'library', ''],
};

/** `docker.io/library/nginx:1.27@sha256:…` as `docker.io/library/nginx`. */
export const repository = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

export function builtIn(image: string): BuiltIn | undefined {
  const parts = repository(image).split('/');
  const name = parts.at(-1) ?? '';
  const owners = OWNERS[name];
  if (owners !== undefined && !owners.includes(parts.at(-2) ?? '')) return undefined;
  return KNOWN.get(name);
}
export const knownImages = (): readonly string[] => [...KNOWN.keys()];

export const unknownImage = (image: string): string =>
  `image "${image}" is not built in and the process engine pulls none: ` +
  'give the container a command (it runs on this machine), ' +
  `use one of ${knownImages().join(', ')}, or run every image as a stand-in with --engine simulated`;

/** What a container runs. */
export type Program =
  | { readonly kind: 'bundle'; readonly bundle: string; readonly args: readonly string[] }
  | { readonly kind: 'command'; readonly argv: readonly string[] };

/**
 * As Kubernetes has it: `command` replaces the image's entry point, `args` its arguments. Undefined: no such image.
 * `reads`: somebody may write to it.
 */
export function programOf(
  image: string,
  command: readonly string[],
  args: readonly string[],
  reads = false,
): Program | undefined {
  const known = builtIn(image);
  const name = command[0]?.split('/').at(-1);
  if (known === undefined || (name !== undefined && !known.names.includes(name)))
    return command.length === 0 ? undefined : { kind: 'command', argv: [...command, ...args] };
  const given = [...command.slice(1), ...args];
  if (known === shell && given.length > 0) return { kind: 'command', argv: given };
  if (known === shell && reads) return { kind: 'command', argv: ['/bin/sh'] };
  if (known.program === undefined) return scriptOf(known.script ?? ':');
  const own = known.takesArgs && given.length > 0 ? given : known.args;
  if (known.program === 'agnhost' && own[0] === 'pause') return scriptOf(PAUSE);
  return { kind: 'bundle', bundle: known.program, args: own };
}
const scriptOf = (script: string): Program => ({ kind: 'command', argv: ['/bin/sh', '-c', script] });
