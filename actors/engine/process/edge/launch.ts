//! From a container's spec to what its keeper is told: program, environment, mounts, namespaces.
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { LowPorts } from '../../../network/protocol.ts';
import type { ContainerSpec, Mount } from '../../protocol.ts';
import { programOf, unknownImage } from '../images.ts';
import { type BoundMount, cleanPath, environment, innerPath, isSingleFile, NODE_FLAGS, prelude } from '../logic.ts';
import { DEFAULT_PATH, findProgram, isExecutable, tool } from './programs.ts';
import { inTerminal, NO_TERMINALS } from './pty.ts';
import type { ShimOrder } from './shim.ts';
import { type SandboxFile, writeFiles } from './state.ts';

export interface Machine {
  readonly stateDir: string;
  /** Bundles of the built-in programs. */
  readonly imagesDir: string;
  readonly nodeIp: string;
  readonly lowPorts?: LowPorts | undefined;
  /** Mount and UTS namespaces may be made. */
  readonly isolates: boolean;
}
export interface Launch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly enter: readonly string[];
  readonly workingDir: string;
}

export const enterNetns = (netns: string | undefined): readonly string[] =>
  netns === undefined ? [] : [tool('nsenter'), `--net=${netns}`, '--'];

/** `dir` is the container's own; the folder is there. */
export function prepare(
  machine: Machine,
  sandbox: SandboxFile,
  spec: ContainerSpec,
  id: string,
  dir: string,
): Result<Launch> {
  const program = programOf(spec.image, spec.command, spec.args, spec.stdin === true || spec.tty === true);
  if (program === undefined) return fail('NotFound', unknownImage(spec.image));
  const mounts = bound(spec.mounts, dir);
  if (!mounts.ok) return mounts;
  const hostNetwork = sandbox.spec.hostNetwork;
  const env = environment(spec, {
    id,
    path: process.env['PATH'] ?? DEFAULT_PATH,
    home: homedir(),
    hostname: sandbox.spec.hostname,
    ip: sandbox.ip,
    bind: sandbox.netns === undefined || hostNetwork ? sandbox.ip : '0.0.0.0',
    tellsIp: sandbox.netns === undefined,
    lowPorts: machine.lowPorts,
    mounts: Object.fromEntries(mounts.value.map(({ source, target }) => [target, machine.isolates ? target : source])),
  });
  const argv =
    program.kind === 'bundle'
      ? ok([process.execPath, ...NODE_FLAGS, join(machine.imagesDir, `${program.bundle}.cjs`), ...program.args])
      : resolved(program.argv, env['PATH'] ?? DEFAULT_PATH, spec.workingDir);
  if (!argv.ok) return argv;
  const typed = spec.tty === true ? inTerminal(argv.value) : argv.value;
  if (typed === undefined) return fail('Unavailable', NO_TERMINALS);
  // Input that nobody writes to must not end: for a terminal that would be as if somebody had typed ^D.
  if (spec.stdin === true || spec.tty === true) {
    const made = spawnSync(tool('mkfifo'), ['-m', '600', join(dir, 'stdin')]);
    if (made.status !== 0) return fail('Unavailable', `cannot make a pipe for the container's input: ${made.stderr}`);
  }
  if (machine.isolates) writeFileSync(join(dir, 'prelude.sh'), prelude(sandbox.spec.hostname, mounts.value));
  return ok({
    argv: typed,
    env: spec.tty === true ? { TERM: 'xterm', ...env } : env,
    enter: [...enterNetns(sandbox.netns), ...(machine.isolates ? [tool('unshare'), '--mount', '--uts', '--'] : [])],
    workingDir: spec.workingDir === '' ? '/' : spec.workingDir,
  });
}
export const orderOf = (machine: Machine, launch: Launch, dir: string, logFile: string): ShimOrder => ({
  ...launch,
  dir,
  logFile,
  script: join(machine.stateDir, 'shim.sh'),
});

function bound(mounts: readonly Mount[], dir: string): Result<readonly BoundMount[]> {
  const list: BoundMount[] = [];
  for (const [i, mount] of mounts.entries()) {
    const target = cleanPath(mount.mountPath);
    if (target === undefined || target === '/') return fail('Invalid', `cannot mount at "${mount.mountPath}"`);
    let source = mount.hostPath;
    let isFile = false;
    if (mount.files !== undefined) {
      source = join(dir, 'mounts', String(i));
      if (isSingleFile(mount)) {
        isFile = true;
        writeFiles(join(dir, 'mounts'), { [String(i)]: mount.files['']! });
      } else {
        const wrong = Object.keys(mount.files).find((path) => innerPath(path) === undefined);
        if (wrong !== undefined) return fail('Invalid', `a mount's file may not be at "${wrong}"`);
        writeFiles(source, mount.files);
      }
    } else if (source !== undefined) {
      const found = statSync(source, { throwIfNoEntry: false });
      if (found === undefined) return fail('Invalid', `hostPath "${source}" does not exist`);
      isFile = !found.isDirectory();
    }
    if (source !== undefined) list.push({ source, target, isFile, readOnly: mount.readOnly });
  }
  return ok(list);
}

/** Says before the start, in runc's words, what a shell would only say in the log. */
function resolved(argv: readonly string[], path: string, workingDir: string): Result<readonly string[]> {
  const [name = '', ...args] = argv;
  if (name.includes('/')) {
    const at = name.startsWith('/') ? name : join(workingDir, name);
    const found = statSync(at, { throwIfNoEntry: false });
    // A mount may bring it: then only the start can tell.
    if (found !== undefined && !isExecutable(at)) return fail('Invalid', `exec: "${name}": permission denied`);
    return ok(argv);
  }
  const at = findProgram(name, path);
  if (at === undefined) return fail('Invalid', `exec: "${name}": executable file not found in $PATH`);
  return ok([at, ...args]);
}
