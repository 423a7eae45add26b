//! Who has which role from the start. A controller's role is its service account's, in kube-system, by its name.
//! A table of facts: plugin/pkg/auth/authorizer/rbac/bootstrappolicy of Kubernetes 1.36.
import type { BindingFact } from './fact.ts';

export const CLUSTER_BINDINGS: readonly BindingFact[] = [
  { name: 'cluster-admin', role: 'cluster-admin', to: ['Group:system:masters'] },
  { name: 'system:basic-user', role: 'system:basic-user', to: ['Group:system:authenticated'] },
  { name: 'system:discovery', role: 'system:discovery', to: ['Group:system:authenticated'] },
  {
    name: 'system:kube-controller-manager',
    role: 'system:kube-controller-manager',
    to: ['User:system:kube-controller-manager'],
  },
  { name: 'system:kube-dns', role: 'system:kube-dns', to: ['ServiceAccount:kube-system/kube-dns'] },
  { name: 'system:kube-scheduler', role: 'system:kube-scheduler', to: ['User:system:kube-scheduler'] },
  { name: 'system:monitoring', role: 'system:monitoring', to: ['Group:system:monitoring'] },
  { name: 'system:node', role: 'system:node', to: [] },
  { name: 'system:node-proxier', role: 'system:node-proxier', to: ['User:system:kube-proxy'] },
  {
    name: 'system:public-info-viewer',
    role: 'system:public-info-viewer',
    to: ['Group:system:authenticated', 'Group:system:unauthenticated'],
  },
  {
    name: 'system:service-account-issuer-discovery',
    role: 'system:service-account-issuer-discovery',
    to: ['Group:system:serviceaccounts'],
  },
  { name: 'system:volume-scheduler', role: 'system:volume-scheduler', to: ['User:system:kube-scheduler'] },
];
export const NAMESPACE_BINDINGS: readonly BindingFact[] = [
  {
    name: 'system:controller:bootstrap-signer',
    namespace: 'kube-public',
    role: 'system:controller:bootstrap-signer',
    to: ['ServiceAccount:kube-system/bootstrap-signer'],
  },
  {
    name: 'system::extension-apiserver-authentication-reader',
    namespace: 'kube-system',
    role: 'extension-apiserver-authentication-reader',
    to: ['User:system:kube-controller-manager', 'User:system:kube-scheduler'],
  },
  {
    name: 'system::leader-locking-kube-controller-manager',
    namespace: 'kube-system',
    role: 'system::leader-locking-kube-controller-manager',
    to: [
      'User:system:kube-controller-manager',
      'ServiceAccount:kube-system/kube-controller-manager',
      'ServiceAccount:kube-system/leader-election-controller',
    ],
  },
  {
    name: 'system::leader-locking-kube-scheduler',
    namespace: 'kube-system',
    role: 'system::leader-locking-kube-scheduler',
    to: ['User:system:kube-scheduler', 'ServiceAccount:kube-system/kube-scheduler'],
  },
  {
    name: 'system:controller:bootstrap-signer',
    namespace: 'kube-system',
    role: 'system:controller:bootstrap-signer',
    to: ['ServiceAccount:kube-system/bootstrap-signer'],
  },
  {
    name: 'system:controller:cloud-provider',
    namespace: 'kube-system',
    role: 'system:controller:cloud-provider',
    to: ['ServiceAccount:kube-system/cloud-provider'],
  },
  {
    name: 'system:controller:token-cleaner',
    namespace: 'kube-system',
    role: 'system:controller:token-cleaner',
    to: ['ServiceAccount:kube-system/token-cleaner'],
  },
];
