//! Defaults of claims of devices (pkg/apis/resource/v1/defaults.go, v1beta1/defaults.go).
import { get, isObject, type JsonObject, textOf } from '../json.ts';
import { at, each, fill } from './fill.ts';

const tolerated = (given: JsonObject): JsonObject =>
  each(given, 'tolerations', (toleration) => fill(toleration, { operator: 'Equal' }));
function asked(given: JsonObject): JsonObject {
  const filled = fill(tolerated(given), { allocationMode: 'ExactCount' });
  return filled['allocationMode'] === 'ExactCount' && !filled['count'] ? { ...filled, count: 1 } : filled;
}
/** v1beta1 has no `exactly`: a request is of a class itself, or of the first that is there. */
function request(given: JsonObject): JsonObject {
  const flat = textOf(given['deviceClassName']) === '' ? given : asked(given);
  return each(at(flat, 'exactly', asked), 'firstAvailable', asked);
}
const spec = (given: JsonObject): JsonObject => at(given, 'devices', (devices) => each(devices, 'requests', request));

export const resourceClaim = (object: JsonObject): JsonObject => {
  const filled = at(object, 'spec', spec);
  if (!isObject(get(filled, 'status', 'allocation', 'devices'))) return filled;
  return at(filled, 'status', (status) =>
    at(status, 'allocation', (allocation) =>
      at(allocation, 'devices', (devices) => each(devices, 'results', tolerated)),
    ),
  );
};
export const resourceClaimTemplate = (object: JsonObject): JsonObject =>
  at(object, 'spec', (given) => at(given, 'spec', spec));
