//! A volume of every kind, and the parts that persistent volumes share with them.
import type { JsonObject } from '../../../actors/api/json.ts';

const items: JsonObject[] = [{ key: 'a', path: 'dir/a', mode: 0o400 }];
const secretRef: JsonObject = { name: 'credentials' };
const claimed: JsonObject = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' }, limits: { storage: '2Gi' } },
  storageClassName: 'fast',
  volumeMode: 'Filesystem',
  volumeAttributesClassName: 'gold',
  selector: { matchLabels: { disk: 'ssd' } },
};
const fields: JsonObject[] = [
  { path: 'labels', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' }, mode: 0o444 },
  { path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu', divisor: '1m' } },
];

/** By the name of its source. */
const SOURCES: Readonly<Record<string, JsonObject>> = {
  emptyDir: { medium: 'Memory', sizeLimit: '1536Mi' },
  hostPath: { path: '/var/lib/data', type: 'DirectoryOrCreate' },
  gcePersistentDisk: { pdName: 'disk', fsType: 'ext4', partition: 1, readOnly: true },
  awsElasticBlockStore: { volumeID: 'vol-1', fsType: 'xfs', partition: 2 },
  gitRepo: { repository: 'https://example.com/a.git', revision: 'main', directory: 'a' },
  secret: { secretName: 'a', items, defaultMode: 0o600, optional: true },
  nfs: { server: 'nfs.example.com', path: '/exports', readOnly: true },
  iscsi: {
    targetPortal: '10.0.2.15:3260',
    portals: ['10.0.2.16:3260'],
    iqn: 'iqn.2001-04.com.example:storage.kube.sys1.xyz',
    lun: 1,
    fsType: 'ext4',
    chapAuthSession: true,
    secretRef,
    initiatorName: 'iqn.2001-04.com.example:initiator',
  },
  glusterfs: { endpoints: 'gluster', path: 'vol', readOnly: true },
  persistentVolumeClaim: { claimName: 'data', readOnly: true },
  rbd: { monitors: ['10.0.0.1:6789'], image: 'image', pool: 'kube', user: 'admin', fsType: 'ext4', secretRef },
  flexVolume: { driver: 'example.com/flex', fsType: 'ext4', secretRef, options: { a: 'b' } },
  cinder: { volumeID: 'vol', fsType: 'ext4', secretRef },
  cephfs: { monitors: ['10.0.0.1:6789'], path: '/', user: 'admin', secretFile: '/etc/ceph/secret', secretRef },
  flocker: { datasetName: 'set' },
  downwardAPI: { items: fields, defaultMode: 0o644 },
  fc: { targetWWNs: ['500a0982991b8dc5'], lun: 2, fsType: 'ext4' },
  azureFile: { secretName: 'azure', shareName: 'share' },
  configMap: { name: 'settings', items, defaultMode: 0o440, optional: false },
  vsphereVolume: { volumePath: '[ds] a.vmdk', fsType: 'ext4', storagePolicyName: 'policy', storagePolicyID: '1' },
  quobyte: { registry: 'reg:6789', volume: 'vol', user: 'root', group: 'root', tenant: 't' },
  azureDisk: { diskName: 'disk', diskURI: 'https://blob/disk.vhd', cachingMode: 'ReadOnly', kind: 'Shared' },
  photonPersistentDisk: { pdID: 'disk', fsType: 'ext4' },
  projected: {
    defaultMode: 0o400,
    sources: [
      { secret: { name: 's', items, optional: true } },
      { configMap: { name: 'c', items: [{ key: 'b', path: 'dir/b' }] } },
      { downwardAPI: { items: fields } },
      { serviceAccountToken: { audience: 'vault', expirationSeconds: 7200, path: 'token' } },
    ],
  },
  portworxVolume: { volumeID: 'vol', fsType: 'ext4' },
  scaleIO: {
    gateway: 'https://gate',
    system: 'sys',
    secretRef,
    protectionDomain: 'pd',
    storagePool: 'pool',
    storageMode: 'ThickProvisioned',
    volumeName: 'v',
  },
  storageos: { volumeName: 'v', volumeNamespace: 'ns', fsType: 'ext4', secretRef },
  csi: {
    driver: 'csi.example.com',
    fsType: 'ext4',
    readOnly: true,
    volumeAttributes: { a: 'b' },
    nodePublishSecretRef: secretRef,
  },
  ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec: claimed } },
  image: { reference: 'registry.example.com/data:1', pullPolicy: 'IfNotPresent' },
};
export const VOLUMES: readonly JsonObject[] = Object.entries(SOURCES).map(([kind, source]) => ({
  name: kind.toLowerCase(),
  [kind]: source,
}));

const scoped: JsonObject = { name: 'credentials', namespace: 'default' };
const term: JsonObject = {
  matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a', 'b'] }],
  matchFields: [{ key: 'metadata.name', operator: 'In', values: ['one'] }],
};
const sourced = (kind: string, source: JsonObject, more: JsonObject = {}): JsonObject => ({
  spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], [kind]: source, ...more },
});
export const PERSISTENT: readonly JsonObject[] = [
  sourced(
    'csi',
    {
      driver: 'csi.example.com',
      volumeHandle: 'handle',
      fsType: 'ext4',
      volumeAttributes: { a: 'b' },
      controllerPublishSecretRef: scoped,
      nodeStageSecretRef: scoped,
      nodePublishSecretRef: scoped,
      controllerExpandSecretRef: scoped,
      nodeExpandSecretRef: scoped,
    },
    {
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'fast',
      mountOptions: ['ro', 'soft'],
      volumeMode: 'Block',
      volumeAttributesClassName: 'gold',
      claimRef: { kind: 'PersistentVolumeClaim', namespace: 'recorded', name: 'data', uid: 'u1' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: term['matchExpressions']! }] } },
    },
  ),
  sourced(
    'local',
    { path: '/mnt/disk', fsType: 'ext4' },
    { nodeAffinity: { required: { nodeSelectorTerms: [term] } } },
  ),
  ...['nfs', 'fc', 'gcePersistentDisk', 'awsElasticBlockStore', 'vsphereVolume', 'photonPersistentDisk', 'flocker']
    .concat(['portworxVolume', 'azureDisk', 'quobyte'])
    .map((kind) => sourced(kind, SOURCES[kind]!)),
  ...['iscsi', 'rbd', 'flexVolume', 'cinder', 'cephfs', 'scaleIO'].map((kind) =>
    sourced(kind, { ...SOURCES[kind], secretRef: scoped }),
  ),
  sourced('glusterfs', { endpoints: 'gluster', path: 'vol', endpointsNamespace: 'default' }),
  sourced('azureFile', { secretName: 'azure', shareName: 'share', secretNamespace: 'default' }),
];
export const CLAIMS: readonly JsonObject[] = [
  { spec: claimed },
  { spec: { ...claimed, dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'before' } } },
  { spec: { ...claimed, volumeName: 'pv', volumeMode: 'Block', accessModes: ['ReadWriteOncePod'] } },
];
