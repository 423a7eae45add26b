//! The bounds of a LimitRange, in the words of plugin/pkg/admission/limitranger.
import { get, type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';
import { type Amounts, amountsOf, totalsOf } from '../../../api/pod-totals.ts';
import { compare, nanosOf } from '../../../api/quantity.ts';

const MILLI_MAX = 1_000_000_000n * (2n ** 63n / 1000n);
const NONE: Amounts = new Map();

export function violationsOf(resource: string, object: JsonObject, limits: readonly JsonObject[]): readonly string[] {
  const spec = object['spec'];
  const found: string[] = [];
  for (const limit of limits) {
    const type = textOf(limit['type']);
    if (resource === 'persistentvolumeclaims') {
      if (type !== 'PersistentVolumeClaim') continue;
      const requests = amountsOf(get(spec, 'resources', 'requests'));
      for (const [name, bound] of sorted(limit['min'])) add(found, least(type, name, bound, requests, NONE));
      for (const [name, bound] of sorted(limit['max'])) add(found, mostRequested(type, name, bound, requests));
    } else if (type === 'Container') {
      for (const container of [...listOf(get(spec, 'containers')), ...listOf(get(spec, 'initContainers'))]) {
        const resources = objectOf(get(container, 'resources'));
        bounded(found, type, limit, amountsOf(resources['requests']), amountsOf(resources['limits']));
      }
    } else if (type === 'Pod')
      bounded(found, type, limit, totalsOf(spec, 'requests', false), totalsOf(spec, 'limits', false));
  }
  return found;
}
const sorted = (bounds: JsonObject[string] | undefined): readonly (readonly [string, string])[] =>
  [...amountsOf(bounds)].sort(([a], [b]) => (a < b ? -1 : 1));
function add(found: string[], violation: string | undefined): void {
  if (violation !== undefined) found.push(violation);
}
function bounded(found: string[], type: string, limit: JsonObject, requests: Amounts, limits: Amounts): void {
  for (const [name, bound] of sorted(limit['min'])) add(found, least(type, name, bound, requests, limits));
  for (const [name, bound] of sorted(limit['max'])) add(found, most(type, name, bound, requests, limits));
  for (const [name, bound] of sorted(limit['maxLimitRequestRatio']))
    add(found, ratio(type, name, bound, requests, limits));
}

function least(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const rule = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compare(request, bound) < 0) return `${rule}, but request is ${request}`;
  return limit !== undefined && compare(limit, bound) < 0 ? `${rule}, but limit is ${limit}` : undefined;
}
function most(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const rule = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compare(limit, bound) > 0) return `${rule}, but limit is ${limit}`;
  return request !== undefined && compare(request, bound) > 0 ? `${rule}, but request is ${request}` : undefined;
}
function mostRequested(type: string, name: string, bound: string, requests: Amounts): string | undefined {
  const request = requests.get(name);
  const rule = `maximum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  return compare(request, bound) > 0 ? `${rule}, but request is ${request}` : undefined;
}
function ratio(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const rule = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (request === undefined || nanosOf(request) === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === undefined || nanosOf(limit) === 0n) return `${rule}, but no limit is specified or limit is 0`;
  // Told in thousandths, as the original does, where the bound can be.
  const scale = nanosOf(bound) <= MILLI_MAX ? 1000 : 1;
  const observed = (Number(nanosOf(limit)) / Number(nanosOf(request))) * scale;
  return observed > (Number(nanosOf(bound)) / 1e9) * scale
    ? `${rule}, but provided ratio is ${observed.toFixed(6)}`
    : undefined;
}
