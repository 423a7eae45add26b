//! The built-in programs as plain JavaScript, one file each: made once, and again when a source is newer.
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import { ROOT } from '../../../../runtime/real/root.ts';

const SOURCES = join(ROOT, 'actors/engine/process/edge/images');
const PROGRAMS = ['agnhost', 'http-echo', 'httpd', 'nginx', 'whoami'];

/** The folder with `<program>.cjs` in it; in the project's build folder, or in `fallback` when that is not ours. */
export function bundleImages(fallback: string, done: (result: Result<string>) => void): void {
  made(fallback).then(
    (dir) => done(ok(dir)),
    (error: unknown) => done(fail('InternalError', `the built-in images cannot be built: ${String(error)}`)),
  );
}

async function made(fallback: string): Promise<string> {
  const build = join(ROOT, 'build');
  const writable = await mkdir(build, { recursive: true })
    .then(() => access(build, constants.W_OK))
    .then(() => true)
    .catch(() => false);
  const dir = join(writable ? build : fallback, 'images');
  const known = making.get(dir) ?? bundled(dir);
  making.set(dir, known);
  await known.catch((error: unknown) => {
    making.delete(dir);
    throw error;
  });
  return dir;
}
/** By folder: the nodes of one process ask at the same time. */
const making = new Map<string, Promise<void>>();

async function bundled(dir: string): Promise<void> {
  if (await fresh(dir)) return;
  const { build: bundle } = await import('esbuild');
  const scratch = join(dir, `.${process.pid}`);
  await bundle({
    entryPoints: PROGRAMS.map((name) => join(SOURCES, `${name}.ts`)),
    outdir: scratch,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    format: 'cjs', // starts 10 ms sooner than a module
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  // Each whole or not at all: another process may be starting pods from them.
  for (const name of PROGRAMS) await rename(join(scratch, `${name}.cjs`), join(dir, `${name}.cjs`));
  await rm(scratch, { recursive: true, force: true });
}

async function fresh(dir: string): Promise<boolean> {
  try {
    const sources = await readdir(SOURCES);
    const newest = Math.max(
      ...(await Promise.all(sources.map(async (name) => (await stat(join(SOURCES, name))).mtimeMs))),
    );
    const built = await Promise.all(PROGRAMS.map(async (name) => (await stat(join(dir, `${name}.cjs`))).mtimeMs));
    return built.every((at) => at >= newest);
  } catch {
    return false;
  }
}
