//! What extends the API. Facts of Kubernetes 1.36 discovery.
import { cluster, group, type ResourceInfo } from './declare.ts';

export const EXTENSION: readonly ResourceInfo[] = [
  ...group('admissionregistration.k8s.io', 'v1', [
    cluster('mutatingadmissionpolicies', 'MutatingAdmissionPolicy', { categories: ['api-extensions'] }),
    cluster('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', { categories: ['api-extensions'] }),
    cluster('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', { categories: ['api-extensions'] }),
    cluster('validatingadmissionpolicies', 'ValidatingAdmissionPolicy', {
      categories: ['api-extensions'],
      subresources: ['status'],
    }),
    cluster('validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', {
      categories: ['api-extensions'],
    }),
    cluster('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', { categories: ['api-extensions'] }),
  ]),
  ...group('admissionregistration.k8s.io', 'v1alpha1', [
    cluster('mutatingadmissionpolicies', 'MutatingAdmissionPolicy', { categories: ['api-extensions'] }),
    cluster('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', { categories: ['api-extensions'] }),
  ]),
  ...group('admissionregistration.k8s.io', 'v1beta1', [
    cluster('mutatingadmissionpolicies', 'MutatingAdmissionPolicy', { categories: ['api-extensions'] }),
    cluster('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', { categories: ['api-extensions'] }),
  ]),
  ...group('apiextensions.k8s.io', 'v1', [
    cluster('customresourcedefinitions', 'CustomResourceDefinition', {
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      subresources: ['status'],
    }),
  ]),
  ...group('apiregistration.k8s.io', 'v1', [
    cluster('apiservices', 'APIService', { categories: ['api-extensions'], subresources: ['status'] }),
  ]),
];
