//! Field selectors: `status.phase=Running,spec.nodeName!=a`, and which fields each resource offers.
//! Grammar of k8s.io/apimachinery/pkg/fields; fields of each registry strategy's selectable fields.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import { get } from './json.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}
export type FieldSelector = readonly FieldRequirement[];

export function parseFieldSelector(text: string): Result<FieldSelector> {
  const terms: FieldRequirement[] = [];
  for (const term of split(text)) {
    if (term === '') continue;
    const found = /^((?:[^\\=!]|\\.)*?)(!=|==|=)([\s\S]*)$/.exec(term);
    if (found === null) return fail('BadRequest', `invalid selector: '${text}'; can't understand '${term}'`);
    const value = unescaped(found[3] ?? '');
    if (value === undefined)
      return fail('BadRequest', `invalid field selector: invalid value: invalid escape in '${found[3]}'`);
    terms.push({ field: found[1] ?? '', operator: found[2] === '!=' ? '!=' : '=', value });
  }
  return ok(terms);
}
/** At commas that no backslash escapes. */
const split = (text: string): readonly string[] => text.match(/(?:[^\\,]|\\[\s\S])+/g) ?? [];
/** `\\`, `\,` and `\=` only; a bare comma or equals sign in a value is an error. */
const unescaped = (text: string): string | undefined =>
  /^(?:[^\\,=]|\\[\\,=])*$/.test(text) ? text.replace(/\\(.)/g, '$1') : undefined;

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
/** By `group/resource`. A field whose name is not its path in the object says how it is read. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/events': [...INVOLVED.map((field) => `involvedObject.${field}`), 'reason', 'reportingComponent', 'source', 'type'],
  'events.k8s.io/events': [...INVOLVED.map((field) => `regarding.${field}`), 'reason', 'reportingController', 'type'],
  '/nodes': ['spec.unschedulable'],
  '/secrets': ['type'],
  '/namespaces': ['status.phase', 'name'],
  '/replicationcontrollers': ['status.replicas'],
  '/services': ['spec.clusterIP', 'spec.type'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
  'certificates.k8s.io/clustertrustbundles': ['spec.signerName'],
  'certificates.k8s.io/podcertificaterequests': ['spec.signerName', 'spec.podName', 'spec.nodeName'],
  'resource.k8s.io/resourceslices': ['spec.nodeName', 'spec.driver'],
};
const COMMON = ['metadata.name', 'metadata.namespace'];

export const selectableFields = (resource: {
  readonly group: string;
  readonly resource: string;
  readonly custom?: { readonly selectable: readonly string[] };
}): readonly string[] => [
  ...COMMON,
  ...(resource.custom?.selectable ?? SELECTABLE[`${resource.group}/${resource.resource}`] ?? []),
];
/** `field label not supported: x`, or undefined when all are offered. */
export function unsupportedField(
  resource: Parameters<typeof selectableFields>[0],
  selector: FieldSelector,
): string | undefined {
  if (selector.length === 0) return undefined;
  const offered = selectableFields(resource);
  const bad = selector.find(({ field }) => !offered.includes(field));
  return bad === undefined ? undefined : `field label not supported: ${bad.field}`;
}

export function matchesFields(selector: FieldSelector, object: unknown): boolean {
  for (const { field, operator, value } of selector) {
    if ((fieldValue(object, field) === value) !== (operator === '=')) return false;
  }
  return true;
}
function fieldValue(object: unknown, field: string): string {
  switch (field) {
    case 'name':
      return text(get(object, 'metadata', 'name'));
    case 'source':
      return text(get(object, 'source', 'component') ?? get(object, 'reportingComponent'));
    case 'status.successful':
      return text(get(object, 'status', 'succeeded') ?? 0);
    case 'status.replicas':
      return text(get(object, 'status', 'replicas') ?? 0);
    case 'spec.unschedulable':
      return text(get(object, 'spec', 'unschedulable') ?? false);
    case 'spec.hostNetwork':
      return text(get(object, 'spec', 'hostNetwork') ?? false);
    case 'status.podIPs':
      return text(get(object, 'status', 'podIP'));
    default:
      return text(get(object, ...field.split('.')));
  }
}
const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
