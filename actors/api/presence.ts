//! What of a Go type keeps a zero value, and what is always there: the tags and pointers of Kubernetes 1.36's types.
//! Said is only what the rule of `edge/derive.ts` does not give. A line is a type, then its fields: `f?` is a pointer
//! (a zero that was given stays), `f!` is a value that is always written, `f!?` a pointer that is, `f-` a value that is
//! left out when it is zero.

const MARKS: Readonly<Record<string, string>> = {
  'io.k8s.api.admissionregistration': `
    v1,v1alpha1,v1beta1.MatchResources: matchPolicy?
    v1,v1alpha1,v1beta1.MutatingAdmissionPolicy: spec!
    v1,v1alpha1,v1beta1.MutatingAdmissionPolicyBinding: spec!
    v1,v1alpha1,v1beta1.MutatingAdmissionPolicySpec: failurePolicy?
    v1.MutatingWebhook: failurePolicy? matchPolicy? reinvocationPolicy? sideEffects!? timeoutSeconds?
    v1,v1alpha1,v1beta1.NamedRuleWithOperations: scope?
    v1,v1alpha1,v1beta1.ParamRef: parameterNotFoundAction?
    v1.RuleWithOperations: scope?
    v1.ServiceReference: path? port?
    v1.ValidatingAdmissionPolicy: spec! status!
    v1.ValidatingAdmissionPolicyBindingSpec: policyName- validationActions-
    v1.ValidatingAdmissionPolicySpec: failurePolicy?
    v1.ValidatingWebhook: failurePolicy? matchPolicy? sideEffects!? timeoutSeconds?
    v1.Validation: reason?
    v1.WebhookClientConfig: url?
    v1alpha1.MatchCondition: expression- name-
  `,
  'io.k8s.api.apiserverinternal': `
    v1alpha1.ServerStorageVersion: apiServerID- decodableVersions- encodingVersion-
    v1alpha1.StorageVersion: spec! status!
    v1alpha1.StorageVersionCondition: lastTransitionTime! message-
    v1alpha1.StorageVersionStatus: commonEncodingVersion?
  `,
  'io.k8s.api.apps': `
    v1.ControllerRevision: data!
    v1.DaemonSet: spec! status!
    v1.DaemonSetCondition: lastTransitionTime!
    v1.DaemonSetSpec: revisionHistoryLimit? selector!? updateStrategy!
    v1.DaemonSetStatus: collisionCount?
    v1.Deployment: spec! status!
    v1.DeploymentCondition: lastTransitionTime! lastUpdateTime!
    v1.DeploymentSpec: progressDeadlineSeconds? replicas? revisionHistoryLimit? selector!? strategy!
    v1.DeploymentStatus: collisionCount? terminatingReplicas?
    v1.ReplicaSet: spec! status!
    v1.ReplicaSetCondition: lastTransitionTime!
    v1.ReplicaSetSpec: replicas? selector!? template!
    v1.ReplicaSetStatus: terminatingReplicas?
    v1.RollingUpdateStatefulSetStrategy: partition?
    v1.StatefulSet: spec! status!
    v1.StatefulSetCondition: lastTransitionTime!
    v1.StatefulSetOrdinals: start!
    v1.StatefulSetSpec: replicas? revisionHistoryLimit? selector!? serviceName! updateStrategy!
    v1.StatefulSetStatus: availableReplicas! collisionCount?
  `,
  'io.k8s.api.authentication': `
    v1.SelfSubjectReview: status!
    v1.SelfSubjectReviewStatus: userInfo!
    v1.TokenRequest: spec! status!
    v1.TokenRequestSpec: audiences! boundObjectRef!? expirationSeconds!?
    v1.TokenRequestStatus: expirationTimestamp! token!
    v1.TokenReview: status!
    v1.TokenReviewSpec: token-
    v1.TokenReviewStatus: user!
  `,
  'io.k8s.api.authorization': `
    v1.LocalSubjectAccessReview: status!
    v1.SelfSubjectAccessReview: status!
    v1.SelfSubjectRulesReview: status!
    v1.SubjectAccessReview: status!
  `,
  'io.k8s.api.autoscaling': `
    v1,v2.HorizontalPodAutoscaler: status!
    v1.HorizontalPodAutoscalerSpec: minReplicas? targetCPUUtilizationPercentage?
    v1.HorizontalPodAutoscalerStatus: currentCPUUtilizationPercentage? observedGeneration?
    v1.Scale: spec! status!
    v2.HPAScalingRules: selectPolicy? stabilizationWindowSeconds?
    v2.HorizontalPodAutoscalerCondition: lastTransitionTime!
    v2.HorizontalPodAutoscalerSpec: minReplicas?
    v2.HorizontalPodAutoscalerStatus: currentMetrics! observedGeneration?
    v2.MetricTarget: averageUtilization?
    v2.MetricValueStatus: averageUtilization?
  `,
  'io.k8s.api.batch': `
    v1.CronJob: status!
    v1.CronJobSpec: failedJobsHistoryLimit? startingDeadlineSeconds? successfulJobsHistoryLimit? suspend? timeZone?
    v1.Job: spec! status!
    v1.JobCondition: lastProbeTime! lastTransitionTime!
    v1.JobSpec: activeDeadlineSeconds? backoffLimit? backoffLimitPerIndex? completionMode? completions? managedBy?
      manualSelector? maxFailedIndexes? parallelism? podReplacementPolicy? suspend? ttlSecondsAfterFinished?
    v1.JobStatus: failedIndexes? ready? terminating?
    v1.JobTemplateSpec: spec!
    v1.PodFailurePolicyOnExitCodesRequirement: containerName?
    v1.PodFailurePolicyOnPodConditionsPattern: status!
    v1.SuccessPolicyRule: succeededCount? succeededIndexes?
  `,
  'io.k8s.api.certificates': `
    v1.CertificateSigningRequest: status!
    v1.CertificateSigningRequestCondition: lastTransitionTime! lastUpdateTime!
    v1.CertificateSigningRequestSpec: expirationSeconds?
    v1beta1.PodCertificateRequest: status!
    v1beta1.PodCertificateRequestSpec: maxExpirationSeconds? pkixPublicKey! proofOfPossession!
  `,
  'io.k8s.api.coordination': `
    v1.Lease: spec!
    v1.LeaseSpec: holderIdentity? leaseDurationSeconds? leaseTransitions? preferredHolder? strategy?
    v1alpha2,v1beta1.LeaseCandidateSpec: strategy-
  `,
  'io.k8s.api.core': `
    v1.AppArmorProfile: localhostProfile?
    v1.AzureDiskVolumeSource: cachingMode? fsType? kind? readOnly?
    v1.AzureFilePersistentVolumeSource: secretNamespace!?
    v1.CSIVolumeSource: fsType? readOnly?
    v1.ClientIPConfig: timeoutSeconds?
    v1.ClusterTrustBundleProjection: name? optional? signerName?
    v1.ConfigMap: immutable?
    v1.ConfigMapEnvSource: optional?
    v1.ConfigMapKeySelector: optional?
    v1.ConfigMapProjection: optional?
    v1.ConfigMapVolumeSource: defaultMode? optional?
    v1.Container: resources! restartPolicy?
    v1.ContainerImage: names!
    v1.ContainerRestartRule: action-
    v1.ContainerRestartRuleOnExitCodes: operator-
    v1.ContainerStateRunning: startedAt!
    v1.ContainerStateTerminated: finishedAt! startedAt!
    v1.ContainerStatus: lastState! started? state! stopSignal?
    v1.DownwardAPIVolumeFile: mode?
    v1.DownwardAPIVolumeSource: defaultMode?
    v1.EndpointAddress: nodeName?
    v1.EndpointPort: appProtocol?
    v1.EphemeralContainer: resources! restartPolicy?
    v1.Event: eventTime! firstTimestamp! lastTimestamp! reportingComponent! reportingInstance! source!
    v1.EventSeries: lastObservedTime!
    v1.FCVolumeSource: lun?
    v1.FileKeySelector: optional?
    v1.GRPCAction: service!?
    v1.GlusterfsPersistentVolumeSource: endpointsNamespace?
    v1.HostPathVolumeSource: type?
    v1.ISCSIPersistentVolumeSource: initiatorName?
    v1.ISCSIVolumeSource: initiatorName?
    v1.ImageVolumeStatus: imageRef-
    v1.KeyToPath: mode?
    v1.Lifecycle: stopSignal?
    v1.LimitRange: spec!
    v1.LoadBalancerIngress: ipMode?
    v1.LocalVolumeSource: fsType?
    v1.Namespace: spec! status!
    v1.NamespaceCondition: lastTransitionTime!
    v1.Node: spec! status!
    v1.NodeCondition: lastHeartbeatTime! lastTransitionTime!
    v1.NodeDaemonEndpoints: kubeletEndpoint!
    v1.NodeFeatures: supplementalGroupsPolicy?
    v1.NodeRuntimeHandler: name!
    v1.NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts? userNamespaces?
    v1.NodeStatus: daemonEndpoints! nodeInfo!
    v1.NodeSwapStatus: capacity?
    v1.PersistentVolume: spec! status!
    v1.PersistentVolumeClaim: spec! status!
    v1.PersistentVolumeClaimCondition: lastProbeTime! lastTransitionTime!
    v1.PersistentVolumeClaimSpec: resources! storageClassName? volumeAttributesClassName? volumeMode?
    v1.PersistentVolumeClaimStatus: currentVolumeAttributesClassName?
    v1.PersistentVolumeSpec: volumeAttributesClassName? volumeMode?
    v1.Pod: spec! status!
    v1.PodCertificateProjection: keyType- maxExpirationSeconds? signerName-
    v1.PodCondition: lastProbeTime! lastTransitionTime!
    v1.PodDNSConfigOption: value?
    v1.PodResourceClaim: resourceClaimName? resourceClaimTemplateName?
    v1.PodResourceClaimStatus: resourceClaimName?
    v1.PodSchedulingGroup: podGroupName?
    v1.PodSecurityContext: fsGroup? fsGroupChangePolicy? runAsGroup? runAsNonRoot? runAsUser? seLinuxChangePolicy?
      supplementalGroupsPolicy?
    v1.PodSpec: activeDeadlineSeconds? automountServiceAccountToken? enableServiceLinks? hostUsers? hostnameOverride?
      preemptionPolicy? priority? runtimeClassName? setHostnameAsFQDN? shareProcessNamespace?
      terminationGracePeriodSeconds?
    v1.PodTemplate: template!
    v1.PodTemplateSpec: spec!
    v1.PortStatus: error?
    v1.Probe: terminationGracePeriodSeconds?
    v1.ProjectedVolumeSource: defaultMode? sources!
    v1.ReplicationController: spec! status!
    v1.ReplicationControllerCondition: lastTransitionTime!
    v1.ReplicationControllerSpec: replicas?
    v1.ResourceFieldSelector: divisor!
    v1.ResourceHealth: message?
    v1.ResourceQuota: spec! status!
    v1.ScaleIOPersistentVolumeSource: secretRef!?
    v1.ScaleIOVolumeSource: secretRef!?
    v1.SeccompProfile: localhostProfile?
    v1.Secret: immutable?
    v1.SecretEnvSource: optional?
    v1.SecretKeySelector: optional?
    v1.SecretProjection: optional?
    v1.SecretVolumeSource: defaultMode? optional?
    v1.SecurityContext: allowPrivilegeEscalation? privileged? procMount? readOnlyRootFilesystem? runAsGroup?
      runAsNonRoot? runAsUser?
    v1.Service: spec! status!
    v1.ServiceAccount: automountServiceAccountToken?
    v1.ServiceAccountTokenProjection: expirationSeconds?
    v1.ServicePort: appProtocol? targetPort!
    v1.ServiceSpec: allocateLoadBalancerNodePorts? internalTrafficPolicy? ipFamilyPolicy? loadBalancerClass?
      trafficDistribution?
    v1.ServiceStatus: loadBalancer!
    v1.Toleration: tolerationSeconds?
    v1.TopologySpreadConstraint: minDomains? nodeAffinityPolicy? nodeTaintsPolicy?
    v1.TypedLocalObjectReference: apiGroup!?
    v1.TypedObjectReference: apiGroup!? namespace?
    v1.VolumeMount: mountPropagation? recursiveReadOnly?
    v1.VolumeMountStatus: recursiveReadOnly?
    v1.WindowsSecurityContextOptions: gmsaCredentialSpec? gmsaCredentialSpecName? hostProcess? runAsUserName?
  `,
  'io.k8s.api.discovery': `
    v1.Endpoint: conditions! hostname? nodeName? zone?
    v1.EndpointConditions: ready? serving? terminating?
    v1.EndpointPort: appProtocol? name? port? protocol?
    v1.EndpointSlice: endpoints! ports!
  `,
  'io.k8s.api.events': `
    v1.Event: deprecatedFirstTimestamp! deprecatedLastTimestamp! deprecatedSource! regarding!
  `,
  'io.k8s.api.flowcontrol': `
    v1.ExemptPriorityLevelConfiguration: lendablePercent? nominalConcurrencyShares?
    v1.FlowSchema: spec! status!
    v1.FlowSchemaCondition: lastTransitionTime!
    v1.FlowSchemaSpec: matchingPrecedence!
    v1.LimitedPriorityLevelConfiguration: borrowingLimitPercent? lendablePercent? limitResponse!
      nominalConcurrencyShares!?
    v1.PriorityLevelConfiguration: spec! status!
    v1.PriorityLevelConfigurationCondition: lastTransitionTime!
    v1.QueuingConfiguration: handSize! queueLengthLimit! queues!
    v1.ResourcePolicyRule: namespaces!
  `,
  'io.k8s.api.networking': `
    v1.HTTPIngressPath: pathType!?
    v1,v1beta1.IPAddressSpec: parentRef?
    v1.Ingress: spec! status!
    v1.IngressClass: spec!
    v1.IngressClassParametersReference: apiGroup? namespace? scope!?
    v1.IngressPortStatus: error?
    v1.IngressServiceBackend: port!
    v1.IngressSpec: ingressClassName?
    v1.IngressStatus: loadBalancer!
    v1.NetworkPolicy: spec!
    v1.NetworkPolicyPort: endPort? protocol?
    v1.NetworkPolicySpec: podSelector!
    v1,v1beta1.ParentReference: name- resource-
    v1,v1beta1.ServiceCIDR: spec! status!
  `,
  'io.k8s.api.policy': `
    v1.PodDisruptionBudget: spec! status!
    v1.PodDisruptionBudgetSpec: unhealthyPodEvictionPolicy?
    v1.PodDisruptionBudgetStatus: currentHealthy! desiredHealthy! disruptionsAllowed! expectedPods!
  `,
  'io.k8s.api.rbac': `
    v1.ClusterRole: rules!
    v1.Role: rules!
    v1.RoleRef: apiGroup!
  `,
  'io.k8s.api.resource': `
    v1,v1beta1,v1beta2.AllocatedDeviceStatus: conditions! shareID?
    v1,v1beta1,v1beta2.AllocationResult: devices!
    v1,v1beta1,v1beta2.CapacityRequestPolicy: default!?
    v1,v1beta1,v1beta2.CapacityRequestPolicyRange: min?
    v1,v1beta1,v1beta2.CounterSet: counters-
    v1,v1beta2.Device: allNodes? allowMultipleAllocations? bindsToNode? nodeName?
    v1,v1beta1,v1beta2.DeviceAttribute: bool? int? string? version?
    v1,v1beta1,v1beta2.DeviceClaim: requests!
    v1,v1beta1,v1beta2.DeviceClassSpec: extendedResourceName?
    v1,v1beta1,v1beta2.DeviceConstraint: distinctAttribute? matchAttribute?
    v1,v1beta1,v1beta2.DeviceCounterConsumption: counters-
    v1,v1beta1,v1beta2.DeviceRequestAllocationResult: adminAccess? shareID?
    v1,v1beta1,v1beta2.DeviceToleration: tolerationSeconds?
    v1,v1beta2.ExactDeviceRequest: adminAccess?
    v1,v1beta1,v1beta2.NodeAllocatableResourceMapping: capacityKey?
    v1,v1beta1,v1beta2.ResourceClaim: status!
    v1,v1beta1,v1beta2.ResourceClaimSpec: devices!
    v1,v1beta2.ResourceSliceSpec: allNodes? nodeName? perDeviceNodeSelection?
    v1alpha3,v1beta2.DeviceTaintRule: status!
    v1alpha3,v1beta2.DeviceTaintSelector: device? driver? pool?
    v1alpha3.PoolStatus: allocatedDevices? availableDevices? driver- nodeName? poolName- resourceSliceCount?
      totalDevices? unavailableDevices? validationError?
    v1alpha3.ResourcePoolStatusRequestSpec: limit? poolName?
    v1alpha3.ResourcePoolStatusRequestStatus: poolCount?
    v1beta1.BasicDevice: allNodes? allowMultipleAllocations? bindsToNode? nodeName?
    v1beta1.DeviceRequest: adminAccess? deviceClassName!
    v1beta1.ResourceSliceSpec: perDeviceNodeSelection?
  `,
  'io.k8s.api.scheduling': `
    v1.PriorityClass: preemptionPolicy? value!
    v1alpha2.PodGroup: status!
    v1alpha2.PodGroupResourceClaim: resourceClaimName? resourceClaimTemplateName?
    v1alpha2.PodGroupResourceClaimStatus: resourceClaimName?
    v1alpha2.PodGroupSpec: disruptionMode? podGroupTemplateRef!? priority?
    v1alpha2.PodGroupTemplate: disruptionMode? priority? schedulingConstraints!?
    v1alpha2.PodGroupTemplateReference: workload!?
  `,
  'io.k8s.api.storage': `
    v1.CSIDriverSpec: attachRequired? fsGroupPolicy? nodeAllocatableUpdatePeriodSeconds? podInfoOnMount?
      preventPodSchedulingIfMissing? requiresRepublish? seLinuxMount? serviceAccountTokenInSecrets? storageCapacity?
    v1.CSINodeDriver: topologyKeys!
    v1.StorageClass: allowVolumeExpansion? reclaimPolicy? volumeBindingMode?
    v1.TokenRequest: expirationSeconds?
    v1.VolumeAttachment: status!
    v1.VolumeAttachmentSource: persistentVolumeName?
    v1.VolumeError: errorCode? time!
    v1.VolumeNodeResources: count?
  `,
  'io.k8s.api.storagemigration': `
    v1beta1.StorageVersionMigration: spec! status!
  `,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions': `
    v1.CustomResourceDefinition: status!
    v1.CustomResourceDefinitionCondition: lastTransitionTime!
    v1.CustomResourceDefinitionStatus: acceptedNames! conditions! storedVersions!
    v1.CustomResourceDefinitionVersion: deprecationWarning?
    v1.CustomResourceSubresourceScale: labelSelectorPath?
    v1.JSONSchemaProps: $ref? maxItems? maxLength? maxProperties? maximum? minItems? minLength? minProperties?
      minimum? multipleOf? x-kubernetes-list-type? x-kubernetes-map-type? x-kubernetes-preserve-unknown-fields?
    v1.ServiceReference: path? port?
    v1.ValidationRule: optionalOldSelf? reason?
    v1.WebhookClientConfig: url?
  `,
  'io.k8s.apimachinery.pkg.apis.meta': `
    v1.APIGroup: preferredVersion!
    v1.DeleteOptions: gracePeriodSeconds? ignoreStoreReadErrorWithClusterBreakingPotential? orphanDependents?
      propagationPolicy?
    v1.ListMeta: remainingItemCount?
    v1.ObjectMeta: creationTimestamp- deletionGracePeriodSeconds?
    v1.OwnerReference: blockOwnerDeletion? controller?
    v1.Preconditions: resourceVersion? uid?
  `,
  'io.k8s.kube-aggregator.pkg.apis.apiregistration': `
    v1.APIService: spec! status!
    v1.APIServiceCondition: lastTransitionTime!
    v1.ServiceReference: port?
  `,
};

/** `pointer`: a zero that was given stays. `always`: written whether given or not. `value`: a zero is left out. */
export type Presence = 'pointer' | 'always' | 'value';
const MEANING: Readonly<Record<string, Presence>> = { '?': 'pointer', '!?': 'pointer', '!': 'always', '-': 'value' };

/** By published definition, then by field. */
export function presences(): ReadonlyMap<string, ReadonlyMap<string, Presence>> {
  const all = new Map<string, ReadonlyMap<string, Presence>>();
  for (const [home, text] of Object.entries(MARKS)) {
    for (const line of text.trim().split(/\n {4}(?! )/)) {
      const [head = '', tail = ''] = line.trim().split(': ');
      const fields = new Map<string, Presence>();
      for (const token of tail.split(/\s+/)) {
        const [, field = '', mark = ''] = /^(\w+)(\W+)$/.exec(token) ?? [];
        fields.set(field, MEANING[mark]!);
      }
      const dot = head.lastIndexOf('.');
      for (const version of head.slice(0, dot).split(',')) all.set(`${home}.${version}.${head.slice(dot + 1)}`, fields);
    }
  }
  return all;
}
