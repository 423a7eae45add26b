//! Defaults of pods and pod templates (pkg/apis/core/v1/defaults.go).
import { get, isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { at, each, fill } from './fill.ts';
import { volume } from './volume.ts';

export const DEFAULT_SCHEDULER = 'default-scheduler';

export function pod(object: JsonObject): JsonObject {
  return at(object, 'spec', (spec) => {
    const filled = fill(podSpec(spec), { enableServiceLinks: true });
    const limited = each(each(filled, 'containers', requestsFromLimits), 'initContainers', requestsFromLimits);
    return at(limited, 'resources', (resources) => requests(resources));
  });
}
/** Only pods are given requests from limits, and service links; templates wait until they become pods. */
const requestsFromLimits = (container: JsonObject): JsonObject => at(container, 'resources', requests);
function requests(resources: JsonObject): JsonObject {
  const limits = resources['limits'];
  if (!isObject(limits)) return resources;
  const asked = fill(objectOf(resources['requests']), limits);
  return asked === resources['requests'] ? resources : { ...resources, requests: asked };
}

/** `{ metadata, spec }` of a workload. */
export const podTemplate = (template: JsonObject): JsonObject => at(template, 'spec', podSpec);

export function podSpec(spec: JsonObject): JsonObject {
  // The old name of the field is kept in step with the new one (pkg/apis/core/v1/conversion.go).
  const account = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']);
  let filled = fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: DEFAULT_SCHEDULER,
    ...(account === '' ? {} : { serviceAccountName: account, serviceAccount: account }),
  });
  if (filled['serviceAccount'] !== undefined && filled['serviceAccount'] !== account) {
    filled = { ...filled, serviceAccount: account };
  }
  const hostNetwork = spec['hostNetwork'] === true;
  const one = (item: JsonObject): JsonObject => container(item, hostNetwork);
  filled = each(filled, 'containers', one);
  filled = each(filled, 'initContainers', one);
  filled = each(filled, 'ephemeralContainers', one);
  return each(filled, 'volumes', volume);
}

function container(item: JsonObject, hostNetwork: boolean): JsonObject {
  let filled = fill(item, {
    imagePullPolicy: pullPolicy(textOf(item['image'])),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  filled = each(filled, 'ports', (port) =>
    fill(port, { protocol: 'TCP', hostPort: hostNetwork ? port['containerPort'] : undefined }),
  );
  filled = each(filled, 'env', (env) =>
    at(env, 'valueFrom', (from) => {
      const field = at(from, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' }));
      return at(field, 'resourceFieldRef', (ref) => fill(ref, { divisor: '0' }));
    }),
  );
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) filled = at(filled, name, probe);
  return at(filled, 'lifecycle', (lifecycle) => at(at(lifecycle, 'postStart', handler), 'preStop', handler));
}
const probe = (item: JsonObject): JsonObject =>
  handler(fill(item, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }));
function handler(item: JsonObject): JsonObject {
  const http = at(item, 'httpGet', (get) => fill(get, { path: '/', scheme: 'HTTP' }));
  return at(http, 'grpc', (grpc) => fill(grpc, { service: '' }));
}

/** `latest`, said or meant, is pulled each time; a digest is not. */
export function pullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.lastIndexOf(':');
  return colon < 0 || name.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent';
}

export const templateLabels = (object: JsonObject): JsonObject | undefined => {
  const labels = get(object, 'spec', 'template', 'metadata', 'labels');
  return isObject(labels) ? labels : undefined;
};
export const containersOf = (spec: unknown): readonly JsonObject[] =>
  [...listOf(get(spec, 'initContainers')), ...listOf(get(spec, 'containers'))].filter(isObject);
