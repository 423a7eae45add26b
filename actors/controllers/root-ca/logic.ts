import type { ConfigMap, Namespace } from '../../api/types/cluster.ts';

export const ROOT_CA = 'kube-root-ca.crt';
export const DESCRIPTION = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
    'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes ' +
    'clusters.',
};

export function plan(
  namespace: Namespace | undefined,
  published: ConfigMap | undefined,
  ca: string,
): 'create' | 'update' | 'nothing' {
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return 'nothing';
  if (namespace.status?.phase === 'Terminating') return 'nothing';
  if (published === undefined) return 'create';
  const data = published.data ?? {};
  const described = published.metadata.annotations?.['kubernetes.io/description'] !== undefined;
  return data['ca.crt'] === ca && Object.keys(data).length === 1 && described ? 'nothing' : 'update';
}
