//! autoscaling/v1 Scale: how many, of anything that is counted.
import { asJson, get, isObject, type JsonObject, numberOf, objectOf } from './json.ts';
import { formatSelector, selectorOf, selectorOfMap } from './selector.ts';
import type { KubeObject, LabelSelector } from './types/meta.ts';

interface Kind {
  readonly group: string;
  readonly kind: string;
}

export function scaleOf(info: Kind, object: object): KubeObject {
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
    spec: { replicas: numberOf(get(object, 'spec', 'replicas')) },
    status: { replicas: numberOf(get(object, 'status', 'replicas')), ...selectorText(info, object) },
  } as unknown as KubeObject;
}
function selectorText(info: Kind, object: object): { selector?: string } {
  const selector = get(object, 'spec', 'selector');
  if (!isObject(selector)) return {};
  const parsed =
    info.kind === 'ReplicationController'
      ? selectorOfMap(selector as Record<string, string>)
      : selectorOf(selector as unknown as LabelSelector);
  return { selector: formatSelector(parsed) };
}
/** The object with the count a Scale asks for. Its resourceVersion, when given, is what the update is compared with. */
export function withScale<T extends object>(_info: Kind, object: T, scale: object): T {
  const source = asJson(object);
  const metadata: JsonObject = { ...objectOf(source['metadata']) };
  const resourceVersion = get(scale, 'metadata', 'resourceVersion');
  if (typeof resourceVersion === 'string' && resourceVersion !== '') metadata['resourceVersion'] = resourceVersion;
  const replicas = numberOf(get(scale, 'spec', 'replicas'));
  return { ...source, metadata, spec: { ...objectOf(source['spec']), replicas } } as T;
}
