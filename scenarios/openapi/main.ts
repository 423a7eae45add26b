//! `npm run scenario openapi-compare -- FILE [LINES]`: our OpenAPI v2 document, with every version on, against the one
//! that Kubernetes publishes (api/openapi-spec/swagger.json of its repository). A look while developing, no test: the
//! document is not kept here. Shows at most LINES differences of each part (20).
import { readFileSync } from 'node:fs';
import { loadDescriptions, loadSchema } from '../../actors/api/edge/load.ts';
import type { JsonObject } from '../../actors/api/json.ts';
import { openApiV2 } from '../../actors/api/openapi/v2.ts';
import { RESOURCES } from '../../actors/api/resources.ts';
import { compare } from './compare.ts';

/** Of fields. */
const LEAST = 0.99;

export async function main([file, lines = '20']: readonly string[]): Promise<void> {
  if (file === undefined) throw new Error('which file holds the published document?');
  const published = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
  const { extra, ...counts } = compare(
    published,
    openApiV2(loadSchema(), loadDescriptions(), RESOURCES, 'unversioned'),
  );
  for (const [name, { same, all, differences }] of Object.entries(counts)) {
    console.log(`${name}: ${same} of ${all} the same (${((100 * same) / all).toFixed(2)} %)`);
    for (const difference of differences.slice(0, Number(lines))) console.log(`  ${difference}`);
  }
  console.log(`in ours only: ${extra.length}`);
  for (const name of extra.slice(0, Number(lines))) console.log(`  ${name}`);
  const { same, all } = counts.fields;
  if (same < all * LEAST) throw new Error(`fewer than ${100 * LEAST} % of fields are the same`);
}
