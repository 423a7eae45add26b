//! Defaults of pods and pod templates (pkg/apis/core/v1/defaults.go).
import { get, isObject, type JsonObject, listOf, textOf } from '../json.ts';
import { askedByLimits, ofWholePod, resources, rounded } from './amounts.ts';
import { at, each, fill } from './fill.ts';
import { pullPolicy, volume } from './volume.ts';

export const DEFAULT_SCHEDULER = 'default-scheduler';

/** Only pods are given requests from limits, ports of their host and service links: templates wait for them. */
export const pod = (object: JsonObject): JsonObject =>
  at(at(object, 'status', podStatus), 'spec', (spec) => {
    let filled = fill(podSpec(spec), { enableServiceLinks: true });
    for (const list of ['containers', 'initContainers']) {
      filled = each(filled, list, askedByLimits);
      if (spec['hostNetwork'] === true) filled = each(filled, list, hostPorts);
    }
    return ofWholePod(filled);
  });
const hostPorts = (container: JsonObject): JsonObject =>
  each(container, 'ports', (port) =>
    port['hostPort'] || port['containerPort'] === undefined ? port : { ...port, hostPort: port['containerPort'] },
  );
function podStatus(status: JsonObject): JsonObject {
  const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];
  return lists.reduce(
    (result, list) => each(result, list, (one) => resources(rounded(one, 'allocatedResources'))),
    resources(status),
  );
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
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) filled = each(filled, list, container);
  return each(resources(rounded(filled, 'overhead')), 'volumes', volume);
}

function container(item: JsonObject): JsonObject {
  let filled = fill(item, {
    imagePullPolicy: pullPolicy(textOf(item['image'])),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  filled = each(resources(filled), 'ports', (port) => fill(port, { protocol: 'TCP' }));
  filled = each(filled, 'env', (env) =>
    at(env, 'valueFrom', (from) => {
      const field = at(from, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' }));
      return at(field, 'resourceFieldRef', (ref) => fill(ref, { divisor: '0' }));
    }),
  );
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) filled = at(filled, name, probe);
  return at(filled, 'lifecycle', (lifecycle) => at(at(lifecycle, 'postStart', handler), 'preStop', handler));
}
function probe(item: JsonObject): JsonObject {
  const defaults: JsonObject = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  const missing = Object.keys(defaults).filter((key) => !item[key]);
  const timed = missing.length === 0 ? item : { ...item };
  for (const key of missing) timed[key] = defaults[key]!;
  return handler(timed);
}
function handler(item: JsonObject): JsonObject {
  const http = at(item, 'httpGet', (get) => fill(get, { path: '/', scheme: 'HTTP' }));
  return at(http, 'grpc', (grpc) => fill(grpc, { service: '' }));
}

export const templateLabels = (object: JsonObject): JsonObject | undefined => {
  const labels = get(object, 'spec', 'template', 'metadata', 'labels');
  return isObject(labels) ? labels : undefined;
};
export const containersOf = (spec: unknown): readonly JsonObject[] =>
  [...listOf(get(spec, 'initContainers')), ...listOf(get(spec, 'containers'))].filter(isObject);
