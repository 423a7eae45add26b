//! What extends or guards the API: webhooks, policies, definitions, API services, certificates, priority and fairness.
import type { JsonObject } from '../../../actors/api/json.ts';

const rules: JsonObject[] = [
  { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] },
];
const webhook: JsonObject = {
  name: 'hook.example.com',
  clientConfig: { url: 'https://hook.example.com/x' },
  rules,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };

export const EXTENSION: Readonly<Record<string, readonly JsonObject[]>> = {
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': [{ webhooks: [webhook] }],
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': [{ webhooks: [webhook] }],
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': [
    { spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'object.spec.a > 1' }] } },
  ],
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': [
    { spec: { policyName: 'a', validationActions: ['Deny'] } },
  ],
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': [
    {
      spec: {
        matchConstraints: { resourceRules: rules },
        reinvocationPolicy: 'Never',
        mutations: [
          { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{a: 1}}' } },
        ],
      },
    },
  ],
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding': [{ spec: { policyName: 'a' } }],
  'apiextensions.k8s.io/v1/CustomResourceDefinition': [
    {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names,
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { a: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    },
  ],
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
  ],
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': [
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } } },
  ],
};
