//! resource.k8s.io/v1beta1 writes flat what later versions write in a request's `exactly`, and in a device's `basic`
//! what they write in the device (pkg/apis/resource/v1beta1/conversion.go).
import { get, isEmpty, isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';

const FLAT = 'resource.k8s.io/v1beta1';
const ASKED = ['deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations', 'capacity'];

/** The same object where both versions write it alike. */
export function convertDevices(object: JsonObject, from: string, to: string): JsonObject {
  if ((from === FLAT) === (to === FLAT)) return object;
  const request = to === FLAT ? flatRequest : nestedRequest;
  const claim = (spec: JsonObject): JsonObject => eachOf(spec, ['devices', 'requests'], request);
  const spec = objectOf(object['spec']);
  switch (object['kind']) {
    case 'ResourceClaim':
      return { ...object, spec: claim(spec) };
    case 'ResourceClaimTemplate':
      return { ...object, spec: { ...spec, spec: claim(objectOf(spec['spec'])) } };
    case 'ResourceSlice':
      return { ...object, spec: eachOf(spec, ['devices'], to === FLAT ? basicDevice : plainDevice) };
    default:
      return object;
  }
}
function eachOf(object: JsonObject, path: readonly string[], change: (item: JsonObject) => JsonObject): JsonObject {
  const [key = '', ...rest] = path;
  const value = object[key];
  if (value === undefined || value === null) return object;
  if (rest.length > 0) return { ...object, [key]: eachOf(objectOf(value), rest, change) };
  return { ...object, [key]: listOf(value).map((item): Json => (isObject(item) ? change(item) : item)) };
}
function flatRequest({ exactly, ...request }: JsonObject): JsonObject {
  return { ...request, ...objectOf(exactly) };
}
function nestedRequest(request: JsonObject): JsonObject {
  const outer: JsonObject = {};
  const exactly: JsonObject = {};
  for (const [key, value] of Object.entries(request)) (ASKED.includes(key) ? exactly : outer)[key] = value;
  return Object.values(exactly).every(isEmpty) ? outer : { ...outer, exactly };
}
const basicDevice = ({ name, ...basic }: JsonObject): JsonObject => ({
  ...(name === undefined ? {} : { name }),
  basic,
});
const plainDevice = (device: JsonObject): JsonObject => ({
  ...(device['name'] === undefined ? {} : { name: device['name'] }),
  ...objectOf(get(device, 'basic')),
});
