//! The APIServices of what this server answers itself (kube-apiserver's autoregistration).
import { apiVersion, type ResourceInfo } from '../../api/resources.ts';

export const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';
export const ON_START = 'onstart';
export const ALWAYS = 'true';
/** cmd/kube-apiserver/app/aggregator.go and pkg/controlplane/apiserver/aggregator.go; the first is the legacy group. */
const GROUPS: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'resource.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'internal.apiserver.k8s.io': 16_000,
  'storagemigration.k8s.io': 15_800,
};
/** What is not `v1` with 15. */
const VERSIONS: Readonly<Record<string, number>> = {
  v1: 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'resource.k8s.io/v1': 21,
};
const V1 = 15;
const UNSTABLE = 9;
/** crdregistration_controller.go */
const CUSTOM = { group: 1_000, version: 100 };
/** It is the aggregator that serves this group: nobody is registered for it. */
const OWN = 'apiregistration.k8s.io';
/** Ahead of all others in discovery. */
const OWN_PRIORITY = 20_000;

/** By which groups are ordered, the highest first. */
export const priorityOf = (group: string): number => (group === OWN ? OWN_PRIORITY : (GROUPS[group] ?? CUSTOM.group));

/** One for each group's version that is served. */
export function localServices(served: readonly ResourceInfo[]): readonly object[] {
  const made = new Map<string, object>();
  for (const info of served) {
    const { group, version } = info;
    const name = `${version}.${group}`;
    if (group === OWN || made.has(name)) continue;
    const custom = info.custom !== undefined;
    made.set(name, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name, labels: { [MANAGED]: custom ? ALWAYS : ON_START } },
      spec: {
        ...(group === '' ? {} : { group }),
        version,
        groupPriorityMinimum: priorityOf(group),
        versionPriority: custom ? CUSTOM.version : (VERSIONS[apiVersion(info)] ?? (version === 'v1' ? V1 : UNSTABLE)),
      },
    });
  }
  return [...made.values()];
}
