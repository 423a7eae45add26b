//! `npm run prepare`: derives the schema of the Kubernetes API from the installed @kubernetes/client-node into build/,
//! so that nothing generated is kept in the repository. Also run by load.ts when build/ is missing.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RESOURCES } from '../resources.ts';
import { derive, type Model } from './derive.ts';

/** This file may have become part of a bundle elsewhere in the project. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
export const BUILD = join(projectRoot(), 'build');
export const SCHEMA_FILE = join(BUILD, 'schema.json');
export const DESCRIPTIONS_FILE = join(BUILD, 'descriptions.json');

/** Models are files of data: they are read, not imported, because importing 900 modules takes seconds. */
function readModels(): Map<string, Model> {
  const main = createRequire(import.meta.url).resolve('@kubernetes/client-node');
  const folder = join(dirname(main), 'gen/models');
  const models = new Map<string, Model>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.js')) continue;
    const name = file.slice(0, -3);
    const code = readFileSync(join(folder, file), 'utf8');
    const start = code.indexOf('.attributeTypeMap = [');
    if (start < 0) continue;
    const attributes = JSON.parse(code.slice(start + 20, code.lastIndexOf('];') + 1)) as Omit<
      Model['attributes'][number],
      'optional' | 'description'
    >[];
    const types = readFileSync(join(folder, `${name}.d.ts`), 'utf8');
    const body = types.slice(types.indexOf('export declare class'));
    const said = new Map<string, { optional: boolean; description: string }>();
    for (const [, comment, field = '', mark] of body.matchAll(
      /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?'([^']+)'(\??):/g,
    )) {
      said.set(field, { optional: mark === '?', description: words(comment) });
    }
    const above = /\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(types.slice(0, types.indexOf('export declare class')));
    models.set(name, {
      description: words(above?.[1]),
      attributes: attributes.map((attribute) => ({
        ...attribute,
        optional: said.get((attribute as { name?: string }).name ?? attribute.baseName)?.optional ?? true,
        description: said.get((attribute as { name?: string }).name ?? attribute.baseName)?.description ?? '',
      })),
    });
  }
  return models;
}
const words = (comment: string | undefined): string =>
  (comment ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/\\(["'\\n])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark))
    // The generator keeps comments from ending early.
    .replaceAll('*_/', '*/')
    .replaceAll('/_*', '/*');

export function build(): void {
  const { definitions, kinds, descriptions } = derive(readModels(), RESOURCES);
  mkdirSync(BUILD, { recursive: true });
  write(SCHEMA_FILE, { definitions, kinds });
  write(DESCRIPTIONS_FILE, descriptions);
}
/** Renamed into place: two that build at once never show half a file. */
function write(file: string, value: unknown): void {
  const half = `${file}.${process.pid}`;
  writeFileSync(half, JSON.stringify(value));
  renameSync(half, file);
}

// Run as a program, and not as a part of a bundle.
if (process.argv[1]?.endsWith('edge/build.ts')) build();
