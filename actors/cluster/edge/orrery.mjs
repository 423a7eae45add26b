#!/usr/bin/env node
// The command's door. Starting from TypeScript costs 0.2 s before the first line of ours runs, so it starts from a
// bundle in build/, made anew whenever a source file is newer. See docs/adr/0001-start-from-a-bundle.md.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const bundle = join(root, 'build/orrery/main.js');

export function stale() {
  if (!existsSync(bundle)) return true;
  const built = statSync(bundle).mtimeMs;
  const newer = (dir) =>
    readdirSync(dir, { withFileTypes: true }).some((entry) =>
      entry.isDirectory()
        ? newer(join(dir, entry.name))
        : entry.name.endsWith('.ts') &&
          !entry.name.endsWith('.test.ts') &&
          statSync(join(dir, entry.name)).mtimeMs > built,
    );
  const files = ['package.json', 'actors/cluster/edge/orrery.mjs'];
  return (
    ['runtime', 'actors'].some((top) => newer(join(root, top))) ||
    files.some((file) => statSync(join(root, file)).mtimeMs > built)
  );
}

export async function build() {
  const { buildSync } = await import('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: { main: join(root, 'actors/cluster/edge/main.ts') },
    outdir: join(root, 'build/orrery'),
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'warning',
    // Optional native parts and the build itself stay where npm put them.
    external: ['esbuild', 'msgpackr-extract'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  // Several starts may build at once: each file is put in place whole, the entry after what it names.
  const entryLast = (path) => Number(path === bundle);
  for (const { path, contents } of outputFiles.sort((a, b) => entryLast(a.path) - entryLast(b.path))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
}

const asked = process.argv[2];
if (asked === '--build') await build();
else {
  if (stale()) await build();
  await import(pathToFileURL(bundle).href);
}
