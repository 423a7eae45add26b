//! Bindings, signing requests, webhooks, policies and aggregated APIs.
import { get, type Json, listOf, textOf } from '../json.ts';
import { humanDuration } from '../time.ts';
import { ageOf, columns, NONE, nameOf, type Printer, sizeOf, UNSET } from './column.ts';

export const bindings: Printer = {
  columns: columns('Name Role Age Users:string:1 Groups:string:1 ServiceAccounts:string:1'),
  cells: (object, nowMs) => {
    const of = (kind: string): string =>
      listOf(get(object, 'subjects'))
        .filter((item) => get(item, 'kind') === kind)
        .map((item) => {
          const namespace = textOf(get(item, 'namespace'));
          return kind === 'ServiceAccount' && namespace !== ''
            ? `${namespace}/${textOf(get(item, 'name'))}`
            : textOf(get(item, 'name'));
        })
        .join(', ');
    return [
      nameOf(object),
      `${textOf(get(object, 'roleRef', 'kind'))}/${textOf(get(object, 'roleRef', 'name'))}`,
      ageOf(object, nowMs),
      of('User'),
      of('Group'),
      of('ServiceAccount'),
    ];
  },
};
function signing(object: Json): string {
  const types = listOf(get(object, 'status', 'conditions')).map((item) => get(item, 'type'));
  const parts = [types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending'];
  if (types.includes('Failed')) parts.push('Failed');
  if (textOf(get(object, 'status', 'certificate')) !== '') parts.push('Issued');
  return parts.join(',');
}
export const signingRequests: Printer = {
  columns: columns('Name Age SignerName Requestor RequestedDuration Condition'),
  cells: (object, nowMs) => {
    const seconds = get(object, 'spec', 'expirationSeconds');
    return [
      nameOf(object),
      ageOf(object, nowMs),
      textOf(get(object, 'spec', 'signerName')) || NONE,
      textOf(get(object, 'spec', 'username')),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : NONE,
      signing(object),
    ];
  },
};
export const webhooks: Printer = {
  columns: columns('Name Webhooks:integer Age'),
  cells: (object, nowMs) => [nameOf(object), sizeOf(get(object, 'webhooks')), ageOf(object, nowMs)],
};
const paramKind = (object: Json): string => {
  const kind = get(object, 'spec', 'paramKind');
  return kind === undefined ? UNSET : `${textOf(get(kind, 'apiVersion'))}/${textOf(get(kind, 'kind'))}`;
};
const policies = (title: string, field: string): Printer => ({
  columns: columns(`Name ${title}:integer ParamKind Age`),
  cells: (object, nowMs) => [
    nameOf(object),
    sizeOf(get(object, 'spec', field)),
    paramKind(object),
    ageOf(object, nowMs),
  ],
});
export const validatingPolicies = policies('Validations', 'validations');
export const mutatingPolicies = policies('Mutations', 'mutations');
export const admissionPolicyBindings: Printer = {
  columns: columns('Name PolicyName ParamRef Age'),
  cells: (object, nowMs) => {
    const ref = get(object, 'spec', 'paramRef');
    const namespace = textOf(get(ref, 'namespace')) || '*';
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'policyName')),
      ref === undefined ? UNSET : `${namespace}/${textOf(get(ref, 'name')) || '*'}`,
      ageOf(object, nowMs),
    ];
  },
};
export const apiServices: Printer = {
  columns: columns('Name Service Available Age'),
  cells: (object, nowMs) => {
    const service = get(object, 'spec', 'service');
    const available = listOf(get(object, 'status', 'conditions')).find((item) => get(item, 'type') === 'Available');
    const status = textOf(get(available, 'status')) || 'Unknown';
    return [
      nameOf(object),
      service === undefined || service === null
        ? 'Local'
        : `${textOf(get(service, 'namespace'))}/${textOf(get(service, 'name'))}`,
      status === 'True' ? status : `${status} (${textOf(get(available, 'reason'))})`,
      ageOf(object, nowMs),
    ];
  },
};
