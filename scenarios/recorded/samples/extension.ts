//! What extends or guards the API: webhooks, policies, definitions, API services, priority and fairness.
import type { JsonObject } from '../../../actors/api/json.ts';

const rules: JsonObject[] = [
  { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] },
];
const selector: JsonObject = {
  matchLabels: { a: 'b' },
  matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['d'] }],
};
const webhook: JsonObject = {
  name: 'hook.example.com',
  clientConfig: { url: 'https://hook.example.com/x' },
  rules,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const full: JsonObject = {
  name: 'full.example.com',
  clientConfig: { service: { namespace: 'default', name: 'hook', path: '/x', port: 8443 }, caBundle: '' },
  rules: [{ ...rules[0], operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], scope: 'Namespaced' }],
  failurePolicy: 'Ignore',
  matchPolicy: 'Exact',
  namespaceSelector: selector,
  objectSelector: selector,
  sideEffects: 'NoneOnDryRun',
  timeoutSeconds: 3,
  admissionReviewVersions: ['v1', 'v1beta1'],
  matchConditions: [{ name: 'some', expression: "request.userInfo.username != 'nobody'" }],
};
const constraints: JsonObject = {
  resourceRules: [{ ...rules[0], resourceNames: ['a'], scope: '*' }],
  excludeResourceRules: [{ ...rules[0], resourceNames: ['b'] }],
  namespaceSelector: selector,
  objectSelector: selector,
  matchPolicy: 'Equivalent',
};
const paramRef: JsonObject = { name: 'p', namespace: 'default', parameterNotFoundAction: 'Allow' };
const binding: JsonObject = {
  spec: { policyName: 'nobody', paramRef, matchResources: { ...constraints, matchPolicy: 'Exact' } },
};
const conditions: JsonObject[] = [{ name: 'some', expression: 'has(object.spec)' }];
const variables: JsonObject[] = [{ name: 'a', expression: 'object.spec.a' }];
const merging: JsonObject = {
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression: 'Object{spec: Object.spec{a: 1}}' },
};
const mutating: JsonObject = {
  spec: { matchConstraints: { resourceRules: rules }, reinvocationPolicy: 'Never', mutations: [merging] },
};
const mutatingMore: JsonObject = {
  spec: {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: constraints,
    matchConditions: conditions,
    variables,
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'IfNeeded',
    mutations: [
      merging,
      {
        patchType: 'JSONPatch',
        jsonPatch: { expression: '[JSONPatch{op: "add", path: "/spec/b", value: string(variables.a)}]' },
      },
    ],
  },
};

const admission = (version: string): Record<string, readonly JsonObject[]> => ({
  [`admissionregistration.k8s.io/${version}/MutatingAdmissionPolicy`]: [mutating, mutatingMore],
  [`admissionregistration.k8s.io/${version}/MutatingAdmissionPolicyBinding`]: [{ spec: { policyName: 'a' } }, binding],
});
export const EXTENSION: Readonly<Record<string, readonly JsonObject[]>> = {
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': [
    { webhooks: [webhook] },
    { webhooks: [webhook, full] },
  ],
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': [
    { webhooks: [webhook] },
    { webhooks: [{ ...full, reinvocationPolicy: 'IfNeeded' }, webhook] },
  ],
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': [
    { spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'object.spec.a > 1' }] } },
    {
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: constraints,
        matchConditions: conditions,
        variables,
        validations: [
          {
            expression: 'variables.a > 1',
            message: 'too small',
            reason: 'Forbidden',
            messageExpression: '"is " + string(variables.a)',
          },
        ],
        failurePolicy: 'Ignore',
        auditAnnotations: [{ key: 'seen', valueExpression: '"yes"' }],
      },
    },
  ],
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': [
    { spec: { policyName: 'a', validationActions: ['Deny'] } },
    { spec: { ...(binding['spec'] as JsonObject), validationActions: ['Warn', 'Audit'] } },
  ],
  ...admission('v1'),
  ...admission('v1beta1'),
  ...admission('v1alpha1'),
  'apiregistration.k8s.io/v1/APIService': [
    {
      metadata: { name: 'v1.remote.example.com' },
      spec: {
        group: 'remote.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 10,
        insecureSkipTLSVerify: true,
        service: { namespace: 'default', name: 'remote' },
      },
    },
  ],
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': [
    {
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'global-default' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'a' } }],
            nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          },
        ],
      },
    },
    {
      spec: {
        matchingPrecedence: 9_999,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByNamespace' },
        rules: [
          {
            subjects: [
              { kind: 'Group', group: { name: 'g' } },
              { kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'default' } },
            ],
            resourceRules: [
              { verbs: ['get', 'list'], apiGroups: ['apps'], resources: ['deployments'], namespaces: ['a'] },
              { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
            ],
          },
        ],
      },
    },
  ],
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': [
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } } },
    {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 0,
          lendablePercent: 50,
          borrowingLimitPercent: 10,
          limitResponse: { type: 'Queue', queuing: { queues: 16, handSize: 4, queueLengthLimit: 20 } },
        },
      },
    },
  ],
};
