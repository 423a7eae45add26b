import { spawn } from 'node:child_process';

/** Why containers cannot have a mount and a UTS namespace of their own here; undefined: they can. */
export function findIsolation(wanted: boolean, done: (missing: string | undefined) => void): void {
  const lacks = (what: string): void =>
    done(`mounts are told by the variable ORRERY_MOUNTS instead of being at their paths: ${what}`);
  if (!wanted) return lacks('switched off');
  if (process.platform !== 'linux') return lacks('this is not Linux');
  if (process.getuid?.() !== 0) return lacks('that needs root');
  const child = spawn('unshare', ['--mount', '--uts', 'true'], { stdio: 'ignore' });
  child.on('error', () => lacks('the program `unshare` (package util-linux) is missing'));
  child.on('exit', (code) => (code === 0 ? done(undefined) : lacks('this container may not make namespaces')));
}
