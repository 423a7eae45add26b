import { repositoryOf } from './image.ts';
import type { Behaviour, WorkloadRule } from './protocol.ts';
import { scriptIn, sleepMs } from './script.ts';

const SERVER: Behaviour = {
  startDelayMs: 0,
  readyDelayMs: 0,
  exitCode: 0,
  lines: [],
  httpStatus: 200,
  httpBody: 'ok\n',
  stopDelayMs: 0,
  ignoresTerm: false,
  termExitCode: 0,
  memoryBytes: 8 * 2 ** 20,
  cpuMilli: 1,
};
const WELCOME = '<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head></html>\n';
/** Images that serve without being told a command. */
const KNOWN: readonly WorkloadRule[] = [
  { image: 'nginx', behaviour: { listens: [80], httpBody: WELCOME, lines: ['start worker processes'] } },
  { image: 'httpd', behaviour: { listens: [80], httpBody: '<html><body><h1>It works!</h1></body></html>\n' } },
  { image: 'whoami', behaviour: { listens: [80], httpBody: 'Hostname: {hostname}\nIP: {ip}\nGET {path} HTTP/1.1\n' } },
  { image: 'http-echo', behaviour: { listens: [5678], httpBody: 'hello-world\n' } },
  { image: 'agnhost', behaviour: { httpBody: '{hostname}' } },
  { image: 'pause', behaviour: { listens: [] } },
  // A shell without a terminal reads the end of its input and is done.
  { image: 'busybox', behaviour: { script: 'true', listens: [] } },
  { image: 'alpine', behaviour: { script: 'true', listens: [] } },
];

export interface WorkloadSpec {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}
/** By image, by command, then by annotation: the later wins. */
export function behaviourOf(spec: WorkloadSpec, rules: readonly WorkloadRule[]): Behaviour {
  const given = rules.find((rule) => fits(rule.image, spec.image))?.behaviour;
  const known = KNOWN.find((rule) => fits(rule.image, spec.image))?.behaviour;
  return { ...SERVER, ...known, ...commanded(spec), ...given, ...annotated(spec) };
}
function fits(pattern: string, image: string): boolean {
  const repository = repositoryOf(image);
  return pattern === '*' || pattern === repository || pattern === repository.split('/').at(-1);
}

/** What follows from `command` and `args`. */
function commanded(spec: WorkloadSpec): Partial<Behaviour> {
  const argv = [...spec.command, ...spec.args];
  const shellImage = ['busybox', 'alpine', 'bash'].some((name) => fits(name, spec.image));
  if (spec.command.length === 0 && !shellImage) return agnhost(argv, spec.image);
  if (argv.length === 0) return {};
  const program = argv[0]!.split('/').at(-1)!;
  const script = scriptIn(argv) ?? (SCRIPTED.has(program) ? argv.join(' ') : undefined);
  if (script !== undefined) return { script, termExitCode: 143, listens: [] };
  // Some other program: a server, until somebody says otherwise.
  return { runTimeMs: Number.POSITIVE_INFINITY, termExitCode: 143 };
}
const SCRIPTED = new Set(['sleep', 'exit', 'true', 'false', 'echo', 'cat', 'env', 'hostname', 'tail', 'printf']);

function agnhost(args: readonly string[], image: string): Partial<Behaviour> {
  if (!fits('agnhost', image)) return {};
  const flag = (name: string, otherwise: number): number =>
    Number(args.map((arg) => new RegExp(`^--?${name}=(\\d+)$`).exec(arg)?.[1]).find(Boolean) ?? otherwise);
  if (args[0] === 'netexec') return { listens: [flag('http-port', 8080)], httpBody: '{hostname}' };
  if (args[0] === 'serve-hostname') return { listens: [flag('port', 9376)], httpBody: '{hostname}' };
  if (args[0] === 'liveness') return { listens: [8080] };
  return { listens: [] };
}

const PREFIX = 'orrery.dev/';
/** `orrery.dev/exit-code` for all containers of a pod, `orrery.dev/main.exit-code` for one. */
function annotated(spec: WorkloadSpec): Partial<Behaviour> {
  const of = (key: string): string | undefined =>
    spec.annotations[`${PREFIX}${spec.name}.${key}`] ?? spec.annotations[PREFIX + key];
  const found: { -readonly [K in keyof Behaviour]?: Behaviour[K] } = {};
  const duration = (key: string, into: 'startDelayMs' | 'readyDelayMs' | 'runTimeMs' | 'stopDelayMs'): void => {
    const text = of(key);
    if (text !== undefined) found[into] = durationMs(text);
  };
  const number = (key: string, into: 'exitCode' | 'httpStatus' | 'memoryBytes' | 'cpuMilli'): void => {
    const text = of(key);
    if (text !== undefined && Number.isFinite(Number(text))) found[into] = Number(text);
  };
  duration('start-delay', 'startDelayMs');
  duration('ready-delay', 'readyDelayMs');
  duration('run-time', 'runTimeMs');
  duration('stop-delay', 'stopDelayMs');
  number('exit-code', 'exitCode');
  number('http-status', 'httpStatus');
  number('memory-bytes', 'memoryBytes');
  number('cpu-milli', 'cpuMilli');
  const lines = of('log');
  if (lines !== undefined) found.lines = lines.split('\n');
  const body = of('http-body');
  if (body !== undefined) found.httpBody = body;
  if (of('ignore-term') === 'true') found.ignoresTerm = true;
  // An exit code without a run time: it exits at once.
  if (found.exitCode !== undefined && found.runTimeMs === undefined) found.runTimeMs = 0;
  return found;
}
/** `200ms`, `1.5s`, `2m`, `1h30m`; a bare number is seconds. */
export function durationMs(text: string): number {
  if (/^[0-9.]+ms$/.test(text)) return Number(text.slice(0, -2));
  let total = 0;
  for (const [part] of text.matchAll(/[0-9.]+(?:ms|[smhd])?/g))
    total += part.endsWith('ms') ? Number(part.slice(0, -2)) : sleepMs(part);
  return total;
}
