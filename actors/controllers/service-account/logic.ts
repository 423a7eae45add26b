import type { Namespace, ServiceAccount } from '../../api/types/cluster.ts';

export const DEFAULT_ACCOUNT = 'default';

export const plan = (namespace: Namespace | undefined, account: ServiceAccount | undefined): 'create' | 'nothing' =>
  namespace !== undefined &&
  namespace.metadata.deletionTimestamp === undefined &&
  namespace.status?.phase !== 'Terminating' &&
  account === undefined
    ? 'create'
    : 'nothing';
