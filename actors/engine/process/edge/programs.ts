//! Programs of this machine by PATH.
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
export function findProgram(name: string, path: string): string | undefined {
  for (const dir of path.split(':')) {
    const at = join(dir === '' ? '.' : dir, name);
    if (isExecutable(at)) return at;
  }
  return undefined;
}
/** One of the engine's own tools: found by the engine's PATH, whatever the container's is. */
export const tool = (name: string): string => findProgram(name, `${process.env['PATH'] ?? ''}:${DEFAULT_PATH}`) ?? name;
