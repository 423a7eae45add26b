//! Server-side printing: what `kubectl get` shows. Columns of pkg/printers/internalversion of Kubernetes 1.36.
import { asJson, get, type Json, textOf } from './json.ts';
import type { ResourceInfo } from './resources.ts';
import * as access from './table/access.ts';
import * as cluster from './table/cluster.ts';
import { type Cell, type Column, columns, nameOf, type Printer } from './table/column.ts';
import * as devices from './table/devices.ts';
import * as fairness from './table/fairness.ts';
import * as network from './table/network.ts';
import { pods, podTemplates } from './table/pod.ts';
import * as storage from './table/storage.ts';
import * as workload from './table/workload.ts';

export { type Cell, type Column, columns, type Printer } from './table/column.ts';
export { type PodSummary, summarize } from './table/pod.ts';
export const SCALES = workload.scales;

export type IncludeObject = 'None' | 'Metadata' | 'Object';
export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly object[];
  readonly object?: object;
}
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly columnDefinitions: readonly Column[];
  readonly rows: readonly TableRow[];
}

const PRINTERS: Readonly<Record<string, Printer>> = {
  '/componentstatuses': cluster.componentStatuses,
  '/configmaps': cluster.configMaps,
  '/endpoints': network.endpoints,
  '/events': cluster.events,
  '/namespaces': cluster.namespaces,
  '/nodes': cluster.nodes,
  '/persistentvolumeclaims': storage.claims,
  '/persistentvolumes': storage.persistentVolumes,
  '/pods': pods,
  '/podtemplates': podTemplates,
  '/replicationcontrollers': workload.replicationControllers,
  '/resourcequotas': cluster.resourceQuotas,
  '/secrets': cluster.secrets,
  '/serviceaccounts': cluster.serviceAccounts,
  '/services': network.services,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': access.webhooks,
  'admissionregistration.k8s.io/mutatingadmissionpolicies': access.mutatingPolicies,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': access.admissionPolicyBindings,
  'admissionregistration.k8s.io/validatingadmissionpolicies': access.validatingPolicies,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': access.admissionPolicyBindings,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': access.webhooks,
  'apiregistration.k8s.io/apiservices': access.apiServices,
  'apps/controllerrevisions': workload.controllerRevisions,
  'apps/daemonsets': workload.daemonSets,
  'apps/deployments': workload.deployments,
  'apps/replicasets': workload.replicaSets,
  'apps/statefulsets': workload.statefulSets,
  'autoscaling/horizontalpodautoscalers': workload.autoscalers,
  'batch/cronjobs': workload.cronJobs,
  'batch/jobs': workload.jobs,
  'certificates.k8s.io/certificatesigningrequests': access.signingRequests,
  'coordination.k8s.io/leases': cluster.leases,
  'discovery.k8s.io/endpointslices': network.endpointSlices,
  'events.k8s.io/events': cluster.events,
  'flowcontrol.apiserver.k8s.io/flowschemas': fairness.flowSchemas,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': fairness.priorityLevels,
  'networking.k8s.io/ingressclasses': network.ingressClasses,
  'networking.k8s.io/ingresses': network.ingresses,
  'networking.k8s.io/ipaddresses': network.ipAddresses,
  'networking.k8s.io/networkpolicies': network.networkPolicies,
  'networking.k8s.io/servicecidrs': network.serviceCidrs,
  'node.k8s.io/runtimeclasses': cluster.runtimeClasses,
  'policy/poddisruptionbudgets': workload.disruptionBudgets,
  'rbac.authorization.k8s.io/clusterrolebindings': access.bindings,
  'rbac.authorization.k8s.io/rolebindings': access.bindings,
  'resource.k8s.io/deviceclasses': devices.aged,
  'resource.k8s.io/resourceclaims': devices.resourceClaims,
  'resource.k8s.io/resourceclaimtemplates': devices.aged,
  'resource.k8s.io/resourceslices': devices.resourceSlices,
  'scheduling.k8s.io/priorityclasses': cluster.priorityClasses,
  'storage.k8s.io/csidrivers': storage.csiDrivers,
  'storage.k8s.io/csinodes': storage.csiNodes,
  'storage.k8s.io/csistoragecapacities': storage.storageCapacities,
  'storage.k8s.io/storageclasses': storage.storageClasses,
  'storage.k8s.io/volumeattachments': storage.volumeAttachments,
  'storage.k8s.io/volumeattributesclasses': storage.volumeAttributesClasses,
};
/** Built-in kinds without columns of their own say when they were made (rest.NewDefaultTableConvertor). */
const CREATED: Printer = {
  columns: columns('Name Created_At:date'),
  cells: (object) => [nameOf(object), textOf(get(object, 'metadata', 'creationTimestamp'))],
};
/** The group and version of tables; clients that ask for `v1beta1` are told that. */
const META = 'meta.k8s.io/v1';
type Kind = Pick<ResourceInfo, 'group' | 'resource' | 'custom'>;
export const printerOf = (info: Kind): Printer =>
  info.custom?.printer ?? PRINTERS[`${info.group}/${info.resource}`] ?? CREATED;

export const table = (
  info: Kind,
  objects: readonly object[],
  nowMs: number,
  includeObject: IncludeObject = 'Metadata',
  version = META,
): Table => tableWith(printerOf(info), objects, nowMs, includeObject, version);

export function tableWith(
  printer: Printer,
  objects: readonly object[],
  nowMs: number,
  includeObject: IncludeObject = 'Metadata',
  version = META,
): Table {
  const shown = objects.map(asJson);
  return {
    kind: 'Table',
    apiVersion: version,
    metadata: {},
    columnDefinitions: printer.columns.map((column) => ({ format: '', description: '', priority: 0, ...column })),
    rows: (printer.order === undefined ? shown : shown.toSorted(printer.order)).map((object) =>
      row(printer, object, nowMs, includeObject, version),
    ),
  };
}
function row(printer: Printer, object: Json, nowMs: number, includeObject: IncludeObject, version: string): TableRow {
  const done = printer.done?.(object);
  const shown =
    includeObject === 'Object'
      ? object
      : { kind: 'PartialObjectMetadata', apiVersion: version, metadata: get(object, 'metadata') };
  return {
    cells: printer.cells(object, nowMs),
    ...(done === undefined ? {} : { conditions: [{ type: 'Completed', status: 'True', ...done }] }),
    ...(includeObject === 'None' ? {} : { object: shown as object }),
  };
}
