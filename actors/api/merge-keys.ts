//! How lists and maps of objects merge: the patchStrategy, patchMergeKey and list-type marks of Kubernetes 1.36's Go
//! types,
//! as they are published in its OpenAPI (x-kubernetes-*). A line is a type, then its fields:
//! `atomic a b` are replaced whole (`.`: the whole type is); `f=map(k,...)` is a list with keys, `f=set` one of
//! distinct values;
//! `/merge` is merged by a strategic merge patch, by the first of its keys unless one is named.

const MARKS: Readonly<Record<string, string>> = {
  admissionregistration: `
    v1,v1alpha1,v1beta1.MatchResources: atomic excludeResourceRules resourceRules .
    v1,v1alpha1,v1beta1.MutatingAdmissionPolicySpec: atomic mutations variables; matchConditions=map(name)/merge
    v1.MutatingWebhook: atomic admissionReviewVersions rules; matchConditions=map(name)/merge
    v1.MutatingWebhookConfiguration: webhooks=map(name)/merge
    v1,v1alpha1,v1beta1.NamedRuleWithOperations: atomic apiGroups apiVersions operations resourceNames resources .
    v1,v1alpha1,v1beta1.ParamKind: atomic .
    v1,v1alpha1,v1beta1.ParamRef: atomic .
    v1.RuleWithOperations: atomic apiGroups apiVersions operations resources
    v1.TypeChecking: atomic expressionWarnings
    v1.ValidatingAdmissionPolicyBindingSpec: validationActions=set
    v1.ValidatingAdmissionPolicySpec: atomic auditAnnotations validations; matchConditions=map(name)/merge variables=map(name)/merge
    v1.ValidatingAdmissionPolicyStatus: conditions=map(type)
    v1.ValidatingWebhook: atomic admissionReviewVersions rules; matchConditions=map(name)/merge
    v1.ValidatingWebhookConfiguration: webhooks=map(name)/merge
    v1,v1beta1.Variable: atomic .
  `,
  apiserverinternal: `
    v1alpha1.ServerStorageVersion: decodableVersions=set servedVersions=set
    v1alpha1.StorageVersionStatus: conditions=map(type) storageVersions=map(apiServerID)
  `,
  apps: `
    v1.DaemonSetStatus: conditions=map(type)/merge
    v1.DeploymentSpec: strategy=/retainKeys
    v1.DeploymentStatus: conditions=map(type)/merge
    v1.ReplicaSetStatus: conditions=map(type)/merge
    v1.StatefulSetSpec: atomic volumeClaimTemplates
    v1.StatefulSetStatus: conditions=map(type)/merge
  `,
  authentication: `
    v1.TokenRequestSpec: atomic audiences
    v1.TokenReviewSpec: atomic audiences
    v1.TokenReviewStatus: atomic audiences
    v1.UserInfo: atomic groups
  `,
  authorization: `
    v1.FieldSelectorAttributes: atomic requirements
    v1.LabelSelectorAttributes: atomic requirements
    v1.NonResourceRule: atomic nonResourceURLs verbs
    v1.ResourceRule: atomic apiGroups resourceNames resources verbs
    v1.SubjectAccessReviewSpec: atomic groups
    v1.SubjectRulesReviewStatus: atomic nonResourceRules resourceRules
  `,
  autoscaling: `
    v1.CrossVersionObjectReference: atomic .
    v2.HPAScalingRules: atomic policies
    v2.HorizontalPodAutoscalerSpec: atomic metrics
    v2.HorizontalPodAutoscalerStatus: atomic currentMetrics; conditions=map(type)/merge
  `,
  batch: `
    v1.CronJobStatus: atomic active
    v1.JobStatus: conditions=atomic/merge(type)
    v1.PodFailurePolicy: atomic rules
    v1.PodFailurePolicyOnExitCodesRequirement: values=set
    v1.PodFailurePolicyRule: atomic onPodConditions
    v1.SuccessPolicy: atomic rules
    v1.UncountedTerminatedPods: failed=set succeeded=set
  `,
  certificates: `
    v1.CertificateSigningRequestSpec: atomic groups usages
    v1.CertificateSigningRequestStatus: conditions=map(type)
    v1beta1.PodCertificateRequestStatus: conditions=map(type)/merge
  `,
  core: `
    v1.Capabilities: atomic add drop
    v1.CephFSPersistentVolumeSource: atomic monitors
    v1.CephFSVolumeSource: atomic monitors
    v1.ComponentStatus: conditions=map(type)/merge
    v1.ConfigMapKeySelector: atomic .
    v1.ConfigMapProjection: atomic items
    v1.ConfigMapVolumeSource: atomic items
    v1.Container: atomic args command envFrom resizePolicy restartPolicyRules; env=map(name)/merge ports=map(containerPort,protocol)/merge volumeDevices=map(devicePath)/merge volumeMounts=map(mountPath)/merge
    v1.ContainerImage: atomic names
    v1.ContainerRestartRuleOnExitCodes: values=set
    v1.ContainerStatus: allocatedResourcesStatus=map(name)/merge volumeMounts=map(mountPath)/merge
    v1.DownwardAPIProjection: atomic items
    v1.DownwardAPIVolumeSource: atomic items
    v1.EndpointAddress: atomic .
    v1.EndpointPort: atomic .
    v1.EndpointSubset: atomic addresses notReadyAddresses ports
    v1.Endpoints: atomic subsets
    v1.EphemeralContainer: atomic args command envFrom resizePolicy restartPolicyRules; env=map(name)/merge ports=map(containerPort,protocol)/merge volumeDevices=map(devicePath)/merge volumeMounts=map(mountPath)/merge
    v1.ExecAction: atomic command
    v1.FCVolumeSource: atomic targetWWNs wwids
    v1.FileKeySelector: atomic .
    v1.HTTPGetAction: atomic httpHeaders
    v1.HostAlias: atomic hostnames
    v1.ISCSIPersistentVolumeSource: atomic portals
    v1.ISCSIVolumeSource: atomic portals
    v1.LimitRangeSpec: atomic limits
    v1.LinuxContainerUser: atomic supplementalGroups
    v1.LoadBalancerIngress: atomic ports
    v1.LoadBalancerStatus: atomic ingress
    v1.LocalObjectReference: atomic .
    v1.NamespaceSpec: atomic finalizers
    v1.NamespaceStatus: conditions=map(type)/merge
    v1.NodeAffinity: atomic preferredDuringSchedulingIgnoredDuringExecution
    v1.NodeAllocatableResourceClaimStatus: containers=set
    v1.NodeSelector: atomic nodeSelectorTerms .
    v1.NodeSelectorRequirement: atomic values
    v1.NodeSelectorTerm: atomic matchExpressions matchFields .
    v1.NodeSpec: atomic taints; podCIDRs=set/merge
    v1.NodeStatus: atomic declaredFeatures images runtimeHandlers volumesAttached volumesInUse; addresses=map(type)/merge conditions=map(type)/merge
    v1.ObjectFieldSelector: atomic .
    v1.ObjectReference: atomic .
    v1.PersistentVolumeClaimSpec: atomic accessModes
    v1.PersistentVolumeClaimStatus: atomic accessModes; allocatedResourceStatuses=granular conditions=map(type)/merge
    v1.PersistentVolumeSpec: atomic accessModes mountOptions; claimRef=granular
    v1.PodAffinity: atomic preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
    v1.PodAffinityTerm: atomic matchLabelKeys mismatchLabelKeys namespaces
    v1.PodAntiAffinity: atomic preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
    v1.PodDNSConfig: atomic nameservers options searches
    v1.PodExtendedResourceClaimStatus: atomic requestMappings
    v1.PodSecurityContext: atomic supplementalGroups sysctls
    v1.PodSpec: atomic nodeSelector readinessGates tolerations; containers=map(name)/merge ephemeralContainers=map(name)/merge hostAliases=map(ip)/merge imagePullSecrets=map(name)/merge initContainers=map(name)/merge resourceClaims=map(name)/merge+retainKeys schedulingGates=map(name)/merge topologySpreadConstraints=map(topologyKey,whenUnsatisfiable)/merge volumes=map(name)/merge+retainKeys
    v1.PodStatus: atomic containerStatuses ephemeralContainerStatuses initContainerStatuses nodeAllocatableResourceClaimStatuses; conditions=map(type)/merge hostIPs=atomic/merge(ip) podIPs=map(ip)/merge resourceClaimStatuses=map(name)/merge+retainKeys
    v1.ProjectedVolumeSource: atomic sources
    v1.RBDPersistentVolumeSource: atomic monitors
    v1.RBDVolumeSource: atomic monitors
    v1.ReplicationControllerSpec: atomic selector
    v1.ReplicationControllerStatus: conditions=map(type)/merge
    v1.ResourceFieldSelector: atomic .
    v1.ResourceQuotaSpec: atomic scopes
    v1.ResourceRequirements: claims=map(name)
    v1.ResourceStatus: resources=map(resourceID)
    v1.ScopeSelector: atomic matchExpressions .
    v1.ScopedResourceSelectorRequirement: atomic values
    v1.SecretKeySelector: atomic .
    v1.SecretProjection: atomic items
    v1.SecretReference: atomic .
    v1.SecretVolumeSource: atomic items
    v1.ServiceAccount: atomic imagePullSecrets; secrets=map(name)/merge
    v1.ServiceSpec: atomic clusterIPs externalIPs ipFamilies loadBalancerSourceRanges selector; ports=map(port,protocol)/merge
    v1.ServiceStatus: conditions=map(type)/merge
    v1.TopologySelectorLabelRequirement: atomic values
    v1.TopologySelectorTerm: atomic matchLabelExpressions .
    v1.TopologySpreadConstraint: atomic matchLabelKeys
    v1.TypedLocalObjectReference: atomic .
  `,
  discovery: `
    v1.Endpoint: addresses=set
    v1.EndpointHints: atomic forNodes forZones
    v1.EndpointPort: atomic .
    v1.EndpointSlice: atomic endpoints ports
  `,
  flowcontrol: `
    v1.FlowSchemaSpec: atomic rules
    v1.FlowSchemaStatus: conditions=map(type)/merge
    v1.NonResourcePolicyRule: nonResourceURLs=set verbs=set
    v1.PolicyRulesWithSubjects: atomic nonResourceRules resourceRules subjects
    v1.PriorityLevelConfigurationStatus: conditions=map(type)/merge
    v1.ResourcePolicyRule: apiGroups=set namespaces=set resources=set verbs=set
  `,
  networking: `
    v1.HTTPIngressRuleValue: atomic paths
    v1.IPBlock: atomic except
    v1.IngressLoadBalancerIngress: atomic ports
    v1.IngressLoadBalancerStatus: atomic ingress
    v1.IngressSpec: atomic rules tls
    v1.IngressTLS: atomic hosts
    v1.NetworkPolicyEgressRule: atomic ports to
    v1.NetworkPolicyIngressRule: atomic from ports
    v1.NetworkPolicySpec: atomic egress ingress policyTypes
    v1.ServiceBackendPort: atomic .
    v1,v1beta1.ServiceCIDRSpec: atomic cidrs
    v1,v1beta1.ServiceCIDRStatus: conditions=map(type)/merge
  `,
  node: `
    v1.Scheduling: atomic nodeSelector tolerations
  `,
  policy: `
    v1.PodDisruptionBudgetSpec: selector=/replace
    v1.PodDisruptionBudgetStatus: conditions=map(type)/merge
  `,
  rbac: `
    v1.AggregationRule: atomic clusterRoleSelectors
    v1.ClusterRole: atomic rules
    v1.ClusterRoleBinding: atomic subjects
    v1.PolicyRule: atomic apiGroups nonResourceURLs resourceNames resources verbs
    v1.Role: atomic rules
    v1.RoleBinding: atomic subjects
    v1.RoleRef: atomic .
    v1.Subject: atomic .
  `,
  resource: `
    v1,v1beta1,v1beta2.AllocatedDeviceStatus: conditions=map(type)
    v1,v1beta1,v1beta2.CapacityRequestPolicy: atomic validValues
    v1,v1beta2.Device: atomic bindingConditions bindingFailureConditions consumesCounters taints
    v1,v1beta1,v1beta2.DeviceAllocationConfiguration: atomic requests
    v1,v1beta1,v1beta2.DeviceAllocationResult: atomic config results
    v1,v1beta1,v1beta2.DeviceAttribute: atomic bools ints strings versions
    v1,v1beta1,v1beta2.DeviceClaim: atomic config constraints requests
    v1,v1beta1,v1beta2.DeviceClaimConfiguration: atomic requests
    v1,v1beta1,v1beta2.DeviceClassSpec: atomic config selectors
    v1,v1beta1,v1beta2.DeviceConstraint: atomic requests
    v1,v1beta2.DeviceRequest: atomic firstAvailable
    v1,v1beta1,v1beta2.DeviceRequestAllocationResult: atomic bindingConditions bindingFailureConditions tolerations
    v1,v1beta1,v1beta2.DeviceSubRequest: atomic selectors tolerations
    v1,v1beta2.ExactDeviceRequest: atomic selectors tolerations
    v1,v1beta1,v1beta2.NetworkDeviceData: atomic ips
    v1,v1beta1,v1beta2.ResourceClaimStatus: devices=map(driver,device,pool,shareID) reservedFor=map(uid)/merge
    v1,v1beta1,v1beta2.ResourceSliceSpec: atomic devices sharedCounters
    v1alpha3,v1beta2.DeviceTaintRuleStatus: conditions=map(type)/merge
    v1alpha3.ResourcePoolStatusRequestStatus: atomic pools; conditions=map(type)/merge
    v1beta1.BasicDevice: atomic bindingConditions bindingFailureConditions consumesCounters taints
    v1beta1.DeviceRequest: atomic firstAvailable selectors tolerations
  `,
  scheduling: `
    v1alpha2.PodGroupSchedulingConstraints: atomic topology
    v1alpha2.PodGroupSpec: resourceClaims=map(name)/merge+retainKeys
    v1alpha2.PodGroupStatus: conditions=map(type)/merge resourceClaimStatuses=map(name)/merge+retainKeys
    v1alpha2.PodGroupTemplate: resourceClaims=map(name)/merge+retainKeys
    v1alpha2.WorkloadSpec: podGroupTemplates=map(name)
  `,
  storage: `
    v1.CSIDriverSpec: atomic tokenRequests; volumeLifecycleModes=set
    v1.CSINodeDriver: atomic topologyKeys
    v1.CSINodeSpec: drivers=map(name)/merge
    v1.StorageClass: atomic allowedTopologies mountOptions
  `,
  storagemigration: `
    v1beta1.StorageVersionMigrationStatus: conditions=map(type)/merge
  `,
  apiextensions: `
    v1.CustomResourceDefinitionNames: atomic categories shortNames
    v1.CustomResourceDefinitionSpec: atomic versions
    v1.CustomResourceDefinitionStatus: atomic storedVersions; conditions=map(type)
    v1.CustomResourceDefinitionVersion: atomic additionalPrinterColumns selectableFields
    v1.JSONSchemaProps: atomic allOf anyOf enum oneOf required x-kubernetes-list-map-keys; x-kubernetes-validations=map(rule)/merge
    v1.WebhookConversion: atomic conversionReviewVersions
  `,
  meta: `
    v1.APIGroup: atomic serverAddressByClientCIDRs versions
    v1.APIGroupList: atomic groups
    v1.APIResource: atomic categories shortNames
    v1.APIResourceList: atomic resources
    v1.APIVersions: atomic serverAddressByClientCIDRs versions
    v1.DeleteOptions: atomic dryRun
    v1.FieldSelectorRequirement: atomic values
    v1.LabelSelector: atomic matchExpressions .
    v1.LabelSelectorRequirement: atomic values
    v1.ObjectMeta: atomic managedFields; finalizers=set/merge ownerReferences=map(uid)/merge
    v1.OwnerReference: atomic .
    v1.StatusDetails: atomic causes
  `,
  apiregistration: `
    v1.APIServiceSpec: atomic caBundle
    v1.APIServiceStatus: conditions=map(type)/merge
  `,
};

export interface Mark {
  readonly listType?: 'atomic' | 'map' | 'set';
  readonly mapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  /** `merge`, `replace`, `retainKeys`, `merge,retainKeys` */
  readonly patchStrategy?: string;
  readonly mergeKey?: string;
}
/** By `<package>.<version>.<Type>`, e.g. `core.v1.Container`, then by field; '.' is the type itself. */
export function marks(): ReadonlyMap<string, ReadonlyMap<string, Mark>> {
  const all = new Map<string, ReadonlyMap<string, Mark>>();
  for (const [group, text] of Object.entries(MARKS)) {
    for (const line of text.split('\n')) {
      const [head = '', tail = ''] = line.trim().split(': ');
      if (tail === '') continue;
      const fields = new Map<string, Mark>();
      const parts = tail.split(';');
      if (parts[0]?.startsWith('atomic ')) {
        for (const field of parts.shift()!.slice(7).split(' '))
          fields.set(field, { listType: 'atomic', mapType: 'atomic' });
      }
      for (const token of (parts[0] ?? '').trim().split(' ')) if (token !== '') fields.set(...markOf(token));
      const [versions = '', type = ''] = head.split('.');
      for (const version of versions.split(',')) all.set(`${group}.${version}.${type}`, fields);
    }
  }
  return all;
}
const TOKEN = /^([\w-]+)=(\w*)(?:\(([\w,]+)\))?(?:\/([\w+]+)(?:\((\w+)\))?)?$/;
function markOf(token: string): [field: string, mark: Mark] {
  const [, field = '', type = '', keys, strategy, named] = TOKEN.exec(token) ?? [];
  const mapKeys = keys?.split(',');
  const mergeKey = named ?? (strategy?.startsWith('merge') ? mapKeys?.[0] : undefined);
  return [
    field,
    {
      ...(type === 'granular' ? { mapType: type } : type === '' ? {} : { listType: type as 'map' | 'set' }),
      ...(mapKeys === undefined ? {} : { mapKeys }),
      ...(strategy === undefined ? {} : { patchStrategy: strategy.replace('+', ',') }),
      ...(mergeKey === undefined ? {} : { mergeKey }),
    },
  ];
}
