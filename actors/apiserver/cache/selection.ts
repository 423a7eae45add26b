//! Which objects a list or watch is about: where they are, and what their labels and fields say.
import { ok, type Result } from '../../../runtime/fault.ts';
import { convert } from '../../api/convert.ts';
import { apiVersion, type ResourceInfo } from '../../api/resources.ts';
import {
  EVERYTHING,
  type FieldSelector,
  matches,
  matchesFields,
  parseFieldSelector,
  parseLabelSelector,
  type Selector,
  unsupportedField,
} from '../../api/selector.ts';
import { badRequest, faultOf } from '../../api/status.ts';
import type { Entry } from './entry.ts';

export interface Selection {
  /** '' all. */
  readonly namespace: string;
  readonly name: string;
  /** Pods of one node: an index knows them. */
  readonly node: string;
  readonly all: boolean;
  /** Asked of entries in the namespace, of the name. */
  matches(entry: Entry): boolean;
}

export function selectionOf(
  info: ResourceInfo,
  namespace: string,
  name: string,
  options: { readonly labelSelector?: string; readonly fieldSelector?: string },
): Result<Selection> {
  const labels = options.labelSelector ? parseLabelSelector(options.labelSelector) : ok(EVERYTHING);
  if (!labels.ok) return refused(`unable to parse requirement: ${labels.fault.message}`.replace(TWICE, '$1'));
  const fields = options.fieldSelector ? parseFieldSelector(options.fieldSelector) : ok([]);
  if (!fields.ok) return refused(fields.fault.message);
  const bad = unsupportedField(info, fields.value);
  if (bad !== undefined) return refused(bad);
  return ok(made(info, namespace, name, labels.value, fields.value));
}
const TWICE = /^(unable to parse requirement: )\1/;
const refused = (message: string): Result<never> => ({ ok: false, fault: faultOf(badRequest(message)) });

function made(info: ResourceInfo, namespace: string, name: string, labels: Selector, fields: FieldSelector): Selection {
  const one = (field: string): string =>
    fields.find((term) => term.field === field && term.operator === '=')?.value ?? '';
  const rest = fields.filter((term) => !(term.operator === '=' && PLACES.has(term.field)));
  const wantedName = one('metadata.name');
  const wantedNamespace = one('metadata.namespace');
  const version = apiVersion(info);
  const nothing =
    (name !== '' && wantedName !== '' && name !== wantedName) ||
    (namespace !== '' && wantedNamespace !== '' && namespace !== wantedNamespace) ||
    fields.some((term) => term.operator === '=' && PLACES.has(term.field) && term.value === '');
  return {
    namespace: namespace || wantedNamespace,
    name: name || wantedName,
    node: info.resource === 'pods' ? one('spec.nodeName') : '',
    all: !nothing && labels.requirements.length === 0 && rest.length === 0,
    matches: (entry) =>
      !nothing &&
      (labels.requirements.length === 0 || matches(labels, entry.labels)) &&
      (rest.length === 0 || matchesFields(rest, convert(entry.object, version))),
  };
}
const PLACES: ReadonlySet<string> = new Set(['metadata.name', 'metadata.namespace']);
