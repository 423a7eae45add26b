//! Paths in a container and on a node.
import { invalid } from '../field-error.ts';
import type { Errors } from './check.ts';

const BACK = '..';

/** validatePathNoBacksteps */
export function withoutBacksteps(errors: Errors, at: string, path: string): void {
  if (path.split('/').includes(BACK)) errors.push(invalid(at, path, `must not contain '${BACK}'`));
}
/** validateLocalDescendingPath */
export function relativePath(errors: Errors, at: string, path: string): void {
  if (path.startsWith('/')) errors.push(invalid(at, path, 'must be a relative path'));
  withoutBacksteps(errors, at, path);
}
/** ValidateLocalNonReservedPath: `..data` and the like are where a volume keeps its versions. */
export function localPath(errors: Errors, at: string, path: string): void {
  relativePath(errors, at, path);
  if (path.startsWith(BACK) && !path.startsWith(`${BACK}/`))
    errors.push(invalid(at, path, `must not start with '${BACK}'`));
}
