//! Who may do what: reviews, roles, certificates. Facts of Kubernetes 1.36 discovery.
import { cluster, group, namespaced, type ResourceInfo } from './declare.ts';

export const ACCESS: readonly ResourceInfo[] = [
  ...group('authentication.k8s.io', 'v1', [
    cluster('selfsubjectreviews', 'SelfSubjectReview', { verbs: ['create'] }),
    cluster('tokenreviews', 'TokenReview', { verbs: ['create'] }),
  ]),
  ...group('authorization.k8s.io', 'v1', [
    namespaced('localsubjectaccessreviews', 'LocalSubjectAccessReview', { verbs: ['create'] }),
    cluster('selfsubjectaccessreviews', 'SelfSubjectAccessReview', { verbs: ['create'] }),
    cluster('selfsubjectrulesreviews', 'SelfSubjectRulesReview', { verbs: ['create'] }),
    cluster('subjectaccessreviews', 'SubjectAccessReview', { verbs: ['create'] }),
  ]),
  ...group('certificates.k8s.io', 'v1', [
    cluster('certificatesigningrequests', 'CertificateSigningRequest', {
      shortNames: ['csr'],
      subresources: ['approval CertificateSigningRequest get,patch,update', 'status'],
    }),
  ]),
  ...group('certificates.k8s.io', 'v1alpha1', [cluster('clustertrustbundles', 'ClusterTrustBundle')]),
  ...group('certificates.k8s.io', 'v1beta1', [
    cluster('clustertrustbundles', 'ClusterTrustBundle'),
    namespaced('podcertificaterequests', 'PodCertificateRequest', { subresources: ['status'] }),
  ]),
  ...group('rbac.authorization.k8s.io', 'v1', [
    cluster('clusterrolebindings', 'ClusterRoleBinding'),
    cluster('clusterroles', 'ClusterRole'),
    namespaced('rolebindings', 'RoleBinding'),
    namespaced('roles', 'Role'),
  ]),
];
