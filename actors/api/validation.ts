//! Whether an object may be stored: everything wrong with it, in Kubernetes' words.
import type { FieldError } from './field-error.ts';
import { asJson, type JsonObject } from './json.ts';
import type { ResourceInfo } from './resources.ts';
import * as batch from './validation/batch.ts';
import type { Errors } from './validation/check.ts';
import * as cluster from './validation/cluster.ts';
import * as extension from './validation/extension.ts';
import { metadata, metadataUpdate } from './validation/metadata.ts';
import * as network from './validation/network.ts';
import { pod } from './validation/pod.ts';
import * as policy from './validation/policy.ts';
import { resourceQuota } from './validation/quota.ts';
import * as rbac from './validation/rbac.ts';
import * as volume from './validation/volume.ts';
import * as workload from './validation/workload.ts';

export type { FieldError } from './field-error.ts';

type Validator = (errors: Errors, object: JsonObject, old?: JsonObject, subresource?: string) => void;
const VALIDATORS: Readonly<Record<string, Validator>> = {
  '/ConfigMap': cluster.configMap,
  '/Endpoints': network.endpoints,
  '/Event': cluster.event,
  '/LimitRange': cluster.limitRange,
  '/Namespace': cluster.namespace,
  '/Node': cluster.node,
  '/PersistentVolume': volume.persistentVolume,
  '/PersistentVolumeClaim': volume.claim,
  '/Pod': pod,
  '/ReplicationController': workload.replicationController,
  '/ResourceQuota': resourceQuota,
  '/Secret': cluster.secret,
  '/Service': network.service,
  '/ServiceAccount': cluster.serviceAccount,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': policy.mutatingPolicy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': policy.mutatingBinding,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': extension.webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': policy.validatingPolicy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': policy.validatingBinding,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': extension.webhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': extension.customResourceDefinition,
  'apiregistration.k8s.io/APIService': extension.apiService,
  'apps/ControllerRevision': workload.controllerRevision,
  'apps/DaemonSet': workload.daemonSet,
  'apps/Deployment': workload.deployment,
  'apps/ReplicaSet': workload.replicaSet,
  'apps/StatefulSet': workload.statefulSet,
  'autoscaling/HorizontalPodAutoscaler': batch.autoscaler,
  'batch/CronJob': batch.cronJob,
  'batch/Job': batch.job,
  'certificates.k8s.io/CertificateSigningRequest': extension.signingRequest,
  'coordination.k8s.io/Lease': cluster.lease,
  'discovery.k8s.io/EndpointSlice': network.endpointSlice,
  'events.k8s.io/Event': cluster.event,
  'networking.k8s.io/Ingress': network.ingress,
  'networking.k8s.io/IngressClass': network.ingressClass,
  'networking.k8s.io/NetworkPolicy': network.networkPolicy,
  'policy/PodDisruptionBudget': batch.disruptionBudget,
  'rbac.authorization.k8s.io/ClusterRole': rbac.role,
  'rbac.authorization.k8s.io/ClusterRoleBinding': rbac.binding,
  'rbac.authorization.k8s.io/Role': rbac.role,
  'rbac.authorization.k8s.io/RoleBinding': rbac.binding,
  'scheduling.k8s.io/PriorityClass': cluster.priorityClass,
  'storage.k8s.io/StorageClass': volume.storageClass,
};
/** Of a status only metadata is checked, except where a validator knows the subresource. */
const SUBRESOURCES: ReadonlySet<string> = new Set(['ephemeralcontainers', 'resize']);

/** After defaulting. `old`: an update of that. */
export function validate(
  info: Pick<ResourceInfo, 'group' | 'kind' | 'namespaced' | 'custom'>,
  object: object,
  old?: object,
  subresource = '',
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const given = asJson(object);
  if (old === undefined) metadata(errors, info, given);
  else metadataUpdate(errors, given, asJson(old));
  if (info.custom !== undefined) {
    errors.push(...info.custom.check(given, old === undefined ? undefined : asJson(old)));
  } else if (subresource === '' || SUBRESOURCES.has(subresource)) {
    VALIDATORS[`${info.group}/${info.kind}`]?.(errors, given, old === undefined ? undefined : asJson(old), subresource);
  }
  return errors;
}
