//! The schema from build/, made on the spot when it is missing.
import { existsSync, readFileSync } from 'node:fs';
import type { Descriptions, Schema } from '../schema.ts';
import { build, DESCRIPTIONS_FILE, SCHEMA_FILE } from './build.ts';

let schema: Schema | undefined;
export function loadSchema(): Schema {
  schema ??= read<Schema>(SCHEMA_FILE);
  return schema;
}
/** Some 1.5 MB that only OpenAPI needs: asked for when somebody asks for OpenAPI. */
let descriptions: Descriptions | undefined;
export function loadDescriptions(): Descriptions {
  descriptions ??= read<Descriptions>(DESCRIPTIONS_FILE);
  return descriptions;
}
function read<T>(file: string): T {
  if (!existsSync(file)) build();
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
