//! The numbers of fields in the protobuf form of API types, facts of Kubernetes 1.36. A line is a type and its fields
//! counted from 1; `6=name` jumps to 6; `name*` is a pointer in Go; `~Type` is a part of the type that is
//! a message of its own in protobuf only.
export const CLUSTER: Readonly<Record<string, string>> = {
  'io.k8s.api.rbac.v1': `
    AggregationRule: clusterRoleSelectors
    ClusterRole: metadata rules aggregationRule
    ClusterRoleBinding: metadata subjects roleRef
    PolicyRule: verbs apiGroups resources resourceNames nonResourceURLs
    Role: metadata rules
    RoleBinding: metadata subjects roleRef
    RoleRef: apiGroup kind name
    Subject: kind apiGroup name namespace
  `,
  'io.k8s.api.authorization.v1': `
    FieldSelectorAttributes: rawSelector requirements
    LabelSelectorAttributes: rawSelector requirements
    LocalSubjectAccessReview: metadata spec status
    NonResourceAttributes: path verb
    NonResourceRule: verbs nonResourceURLs
    ResourceAttributes: namespace verb group version resource subresource name fieldSelector labelSelector
    ResourceRule: verbs apiGroups resources resourceNames
    SelfSubjectAccessReview: metadata spec status
    SelfSubjectAccessReviewSpec: resourceAttributes nonResourceAttributes
    SelfSubjectRulesReview: metadata spec status
    SelfSubjectRulesReviewSpec: namespace
    SubjectAccessReview: metadata spec status
    SubjectAccessReviewSpec: resourceAttributes nonResourceAttributes user groups extra uid
    SubjectAccessReviewStatus: allowed reason evaluationError denied
    SubjectRulesReviewStatus: resourceRules nonResourceRules incomplete evaluationError
  `,
  'io.k8s.api.authentication.v1': `
    BoundObjectReference: kind apiVersion name uid
    SelfSubjectReview: metadata status
    SelfSubjectReviewStatus: userInfo
    TokenRequest: metadata spec status
    TokenRequestSpec: audiences 3=boundObjectRef expirationSeconds*
    TokenRequestStatus: token expirationTimestamp
    TokenReview: metadata spec status
    TokenReviewSpec: token audiences
    TokenReviewStatus: authenticated user error audiences
    UserInfo: username uid groups extra
  `,
  'io.k8s.api.certificates.v1': `
    CertificateSigningRequest: metadata spec status
    CertificateSigningRequestCondition: type reason message lastUpdateTime lastTransitionTime status
    CertificateSigningRequestSpec: request username uid groups usages extra signerName expirationSeconds*
    CertificateSigningRequestStatus: conditions certificate
  `,
  'io.k8s.api.flowcontrol.v1': `
    ExemptPriorityLevelConfiguration: nominalConcurrencyShares* lendablePercent*
    FlowDistinguisherMethod: type
    FlowSchema: metadata spec status
    FlowSchemaCondition: type status lastTransitionTime reason message
    FlowSchemaSpec: priorityLevelConfiguration matchingPrecedence distinguisherMethod rules
    FlowSchemaStatus: conditions
    GroupSubject: name
    LimitResponse: type queuing
    LimitedPriorityLevelConfiguration: nominalConcurrencyShares* limitResponse lendablePercent*
      borrowingLimitPercent*
    NonResourcePolicyRule: verbs 6=nonResourceURLs
    PolicyRulesWithSubjects: subjects resourceRules nonResourceRules
    PriorityLevelConfiguration: metadata spec status
    PriorityLevelConfigurationCondition: type status lastTransitionTime reason message
    PriorityLevelConfigurationReference: name
    PriorityLevelConfigurationSpec: type limited exempt
    PriorityLevelConfigurationStatus: conditions
    QueuingConfiguration: queues handSize queueLengthLimit
    ResourcePolicyRule: verbs apiGroups resources clusterScope namespaces
    ServiceAccountSubject: namespace name
    Subject: kind user group serviceAccount
    UserSubject: name
  `,
  'io.k8s.api.admissionregistration.v1': `
    ApplyConfiguration: expression
    AuditAnnotation: key valueExpression
    ExpressionWarning: 2=fieldRef warning
    JSONPatch: expression
    MatchCondition: name expression
    MatchResources: namespaceSelector objectSelector resourceRules excludeResourceRules 7=matchPolicy*
    MutatingAdmissionPolicy: metadata spec
    MutatingAdmissionPolicyBinding: metadata spec
    MutatingAdmissionPolicyBindingSpec: policyName paramRef matchResources
    MutatingAdmissionPolicySpec: paramKind matchConstraints variables mutations failurePolicy*
      matchConditions reinvocationPolicy
    MutatingWebhook: name clientConfig rules failurePolicy* namespaceSelector sideEffects* timeoutSeconds*
      admissionReviewVersions matchPolicy* reinvocationPolicy* objectSelector matchConditions
    MutatingWebhookConfiguration: metadata webhooks
    Mutation: 2=patchType applyConfiguration jsonPatch
    NamedRuleWithOperations: resourceNames ~RuleWithOperations
    ParamKind: apiVersion kind
    ParamRef: name namespace selector parameterNotFoundAction*
    RuleWithOperations: operations ~Rule
    ServiceReference: namespace name path* port*
    TypeChecking: expressionWarnings
    ValidatingAdmissionPolicy: metadata spec status
    ValidatingAdmissionPolicyBinding: metadata spec
    ValidatingAdmissionPolicyBindingSpec: policyName paramRef matchResources validationActions
    ValidatingAdmissionPolicySpec: paramKind matchConstraints validations failurePolicy* auditAnnotations
      matchConditions variables
    ValidatingAdmissionPolicyStatus: observedGeneration typeChecking conditions
    ValidatingWebhook: name clientConfig rules failurePolicy* namespaceSelector sideEffects* timeoutSeconds*
      admissionReviewVersions matchPolicy* objectSelector matchConditions
    ValidatingWebhookConfiguration: metadata webhooks
    Validation: expression message reason* messageExpression
    Variable: name expression
    WebhookClientConfig: service caBundle url*
    Rule: apiGroups apiVersions resources scope*
  `,
  'io.k8s.api.resource.v1': `
    AllocatedDeviceStatus: driver pool device conditions data networkData shareID*
    AllocationResult: devices 3=nodeSelector 5=allocationTimestamp
    CELDeviceSelector: expression
    CapacityRequestPolicy: default 3=validValues validRange
    CapacityRequestPolicyRange: min max step
    CapacityRequirements: requests
    Counter: value
    CounterSet: name counters
    Device: name attributes capacity consumesCounters nodeName* nodeSelector allNodes* taints bindsToNode*
      bindingConditions bindingFailureConditions allowMultipleAllocations*
    DeviceAllocationConfiguration: source requests ~DeviceConfiguration
    DeviceAllocationResult: results config
    DeviceAttribute: 2=int* bool* string* version* ints bools strings versions
    DeviceCapacity: value requestPolicy
    DeviceClaim: requests constraints config
    DeviceClaimConfiguration: requests ~DeviceConfiguration
    DeviceClass: metadata spec
    DeviceClassConfiguration: ~DeviceConfiguration
    DeviceClassSpec: selectors config 4=extendedResourceName*
    DeviceConstraint: requests matchAttribute* distinctAttribute*
    DeviceCounterConsumption: counterSet counters
    DeviceRequest: name exactly firstAvailable
    DeviceRequestAllocationResult: request driver pool device adminAccess* tolerations bindingConditions
      bindingFailureConditions shareID* consumedCapacity
    DeviceSelector: cel
    DeviceSubRequest: name deviceClassName selectors allocationMode count tolerations capacity
    DeviceTaint: key value effect timeAdded
    DeviceToleration: key operator value effect tolerationSeconds*
    ExactDeviceRequest: deviceClassName selectors allocationMode count adminAccess* tolerations capacity
    NetworkDeviceData: interfaceName ips hardwareAddress
    OpaqueDeviceConfiguration: driver parameters
    ResourceClaim: metadata spec status
    ResourceClaimConsumerReference: apiGroup 3=resource name uid
    ResourceClaimSpec: devices
    ResourceClaimStatus: allocation reservedFor 4=devices
    ResourceClaimTemplate: metadata spec
    ResourceClaimTemplateSpec: metadata spec
    ResourcePool: name generation resourceSliceCount
    ResourceSlice: metadata spec
    ResourceSliceSpec: driver pool nodeName* nodeSelector allNodes* devices perDeviceNodeSelection*
      sharedCounters
    DeviceConfiguration: opaque
  `,
};
