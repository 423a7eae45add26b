//! Whether an object may be stored: everything wrong with it, in Kubernetes' words.
import type { FieldError } from './field-error.ts';
import { asJson, type JsonObject } from './json.ts';
import type { ResourceInfo } from './resources.ts';
import { mutatingWebhooks, validatingWebhooks } from './validation/admission/webhook.ts';
import { controllerRevision } from './validation/apps/controller-revision.ts';
import { daemonSet } from './validation/apps/daemon-set.ts';
import { deployment, replicaSet } from './validation/apps/deployment.ts';
import { statefulSet } from './validation/apps/stateful-set.ts';
import * as status from './validation/apps/status.ts';
import { autoscaler, autoscalerStatus } from './validation/autoscaling/autoscaler.ts';
import { cronJob } from './validation/batch/cron-job.ts';
import { job } from './validation/batch/job.ts';
import { jobStatus } from './validation/batch/job-status.ts';
import { podCertificate, podCertificateStatus } from './validation/certificates/pod-certificate.ts';
import { signingRequest, signingRequestStatus } from './validation/certificates/signing-request.ts';
import { trustBundle } from './validation/certificates/trust-bundle.ts';
import type { Errors } from './validation/check.ts';
import { lease, leaseCandidate } from './validation/coordination/lease.ts';
import { disruptionBudget, disruptionBudgetStatus } from './validation/disruption-budget.ts';
import { coreEvent, event } from './validation/event.ts';
import * as extension from './validation/extension.ts';
import { conditions as flowConditions } from './validation/flowcontrol/conditions.ts';
import { flowSchema } from './validation/flowcontrol/flow-schema.ts';
import { priorityLevel } from './validation/flowcontrol/priority-level.ts';
import { limitRange } from './validation/limit-range.ts';
import { metadata, metadataUpdate } from './validation/metadata.ts';
import { namespace, namespaceStatus } from './validation/namespace.ts';
import { ipAddress, serviceCidr } from './validation/networking/addresses.ts';
import { ingress, ingressStatus } from './validation/networking/ingress.ts';
import { ingressClass } from './validation/networking/ingress-class.ts';
import { networkPolicy } from './validation/networking/network-policy.ts';
import { node } from './validation/node.ts';
import { pod, podStatus, podTemplateObject } from './validation/pod.ts';
import * as policy from './validation/policy.ts';
import { priorityClass } from './validation/priority-class.ts';
import { resourceQuota, resourceQuotaStatus } from './validation/quota.ts';
import * as rbac from './validation/rbac.ts';
import { replicationController } from './validation/replication-controller.ts';
import { resourceClaim, resourceClaimTemplate } from './validation/resource/claim.ts';
import { resourceClaimStatus } from './validation/resource/claim-status.ts';
import { deviceClass } from './validation/resource/class.ts';
import { resourceSlice } from './validation/resource/slice.ts';
import { deviceTaintRule, deviceTaintRuleStatus } from './validation/resource/taint.ts';
import { runtimeClass } from './validation/runtime-class.ts';
import { configMap, secret } from './validation/secret.ts';
import { endpointSlice, endpoints } from './validation/service/endpoints.ts';
import { service, serviceStatus } from './validation/service/service.ts';
import { attributesClass, storageClass } from './validation/storage/class.ts';
import { csiDriver, csiNode, csiStorageCapacity } from './validation/storage/csi.ts';
import { migration, migrationStatus } from './validation/storage/migration.ts';
import { volumeAttachment } from './validation/storage/volume-attachment.ts';
import { claim, claimStatus } from './validation/volume/claim.ts';
import { persistentVolume } from './validation/volume/persistent-volume.ts';

export type { FieldError } from './field-error.ts';

type Validator = (errors: Errors, object: JsonObject, old?: JsonObject, subresource?: string) => void;
const VALIDATORS: Readonly<Record<string, Validator>> = {
  '/ConfigMap': configMap,
  '/Endpoints': endpoints,
  '/Event': coreEvent,
  '/LimitRange': limitRange,
  '/Namespace': namespace,
  '/Node': node,
  '/PersistentVolume': persistentVolume,
  '/PersistentVolumeClaim': claim,
  '/Pod': pod,
  '/PodTemplate': podTemplateObject,
  '/ReplicationController': replicationController,
  '/ResourceQuota': resourceQuota,
  '/Secret': secret,
  '/Service': service,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': policy.mutatingPolicy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': policy.mutatingBinding,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': mutatingWebhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': policy.validatingPolicy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': policy.validatingBinding,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': validatingWebhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': extension.customResourceDefinition,
  'apiregistration.k8s.io/APIService': extension.apiService,
  'apps/ControllerRevision': controllerRevision,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'batch/CronJob': cronJob,
  'batch/Job': job,
  'certificates.k8s.io/CertificateSigningRequest': signingRequest,
  'certificates.k8s.io/ClusterTrustBundle': trustBundle,
  'certificates.k8s.io/PodCertificateRequest': podCertificate,
  'coordination.k8s.io/Lease': lease,
  'coordination.k8s.io/LeaseCandidate': leaseCandidate,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchema,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevel,
  'events.k8s.io/Event': event,
  'networking.k8s.io/Ingress': ingress,
  'networking.k8s.io/IPAddress': ipAddress,
  'networking.k8s.io/IngressClass': ingressClass,
  'networking.k8s.io/NetworkPolicy': networkPolicy,
  'networking.k8s.io/ServiceCIDR': serviceCidr,
  'node.k8s.io/RuntimeClass': runtimeClass,
  'policy/PodDisruptionBudget': disruptionBudget,
  'rbac.authorization.k8s.io/ClusterRole': rbac.role,
  'rbac.authorization.k8s.io/ClusterRoleBinding': rbac.binding,
  'rbac.authorization.k8s.io/Role': rbac.role,
  'rbac.authorization.k8s.io/RoleBinding': rbac.binding,
  'resource.k8s.io/DeviceClass': deviceClass,
  'resource.k8s.io/DeviceTaintRule': deviceTaintRule,
  'resource.k8s.io/ResourceClaim': resourceClaim,
  'resource.k8s.io/ResourceClaimTemplate': resourceClaimTemplate,
  'resource.k8s.io/ResourceSlice': resourceSlice,
  'scheduling.k8s.io/PriorityClass': priorityClass,
  'storage.k8s.io/CSIDriver': csiDriver,
  'storage.k8s.io/CSINode': csiNode,
  'storage.k8s.io/CSIStorageCapacity': csiStorageCapacity,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/VolumeAttachment': volumeAttachment,
  'storage.k8s.io/VolumeAttributesClass': attributesClass,
  'storagemigration.k8s.io/StorageVersionMigration': migration,
};
/** What an update of the `status` subresource is checked for besides its metadata. */
const STATUSES: Readonly<Record<string, (errors: Errors, object: JsonObject, old: JsonObject) => void>> = {
  '/Namespace': namespaceStatus,
  '/Node': node,
  '/PersistentVolumeClaim': claimStatus,
  '/Pod': podStatus,
  '/ReplicationController': status.replicas,
  '/ResourceQuota': resourceQuotaStatus,
  '/Service': serviceStatus,
  'apps/DaemonSet': status.daemonSet,
  'apps/Deployment': status.deployment,
  'apps/ReplicaSet': status.replicas,
  'apps/StatefulSet': status.statefulSet,
  'autoscaling/HorizontalPodAutoscaler': autoscalerStatus,
  'batch/Job': jobStatus,
  'certificates.k8s.io/CertificateSigningRequest': signingRequestStatus,
  'certificates.k8s.io/PodCertificateRequest': podCertificateStatus,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowConditions,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': flowConditions,
  'networking.k8s.io/Ingress': ingressStatus,
  'policy/PodDisruptionBudget': disruptionBudgetStatus,
  'resource.k8s.io/DeviceTaintRule': deviceTaintRuleStatus,
  'resource.k8s.io/ResourceClaim': resourceClaimStatus,
  'storage.k8s.io/VolumeAttachment': volumeAttachment,
  'storagemigration.k8s.io/StorageVersionMigration': migrationStatus,
};
/** Other subresources of which a kind's validator itself knows. */
const SUBRESOURCES: ReadonlySet<string> = new Set(['approval', 'ephemeralcontainers', 'finalize', 'resize']);

/** After defaulting. `old`: an update of that. */
export function validate(
  info: Pick<ResourceInfo, 'group' | 'kind' | 'namespaced' | 'custom'>,
  object: object,
  old?: object,
  subresource = '',
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const given = asJson(object);
  const before = old === undefined ? undefined : asJson(old);
  const kind = `${info.group}/${info.kind}`;
  if (before === undefined) metadata(errors, info, given);
  else metadataUpdate(errors, info, given, before, subresource);
  if (info.custom !== undefined) {
    errors.push(...info.custom.check(given, before));
  } else if (subresource === '' || SUBRESOURCES.has(subresource)) {
    VALIDATORS[kind]?.(errors, given, before, subresource);
  } else if (subresource === 'status' && before !== undefined) {
    STATUSES[kind]?.(errors, given, before);
  }
  return errors;
}
