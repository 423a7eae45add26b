//! How kube-controller-manager's metrics call a controller's queue, where that is not its name without `-controller`.

const NAMES: Readonly<Record<string, string>> = {
  'certificatesigningrequest-approving-controller': 'certificate',
  'certificatesigningrequest-signing-controller': 'certificate',
  'clusterrole-aggregation-controller': 'ClusterRoleAggregator',
  'endpoints-controller': 'endpoint',
  'endpointslice-controller': 'endpoint_slice',
  'endpointslice-mirroring-controller': 'endpoint_slice_mirroring',
  'ephemeral-volume-controller': 'ephemeral_volume',
  'garbage-collector-controller': 'garbage_collector_attempt_to_delete',
  'node-lifecycle-controller': 'node_lifecycle_controller',
  'persistentvolume-binder-controller': 'claims',
  'persistentvolume-protection-controller': 'pvprotection',
  'persistentvolumeclaim-protection-controller': 'pvcprotection',
  'replication-controller': 'replicationmanager',
  'root-ca-certificate-publisher-controller': 'root_ca_cert_publisher',
  'serviceaccount-token-controller': 'serviceaccount_tokens_service',
  'taint-eviction-controller': 'noexec_taint_node',
  'ttl-after-finished-controller': 'ttl_jobs_to_delete',
  'ttl-controller': 'ttlcontroller',
};
export const queueName = (controller: string): string => NAMES[controller] ?? controller.replace(/-controller$/, '');
