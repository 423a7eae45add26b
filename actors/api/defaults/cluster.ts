//! Defaults of namespaces, nodes, secrets, roles, limits and priorities.
import { isObject, type JsonObject, objectOf, textOf } from '../json.ts';
import { rounded } from './amounts.ts';
import { at, each, fill, within } from './fill.ts';

const RBAC = 'rbac.authorization.k8s.io';
const NAME = 'kubernetes.io/metadata.name';

export function namespace(object: JsonObject): JsonObject {
  const name = textOf(objectOf(object['metadata'])['name']);
  const labelled =
    name === ''
      ? object
      : within(object, 'metadata', (metadata) =>
          within(metadata, 'labels', (labels) => (labels[NAME] === name ? labels : { ...labels, [NAME]: name })),
        );
  return within(labelled, 'status', (status) => fill(status, { phase: 'Active' }));
}
export const node = (object: JsonObject): JsonObject =>
  at(object, 'status', (status) =>
    rounded(fill(status, { allocatable: status['capacity'] }), 'capacity', 'allocatable'),
  );
export const resourceQuota = (object: JsonObject): JsonObject =>
  at(
    at(object, 'spec', (spec) => rounded(spec, 'hard')),
    'status',
    (status) => rounded(status, 'hard', 'used'),
  );

/** `stringData` is a way to write only (pkg/apis/core/v1/conversion.go). */
export function secret(object: JsonObject): JsonObject {
  const filled = fill(object, { type: 'Opaque' });
  const { stringData, ...rest } = filled;
  if (stringData === undefined) return filled;
  if (!isObject(stringData)) return rest;
  const data: JsonObject = { ...objectOf(rest['data']) };
  for (const [key, value] of Object.entries(stringData)) data[key] = base64(textOf(value));
  return { ...rest, data };
}
function base64(text: string): string {
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
const encoder = new TextEncoder();

export function roleBinding(object: JsonObject): JsonObject {
  const subjects = each(object, 'subjects', (subject) =>
    subject['kind'] === 'User' || subject['kind'] === 'Group' ? fill(subject, { apiGroup: RBAC }) : subject,
  );
  return at(subjects, 'roleRef', (role) => (textOf(role['apiGroup']) === '' ? { ...role, apiGroup: RBAC } : role));
}
export const priorityClass = (object: JsonObject): JsonObject =>
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });

/** A container's limit is the maximum, its request the limit or the minimum, unless said. */
export const limitRange = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) =>
    each(spec, 'limits', (given) => {
      const item = rounded(given, 'max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio');
      if (item['type'] !== 'Container') return item;
      const limits = fill(objectOf(item['default']), objectOf(item['max']));
      const requests = fill(fill(objectOf(item['defaultRequest']), limits), objectOf(item['min']));
      return {
        ...item,
        ...(Object.keys(limits).length === 0 ? {} : { default: limits }),
        ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests }),
      };
    }),
  );
