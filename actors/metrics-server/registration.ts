//! What makes it part of the API: its APIService, and who may read what it says (metrics-server's manifests).
import { ok, type Result } from '../../runtime/fault.ts';
import type { Task } from '../../runtime/task.ts';
import { findResource } from '../api/resources.ts';
import type { Draft, KubeObject } from '../api/types/meta.ts';
import { ACTOR_ANNOTATION } from '../apiserver/protocol.ts';
import type { Client } from '../client/protocol.ts';
import { METRICS_GROUP, METRICS_SERVER, METRICS_VERSION } from './protocol.ts';

const API_SERVICES = findResource('apiregistration.k8s.io', 'v1', 'apiservices')!;
const CLUSTER_ROLES = findResource('rbac.authorization.k8s.io', 'v1', 'clusterroles')!;
const { component, namespace, name } = METRICS_SERVER;
const LABELS = { 'k8s-app': name };
const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

const SERVICE = {
  metadata: {
    name: `${METRICS_VERSION}.${METRICS_GROUP}`,
    labels: LABELS,
    annotations: { [ACTOR_ANNOTATION]: `${component}/${namespace}/${name}` },
  },
  spec: {
    group: METRICS_GROUP,
    version: METRICS_VERSION,
    groupPriorityMinimum: 100,
    versionPriority: 100,
    service: { namespace, name },
    insecureSkipTLSVerify: true,
  },
};
const READER = {
  metadata: {
    name: 'system:aggregated-metrics-reader',
    labels: {
      ...LABELS,
      ...Object.fromEntries(['admin', 'edit', 'view'].map((role) => [`${AGGREGATE}${role}`, 'true'])),
    },
  },
  rules: [{ apiGroups: [METRICS_GROUP], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
};

/** What is there already is somebody's choice, and stays. */
export function* register(client: Client): Task<Result<void>> {
  for (const [resource, object] of [
    [API_SERVICES, SERVICE],
    [CLUSTER_ROLES, READER],
  ] as const) {
    const made = yield* client.create(resource, '', object as Draft<KubeObject>);
    if (!made.ok && made.fault.reason !== 'AlreadyExists') return made;
  }
  return ok(undefined);
}
