//! Warning headers (k8s.io/apiserver/pkg/endpoints/filters/warning.go): each text once, all of them cut short when they
//! are too much together. And kinds that are on their way out.
import type { ResourceInfo } from '../../api/resources.ts';
import type { Headers } from './message.ts';

const TOTAL_MAX = 4 * 1024;
const ITEM_MAX = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a header cannot carry them
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Lengths are in characters. What a header cannot carry is a blank in it. */
export function warningHeaders(warnings: readonly string[]): readonly string[] {
  const texts = [...new Set(warnings)].filter((text) => text !== '').map((text) => [...text.replace(CONTROL, ' ')]);
  if (texts.reduce((sum, text) => sum + text.length, 0) <= TOTAL_MAX) return texts.map(headerOf);
  const told: string[] = [];
  let written = 0;
  for (const text of texts) {
    if (written >= TOTAL_MAX) break;
    const short = text.slice(0, ITEM_MAX);
    told.push(headerOf(short));
    written += short.length;
  }
  return told;
}
/** One character a byte of UTF-8: so headers travel. */
const headerOf = (text: readonly string[]): string =>
  `299 - "${Buffer.from(text.join('').replace(/["\\]/g, '\\$&')).toString('latin1')}"`;

const DEPRECATED: Readonly<Record<string, string>> = {
  'v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
  'v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** Of every question about this resource. */
export function deprecations({ group, version, resource, custom }: ResourceInfo): string[] {
  const told = custom?.deprecated ?? (group === '' ? DEPRECATED[`${version}/${resource}`] : undefined);
  return told === undefined ? [] : [told];
}
export const warningsOf = (warnings: readonly string[]): Headers =>
  warnings.length === 0 ? {} : { warning: warningHeaders(warnings) };
