//! Numbers of fields of what extends the API, and of versions that are not final. The notation is core.ts's;
//! `name*` is a pointer in Go: also an empty value says something.
export const EXTENSION: Readonly<Record<string, string>> = {
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1': `
    CustomResourceColumnDefinition: name type format description priority jsonPath
    CustomResourceConversion: strategy webhook
    CustomResourceDefinition: metadata spec status
    CustomResourceDefinitionCondition: type status lastTransitionTime reason message observedGeneration
    CustomResourceDefinitionNames: plural singular shortNames kind listKind categories
    CustomResourceDefinitionSpec: group 3=names scope 7=versions 9=conversion preserveUnknownFields
    CustomResourceDefinitionStatus: conditions acceptedNames storedVersions observedGeneration
    CustomResourceDefinitionVersion: name served storage schema subresources additionalPrinterColumns
      deprecated deprecationWarning* selectableFields
    CustomResourceSubresourceScale: specReplicasPath statusReplicasPath labelSelectorPath*
    CustomResourceSubresources: status scale
    CustomResourceValidation: openAPIV3Schema
    ExternalDocumentation: description url
    JSONSchemaProps: id $schema $ref* description type format title default maximum* exclusiveMaximum
      minimum* exclusiveMinimum maxLength* minLength* pattern maxItems* minItems* uniqueItems multipleOf*
      enum maxProperties* minProperties* required items allOf oneOf anyOf not properties
      additionalProperties patternProperties dependencies additionalItems definitions externalDocs example
      nullable x-kubernetes-preserve-unknown-fields* x-kubernetes-embedded-resource
      x-kubernetes-int-or-string x-kubernetes-list-map-keys x-kubernetes-list-type* x-kubernetes-map-type*
      x-kubernetes-validations
    SelectableField: jsonPath
    ServiceReference: namespace name path* port*
    ValidationRule: rule message messageExpression reason* fieldPath optionalOldSelf*
    WebhookClientConfig: service caBundle url*
    WebhookConversion: 2=clientConfig conversionReviewVersions
  `,
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1': `
    APIService: metadata spec status
    APIServiceCondition: type status lastTransitionTime reason message
    APIServiceSpec: service group version insecureSkipTLSVerify caBundle 7=groupPriorityMinimum
      versionPriority
    APIServiceStatus: conditions
    ServiceReference: namespace name port*
  `,
  'io.k8s.api.storagemigration.v1beta1': `
    StorageVersionMigration: metadata spec status
    StorageVersionMigrationSpec: resource
    StorageVersionMigrationStatus: conditions resourceVersion
  `,
  'io.k8s.api.certificates.v1alpha1': `
    ClusterTrustBundle: metadata spec
    ClusterTrustBundleSpec: signerName trustBundle
  `,
  'io.k8s.api.certificates.v1beta1': `
    ClusterTrustBundle: metadata spec
    ClusterTrustBundleSpec: signerName trustBundle
    PodCertificateRequest: metadata spec status
    PodCertificateRequestSpec: signerName podName podUID serviceAccountName serviceAccountUID nodeName
      nodeUID maxExpirationSeconds* pkixPublicKey proofOfPossession unverifiedUserAnnotations
      stubPKCS10Request
    PodCertificateRequestStatus: conditions certificateChain 4=notBefore beginRefreshAt notAfter
  `,
  'io.k8s.api.coordination.v1alpha2': `
    LeaseCandidate: metadata spec
    LeaseCandidateSpec: leaseName pingTime renewTime binaryVersion emulationVersion strategy
  `,
  'io.k8s.api.coordination.v1beta1': `
    LeaseCandidate: metadata spec
    LeaseCandidateSpec: leaseName pingTime renewTime binaryVersion emulationVersion strategy
  `,
  'io.k8s.api.networking.v1beta1': `
    IPAddress: metadata spec
    IPAddressSpec: parentRef
    IngressRule: host ~IngressRuleValue
    ParentReference: group resource namespace name
    ServiceCIDR: metadata spec status
    ServiceCIDRSpec: cidrs
    ServiceCIDRStatus: conditions
  `,
  'io.k8s.api.storage.v1beta1': `
    VolumeAttributesClass: metadata driverName parameters
  `,
  'io.k8s.api.scheduling.v1alpha2': `
    GangSchedulingPolicy: minCount
    PodGroup: metadata spec status
    PodGroupResourceClaim: name resourceClaimName* resourceClaimTemplateName*
    PodGroupResourceClaimStatus: name resourceClaimName*
    PodGroupSchedulingConstraints: topology
    PodGroupSchedulingPolicy: basic gang
    PodGroupSpec: podGroupTemplateRef schedulingPolicy schedulingConstraints resourceClaims disruptionMode*
      priorityClassName priority*
    PodGroupStatus: conditions resourceClaimStatuses
    PodGroupTemplate: name schedulingPolicy schedulingConstraints resourceClaims disruptionMode*
      priorityClassName priority*
    PodGroupTemplateReference: workload
    TopologyConstraint: key
    TypedLocalObjectReference: apiGroup kind name
    Workload: metadata spec
    WorkloadPodGroupTemplateReference: workloadName podGroupTemplateName
    WorkloadSpec: controllerRef podGroupTemplates
  `,
  'io.k8s.api.apiserverinternal.v1alpha1': `
    ServerStorageVersion: apiServerID encodingVersion decodableVersions servedVersions
    StorageVersion: metadata spec status
    StorageVersionCondition: type status observedGeneration lastTransitionTime reason message
    StorageVersionStatus: storageVersions commonEncodingVersion* conditions
  `,
  'io.k8s.api.admissionregistration.v1alpha1': `
    ApplyConfiguration: expression
    JSONPatch: expression
    MatchResources: namespaceSelector objectSelector resourceRules excludeResourceRules 7=matchPolicy*
    MutatingAdmissionPolicy: metadata spec
    MutatingAdmissionPolicyBinding: metadata spec
    MutatingAdmissionPolicyBindingSpec: policyName paramRef matchResources
    MutatingAdmissionPolicySpec: paramKind matchConstraints variables mutations failurePolicy*
      matchConditions reinvocationPolicy
    Mutation: 2=patchType applyConfiguration jsonPatch
    NamedRuleWithOperations: resourceNames ~RuleWithOperations
    ParamKind: apiVersion kind
    ParamRef: name namespace selector parameterNotFoundAction*
    Variable: name expression
  `,
  'io.k8s.api.admissionregistration.v1beta1': `
    ApplyConfiguration: expression
    JSONPatch: expression
    MatchCondition: name expression
    MatchResources: namespaceSelector objectSelector resourceRules excludeResourceRules 7=matchPolicy*
    MutatingAdmissionPolicy: metadata spec
    MutatingAdmissionPolicyBinding: metadata spec
    MutatingAdmissionPolicyBindingSpec: policyName paramRef matchResources
    MutatingAdmissionPolicySpec: paramKind matchConstraints variables mutations failurePolicy*
      matchConditions reinvocationPolicy
    Mutation: 2=patchType applyConfiguration jsonPatch
    NamedRuleWithOperations: resourceNames ~RuleWithOperations
    ParamKind: apiVersion kind
    ParamRef: name namespace selector parameterNotFoundAction*
    Variable: name expression
  `,
};
