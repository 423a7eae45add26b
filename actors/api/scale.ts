//! autoscaling/v1 Scale: how many, of anything that is counted.
import type { Custom, ScalePaths } from './custom/compile.ts';
import { stepsOf, valueAt } from './custom/printer.ts';
import { asJson, get, isObject, type Json, type JsonObject, numberOf, objectOf, put } from './json.ts';
import { formatSelector, selectorOf, selectorOfMap } from './selector.ts';
import type { KubeObject, LabelSelector } from './types/meta.ts';

interface Kind {
  readonly group: string;
  readonly kind: string;
  readonly custom?: Custom;
}

export function scaleOf(info: Kind, object: object): KubeObject {
  const paths = info.custom?.scale ?? COUNTS;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectOf(asJson(object)['metadata']);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: numberOf(at(object, paths.spec)) },
    status: { replicas: numberOf(at(object, paths.status)), ...selectorText(info, object) },
  } as unknown as KubeObject;
}
const COUNTS: ScalePaths = { spec: '.spec.replicas', status: '.status.replicas' };
const at = (object: object, path: string): Json | undefined => valueAt(asJson(object), path);
function selectorText(info: Kind, object: object): { selector?: string } {
  if (info.custom !== undefined) {
    const { selector: path } = info.custom.scale ?? COUNTS;
    const text = path === undefined ? undefined : at(object, path);
    return typeof text === 'string' && text !== '' ? { selector: text } : {};
  }
  const selector = get(object, 'spec', 'selector');
  if (!isObject(selector)) return {};
  const parsed =
    info.kind === 'ReplicationController'
      ? selectorOfMap(selector as Record<string, string>)
      : selectorOf(selector as unknown as LabelSelector);
  return { selector: formatSelector(parsed) };
}
/** The object with the count a Scale asks for. Its resourceVersion, when given, is what the update is compared with. */
export function withScale<T extends object>(info: Kind, object: T, scale: object): T {
  const source = asJson(object);
  const metadata: JsonObject = { ...objectOf(source['metadata']) };
  const resourceVersion = get(scale, 'metadata', 'resourceVersion');
  if (typeof resourceVersion === 'string' && resourceVersion !== '') metadata['resourceVersion'] = resourceVersion;
  const replicas = numberOf(get(scale, 'spec', 'replicas'));
  const steps = stepsOf((info.custom?.scale ?? COUNTS).spec) ?? ['spec', 'replicas'];
  return replaced({ ...source, metadata }, steps.map(String), replicas) as T;
}
function replaced(object: JsonObject, [first, ...rest]: readonly string[], value: Json): JsonObject {
  if (first === undefined) return object;
  const result = { ...object };
  put(result, first, rest.length === 0 ? value : replaced(objectOf(result[first]), rest, value));
  return result;
}
