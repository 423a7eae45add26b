//! The numbers of fields in the protobuf form of API types, facts of Kubernetes 1.36. A line is a type and its fields
//! counted from 1; `6=name` jumps to 6; `name*` is a pointer in Go; `~Type` is a part of the type that is
//! a message of its own in protobuf only.
export const WORKLOADS: Readonly<Record<string, string>> = {
  'io.k8s.api.apps.v1': `
    ControllerRevision: metadata data revision
    DaemonSet: metadata spec status
    DaemonSetCondition: type status lastTransitionTime reason message
    DaemonSetSpec: selector template updateStrategy minReadySeconds 6=revisionHistoryLimit*
    DaemonSetStatus: currentNumberScheduled numberMisscheduled desiredNumberScheduled numberReady
      observedGeneration updatedNumberScheduled numberAvailable numberUnavailable collisionCount* conditions
    DaemonSetUpdateStrategy: type rollingUpdate
    Deployment: metadata spec status
    DeploymentCondition: type status 4=reason message lastUpdateTime lastTransitionTime
    DeploymentSpec: replicas* selector template strategy minReadySeconds revisionHistoryLimit* paused
      9=progressDeadlineSeconds*
    DeploymentStatus: observedGeneration replicas updatedReplicas availableReplicas unavailableReplicas
      conditions readyReplicas collisionCount* terminatingReplicas*
    DeploymentStrategy: type rollingUpdate
    ReplicaSet: metadata spec status
    ReplicaSetCondition: type status lastTransitionTime reason message
    ReplicaSetSpec: replicas* selector template minReadySeconds
    ReplicaSetStatus: replicas fullyLabeledReplicas observedGeneration readyReplicas availableReplicas
      conditions terminatingReplicas*
    RollingUpdateDaemonSet: maxUnavailable* maxSurge*
    RollingUpdateDeployment: maxUnavailable* maxSurge*
    RollingUpdateStatefulSetStrategy: partition* maxUnavailable*
    StatefulSet: metadata spec status
    StatefulSetCondition: type status lastTransitionTime reason message
    StatefulSetOrdinals: start
    StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted whenScaled
    StatefulSetSpec: replicas* selector template volumeClaimTemplates serviceName podManagementPolicy
      updateStrategy revisionHistoryLimit* minReadySeconds persistentVolumeClaimRetentionPolicy ordinals
    StatefulSetStatus: observedGeneration replicas readyReplicas currentReplicas updatedReplicas
      currentRevision updateRevision 9=collisionCount* conditions availableReplicas
    StatefulSetUpdateStrategy: type rollingUpdate
  `,
  'io.k8s.api.batch.v1': `
    CronJob: metadata spec status
    CronJobSpec: schedule startingDeadlineSeconds* concurrencyPolicy suspend* jobTemplate
      successfulJobsHistoryLimit* failedJobsHistoryLimit* timeZone*
    CronJobStatus: active 4=lastScheduleTime lastSuccessfulTime
    Job: metadata spec status
    JobCondition: type status lastProbeTime lastTransitionTime reason message
    JobSpec: parallelism* completions* activeDeadlineSeconds* selector manualSelector* template
      backoffLimit* ttlSecondsAfterFinished* completionMode* suspend* podFailurePolicy backoffLimitPerIndex*
      maxFailedIndexes* podReplacementPolicy* managedBy* successPolicy
    JobStatus: conditions startTime completionTime active succeeded failed completedIndexes
      uncountedTerminatedPods ready* failedIndexes* terminating*
    JobTemplateSpec: metadata spec
    PodFailurePolicy: rules
    PodFailurePolicyOnExitCodesRequirement: containerName* operator values
    PodFailurePolicyOnPodConditionsPattern: type status
    PodFailurePolicyRule: action onExitCodes onPodConditions
    SuccessPolicy: rules
    SuccessPolicyRule: succeededIndexes* succeededCount*
    UncountedTerminatedPods: succeeded failed
  `,
  'io.k8s.api.autoscaling.v1': `
    CrossVersionObjectReference: kind name apiVersion
    HorizontalPodAutoscaler: metadata spec status
    HorizontalPodAutoscalerSpec: scaleTargetRef minReplicas* maxReplicas targetCPUUtilizationPercentage*
    HorizontalPodAutoscalerStatus: observedGeneration* lastScaleTime currentReplicas desiredReplicas
      currentCPUUtilizationPercentage*
    Scale: metadata spec status
    ScaleSpec: replicas
    ScaleStatus: replicas selector
  `,
  'io.k8s.api.autoscaling.v2': `
    ContainerResourceMetricSource: name target container
    ContainerResourceMetricStatus: name current container
    CrossVersionObjectReference: kind name apiVersion
    ExternalMetricSource: metric target
    ExternalMetricStatus: metric current
    HPAScalingPolicy: type value periodSeconds
    HPAScalingRules: selectPolicy* policies stabilizationWindowSeconds* tolerance
    HorizontalPodAutoscaler: metadata spec status
    HorizontalPodAutoscalerBehavior: scaleUp scaleDown
    HorizontalPodAutoscalerCondition: type status lastTransitionTime reason message
    HorizontalPodAutoscalerSpec: scaleTargetRef minReplicas* maxReplicas metrics behavior
    HorizontalPodAutoscalerStatus: observedGeneration* lastScaleTime currentReplicas desiredReplicas
      currentMetrics conditions
    MetricIdentifier: name selector
    MetricSpec: type object pods resource external 7=containerResource
    MetricStatus: type object pods resource external 7=containerResource
    MetricTarget: type value averageValue averageUtilization*
    MetricValueStatus: value averageValue averageUtilization*
    ObjectMetricSource: describedObject target metric
    ObjectMetricStatus: metric current describedObject
    PodsMetricSource: metric target
    PodsMetricStatus: metric current
    ResourceMetricSource: name target
    ResourceMetricStatus: name current
  `,
  'io.k8s.api.policy.v1': `
    Eviction: metadata deleteOptions
    PodDisruptionBudget: metadata spec status
    PodDisruptionBudgetSpec: minAvailable* selector maxUnavailable* unhealthyPodEvictionPolicy*
    PodDisruptionBudgetStatus: observedGeneration disruptedPods disruptionsAllowed currentHealthy
      desiredHealthy expectedPods conditions
  `,
  'io.k8s.api.scheduling.v1': `
    PriorityClass: metadata value globalDefault description preemptionPolicy*
  `,
  'io.k8s.api.coordination.v1': `
    Lease: metadata spec
    LeaseSpec: holderIdentity* leaseDurationSeconds* acquireTime renewTime leaseTransitions* strategy*
      preferredHolder*
  `,
  'io.k8s.api.discovery.v1': `
    Endpoint: addresses conditions hostname* targetRef deprecatedTopology nodeName* zone* hints
    EndpointConditions: ready* serving* terminating*
    EndpointHints: forZones forNodes
    EndpointPort: name* protocol* port* appProtocol*
    EndpointSlice: metadata endpoints ports addressType
    ForNode: name
    ForZone: name
  `,
  'io.k8s.api.events.v1': `
    Event: metadata eventTime series reportingController reportingInstance action reason regarding related
      note type deprecatedSource deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedCount
    EventSeries: count lastObservedTime
  `,
  'io.k8s.api.networking.v1': `
    HTTPIngressPath: path backend pathType*
    HTTPIngressRuleValue: paths
    IPAddress: metadata spec
    IPAddressSpec: parentRef
    IPBlock: cidr except
    Ingress: metadata spec status
    IngressBackend: 3=resource service
    IngressClass: metadata spec
    IngressClassParametersReference: apiGroup* kind name scope* namespace*
    IngressClassSpec: controller parameters
    IngressLoadBalancerIngress: ip hostname 4=ports
    IngressLoadBalancerStatus: ingress
    IngressPortStatus: port protocol error*
    IngressRule: host ~IngressRuleValue
    IngressServiceBackend: name port
    IngressSpec: defaultBackend tls rules ingressClassName*
    IngressStatus: loadBalancer
    IngressTLS: hosts secretName
    NetworkPolicy: metadata spec
    NetworkPolicyEgressRule: ports to
    NetworkPolicyIngressRule: ports from
    NetworkPolicyPeer: podSelector namespaceSelector ipBlock
    NetworkPolicyPort: protocol* port endPort*
    NetworkPolicySpec: podSelector ingress egress policyTypes
    ParentReference: group resource namespace name
    ServiceBackendPort: name number
    ServiceCIDR: metadata spec status
    ServiceCIDRSpec: cidrs
    ServiceCIDRStatus: conditions
    IngressRuleValue: http
  `,
  'io.k8s.api.storage.v1': `
    CSIDriver: metadata spec
    CSIDriverSpec: attachRequired* podInfoOnMount* volumeLifecycleModes storageCapacity* fsGroupPolicy*
      tokenRequests requiresRepublish* seLinuxMount* nodeAllocatableUpdatePeriodSeconds*
      serviceAccountTokenInSecrets* preventPodSchedulingIfMissing*
    CSINode: metadata spec
    CSINodeDriver: name nodeID topologyKeys allocatable
    CSINodeSpec: drivers
    CSIStorageCapacity: metadata nodeTopology storageClassName capacity maximumVolumeSize
    StorageClass: metadata provisioner parameters reclaimPolicy* mountOptions allowVolumeExpansion*
      volumeBindingMode* allowedTopologies
    TokenRequest: audience expirationSeconds*
    VolumeAttachment: metadata spec status
    VolumeAttachmentSource: persistentVolumeName* inlineVolumeSpec
    VolumeAttachmentSpec: attacher source nodeName
    VolumeAttachmentStatus: attached attachmentMetadata attachError detachError
    VolumeAttributesClass: metadata driverName parameters
    VolumeError: time message errorCode*
    VolumeNodeResources: count*
  `,
  'io.k8s.api.node.v1': `
    Overhead: podFixed
    RuntimeClass: metadata handler overhead scheduling
    Scheduling: nodeSelector tolerations
  `,
};
