//! What an API server fills in when a client says nothing.
import * as cluster from './defaults/cluster.ts';
import * as devices from './defaults/devices.ts';
import * as extension from './defaults/extension.ts';
import * as flow from './defaults/flow.ts';
import * as network from './defaults/network.ts';
import { pod } from './defaults/pod.ts';
import * as volume from './defaults/volume.ts';
import * as workload from './defaults/workload.ts';
import { asJson, type JsonObject } from './json.ts';

/** By `group/Kind`: a kind's versions share their defaults where they do not look at `apiVersion`. */
const DEFAULTS: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  '/Endpoints': network.endpoints,
  '/LimitRange': cluster.limitRange,
  '/Namespace': cluster.namespace,
  '/Node': cluster.node,
  '/PersistentVolume': volume.persistentVolume,
  '/PersistentVolumeClaim': volume.claim,
  '/Pod': pod,
  '/PodTemplate': workload.podTemplateObject,
  '/ReplicationController': workload.replicationController,
  '/ResourceQuota': cluster.resourceQuota,
  '/Secret': cluster.secret,
  '/Service': network.service,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': extension.mutatingWebhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': extension.admissionPolicy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': extension.admissionPolicyBinding,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': extension.admissionPolicy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': extension.admissionPolicyBinding,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': extension.validatingWebhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': extension.customResourceDefinition,
  'apiregistration.k8s.io/APIService': extension.apiService,
  'apps/DaemonSet': workload.daemonSet,
  'apps/Deployment': workload.deployment,
  'apps/ReplicaSet': workload.replicaSet,
  'apps/StatefulSet': workload.statefulSet,
  'autoscaling/HorizontalPodAutoscaler': workload.autoscaler,
  'batch/CronJob': workload.cronJob,
  'batch/Job': workload.job,
  'discovery.k8s.io/EndpointSlice': network.endpointSlice,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flow.flowSchema,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': flow.priorityLevel,
  'networking.k8s.io/IngressClass': network.ingressClass,
  'networking.k8s.io/NetworkPolicy': network.networkPolicy,
  'rbac.authorization.k8s.io/ClusterRoleBinding': cluster.roleBinding,
  'rbac.authorization.k8s.io/RoleBinding': cluster.roleBinding,
  'resource.k8s.io/ResourceClaim': devices.resourceClaim,
  'resource.k8s.io/ResourceClaimTemplate': devices.resourceClaimTemplate,
  'scheduling.k8s.io/PriorityClass': cluster.priorityClass,
  'storage.k8s.io/CSIDriver': volume.csiDriver,
  'storage.k8s.io/StorageClass': volume.storageClass,
};

/** The object, with what it lacks; the same object when it lacks nothing. */
export function applyDefaults<T extends object>(info: { readonly group: string; readonly kind: string }, object: T): T {
  const fill = DEFAULTS[`${info.group}/${info.kind}`];
  return fill === undefined ? object : (fill(asJson(object)) as T);
}
