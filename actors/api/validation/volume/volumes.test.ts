import { test } from 'node:test';
import { created, updated } from '../refusal.fixture.ts';

test('volumes: of pods', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'i',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', value: 'b' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
    },
  };
  created(kind, sound, [
    [{ 'spec.volumes.1': { name: 'v', emptyDir: {} } }, 'spec.volumes[1].name: Duplicate value: "v"'],
    [
      { 'spec.volumes.1': { name: 'A', emptyDir: {} } },
      "spec.volumes[1].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [
      { 'spec.volumes.1': { name: 'w', emptyDir: { sizeLimit: '-1' } } },
      'spec.volumes[1].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity',
    ],
    [
      { 'spec.volumes.1': { name: 'w', emptyDir: {}, hostPath: { path: '/x' } } },
      'spec.volumes[1].hostPath: Forbidden: may not specify more than 1 volume type',
    ],
    [{ 'spec.volumes.1': { name: 'w', hostPath: { path: '' } } }, 'spec.volumes[1].hostPath.path: Required value'],
    [
      { 'spec.volumes.1': { name: 'w', hostPath: { path: '/a/../b', type: 'x' } } },
      'spec.volumes[1].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
      'spec.volumes[1].hostPath.type: Unsupported value: "x": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
    [{ 'spec.volumes.1': { name: 'w', secret: {} } }, 'spec.volumes[1].secret.secretName: Required value'],
    [
      {
        'spec.volumes.1': {
          name: 'w',
          secret: { secretName: 's', defaultMode: 512, items: [{ key: '', path: '/a' }] },
        },
      },
      'spec.volumes[1].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
      'spec.volumes[1].secret.items[0].key: Required value',
      'spec.volumes[1].secret.items[0].path: Invalid value: "/a": must be a relative path',
    ],
    [
      { 'spec.volumes.1': { name: 'w', configMap: { name: '', defaultMode: -1 } } },
      'spec.volumes[1].configMap.name: Required value',
      'spec.volumes[1].configMap.defaultMode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
    ],
    [
      {
        'spec.volumes.1': {
          name: 'w',
          downwardAPI: { items: [{ path: 'a' }, { path: '', fieldRef: { fieldPath: 'spec.nodeName' } }] },
        },
      },
      'spec.volumes[1].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
      'spec.volumes[1].downwardAPI.path: Required value',
      'spec.volumes[1].downwardAPI.fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
    ],
    [
      {
        'spec.volumes.1': {
          name: 'w',
          projected: {
            sources: [
              { secret: {}, configMap: { name: 'a' } },
              { serviceAccountToken: { path: '', expirationSeconds: 1 } },
            ],
          },
        },
      },
      'spec.volumes[1].projected.sources[0].secret.name: Required value',
      'spec.volumes[1].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source',
      'spec.volumes[1].projected.sources[1].serviceAccountToken.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
      'spec.volumes[1].projected.path: Required value',
      'spec.volumes[1].projected.sources[1].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ],
    [
      { 'spec.volumes.1': { name: 'w', nfs: {} } },
      'spec.volumes[1].nfs.server: Required value',
      'spec.volumes[1].nfs.path: Required value',
      'spec.volumes[1].nfs.path: Invalid value: "": must be an absolute path',
    ],
    [
      { 'spec.volumes.1': { name: 'w', iscsi: {} } },
      'spec.volumes[1].iscsi.targetPortal: Required value',
      'spec.volumes[1].iscsi.iqn: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', fc: {} } },
      'spec.volumes[1].fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both',
    ],
    [
      { 'spec.volumes.1': { name: 'w', rbd: {} } },
      'spec.volumes[1].rbd.monitors: Required value',
      'spec.volumes[1].rbd.image: Required value',
    ],
    [{ 'spec.volumes.1': { name: 'w', cephfs: {} } }, 'spec.volumes[1].cephfs.monitors: Required value'],
    [
      { 'spec.volumes.1': { name: 'w', glusterfs: {} } },
      'spec.volumes[1].glusterfs.endpoints: Required value',
      'spec.volumes[1].glusterfs.path: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', gcePersistentDisk: { partition: 256 } } },
      'spec.volumes[1].persistentDisk.pdName: Required value',
      'spec.volumes[1].persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive',
    ],
    [
      { 'spec.volumes.1': { name: 'w', awsElasticBlockStore: {} } },
      'spec.volumes[1].awsElasticBlockStore.volumeID: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', azureFile: {} } },
      'spec.volumes[1].azureFile.secretName: Required value',
      'spec.volumes[1].azureFile.shareName: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', azureDisk: {} } },
      'spec.volumes[1].azureDisk.diskName: Required value',
      'spec.volumes[1].azureDisk.diskURI: Required value',
      'spec.volumes[1].azureDisk.diskURI: Unsupported value: "": supported values: "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"',
    ],
    [{ 'spec.volumes.1': { name: 'w', cinder: {} } }, 'spec.volumes[1].cinder.volumeID: Required value'],
    [{ 'spec.volumes.1': { name: 'w', flexVolume: {} } }, 'spec.volumes[1].flexVolume.driver: Required value'],
    [
      { 'spec.volumes.1': { name: 'w', flocker: {} } },
      'spec.volumes[1].flocker: Required value: one of datasetName and datasetUUID is required',
    ],
    [{ 'spec.volumes.1': { name: 'w', gitRepo: {} } }, 'spec.volumes[1].gitRepo.repository: Required value'],
    [
      { 'spec.volumes.1': { name: 'w', photonPersistentDisk: {} } },
      'spec.volumes[1].photonPersistentDisk.pdID: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', portworxVolume: {} } },
      'spec.volumes[1].portworxVolume.volumeID: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', quobyte: {} } },
      'spec.volumes[1].quobyte.registry: Required value: must be a host:port pair or multiple pairs separated by commas',
      'spec.volumes[1].quobyte.volume: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', scaleIO: {} } },
      'spec.volumes[1].scaleIO.gateway: Required value',
      'spec.volumes[1].scaleIO.system: Required value',
      'spec.volumes[1].scaleIO.volumeName: Required value',
    ],
    [{ 'spec.volumes.1': { name: 'w', storageos: {} } }, 'spec.volumes[1].storageos.volumeName: Required value'],
    [
      { 'spec.volumes.1': { name: 'w', vsphereVolume: {} } },
      'spec.volumes[1].vsphereVolume.volumePath: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', csi: {} } },
      'spec.volumes[1].csi.driver: Required value',
      "spec.volumes[1].csi.driver: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [{ 'spec.volumes.1': { name: 'w', image: {} } }, 'spec.volumes[1].image.reference: Required value'],
    [
      { 'spec.volumes.1': { name: 'w', image: { reference: 'a', pullPolicy: 'x' } } },
      'spec.volumes[1].image.pullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      { 'spec.volumes.1': { name: 'w', persistentVolumeClaim: {} } },
      'spec.volumes[1].persistentVolumeClaim.claimName: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', ephemeral: {} } },
      'spec.volumes[1].ephemeral.volumeClaimTemplate: Required value',
    ],
    [
      { 'spec.volumes.1': { name: 'w', ephemeral: { volumeClaimTemplate: { metadata: { name: 'x' }, spec: {} } } } },
      'spec.volumes[1].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
      'spec.volumes[1].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
      'spec.volumes[1].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
  ]);
});
test('volumes: of the cluster', () => {
  const kind = { group: '', kind: 'PersistentVolume' };
  const sound = { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } };
  created(kind, sound, [
    [
      { 'spec.capacity': undefined },
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: null: supported values: "storage"',
    ],
    [{ 'spec.capacity': { storage: '0' } }, 'spec.capacity[storage]: Invalid value: "0": must be greater than zero'],
    [
      { 'spec.capacity': { storage: '1', cpu: '1' } },
      'spec.capacity: Unsupported value: {"cpu":"1","storage":"1"}: supported values: "storage"',
    ],
    [{ 'spec.accessModes': [] }, 'spec.accessModes: Required value'],
    [
      { 'spec.accessModes': ['x'] },
      'spec.accessModes: Unsupported value: "x": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    ],
    [
      { 'spec.accessModes': ['ReadWriteOncePod', 'ReadWriteOnce'] },
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    ],
    [{ 'spec.hostPath': undefined }, 'spec: Required value: must specify a volume type'],
    [{ 'spec.nfs': { server: 's', path: '/x' } }, 'spec.nfs: Forbidden: may not specify more than 1 volume type'],
    [
      { 'spec.persistentVolumeReclaimPolicy': 'x' },
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "x": supported values: "Delete", "Recycle", "Retain"',
    ],
    [
      { 'spec.hostPath.path': '/', 'spec.persistentVolumeReclaimPolicy': 'Recycle' },
      "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
    ],
    [
      { 'spec.storageClassName': 'A' },
      "spec.storageClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [{ 'spec.volumeMode': 'x' }, 'spec.volumeMode: Unsupported value: "x": supported values: "Block", "Filesystem"'],
    [{ 'spec.nodeAffinity': {} }, 'spec.nodeAffinity.required: Required value: must specify required node constraints'],
    [
      { 'spec.hostPath': undefined, 'spec.local': { path: 'a/..' } },
      'spec.local.path: Invalid value: "a/..": must not contain \'..\'',
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
    [
      { 'spec.hostPath': undefined, 'spec.csi': { driver: 'd', nodeStageSecretRef: {} } },
      'spec.csi.volumeHandle: Required value',
    ],
    [
      { 'spec.volumeAttributesClassName': '' },
      'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
  ]);
});
test('volumes: of the cluster: updated', () => {
  const kind = { group: '', kind: 'PersistentVolume' };
  const sound = { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } };
  updated(kind, sound, [
    [{ 'spec.capacity.storage': '2Gi' }],
    [{ 'spec.volumeMode': 'Block' }, 'volumeMode: Invalid value: "Block": field is immutable'],
    [
      {
        'spec.nodeAffinity': {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] },
        },
      },
    ],
    [
      { 'spec.hostPath.path': '/y' },
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -2,7 +2,7 @@\n   "GCEPersistentDisk": null,\n   "AWSElasticBlockStore": null,\n   "HostPath": {\n-    "Path": "/x",\n+    "Path": "/y",\n     "Type": ""\n   },\n   "Glusterfs": null,\n',
    ],
  ]);
});
test('claims: created', () => {
  const kind = { group: '', kind: 'PersistentVolumeClaim', namespaced: true };
  const sound = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
  created(kind, sound, [
    [{ 'spec.accessModes': [] }, 'spec.accessModes: Required value: at least 1 access mode is required'],
    [
      { 'spec.accessModes': ['x'] },
      'spec.accessModes: Unsupported value: "x": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    ],
    [{ 'spec.resources': {} }, 'spec.resources[storage]: Required value'],
    [
      { 'spec.resources.requests.storage': '0' },
      'spec.resources[storage]: Invalid value: "0": must be greater than zero',
    ],
    [
      { 'spec.selector': { matchLabels: { 'a b': 'c' } } },
      "spec.selector.matchLabels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [
      { 'spec.storageClassName': 'A' },
      "spec.storageClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [{ 'spec.volumeMode': 'x' }, 'spec.volumeMode: Unsupported value: "x": supported values: "Block", "Filesystem"'],
    [{ 'spec.dataSource': { kind: 'PersistentVolumeClaim', name: '' } }, 'spec.dataSource.name: Required value'],
    [
      {
        'spec.dataSource': { kind: 'PersistentVolumeClaim', name: 'a' },
        'spec.dataSourceRef': { kind: 'PersistentVolumeClaim', name: 'b' },
      },
      'spec: Invalid value: {}: must match dataSourceRef',
    ],
  ]);
});
test('claims: updated', () => {
  const kind = { group: '', kind: 'PersistentVolumeClaim', namespaced: true };
  const sound = {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '2Gi' } },
      volumeName: 'v',
      storageClassName: 's',
    },
    status: { phase: 'Bound', capacity: { storage: '2Gi' } },
  };
  updated(kind, sound, [
    [{ 'spec.resources.requests.storage': '3Gi' }],
    [
      { 'spec.resources.requests.storage': '1Gi' },
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ],
    [
      { 'spec.volumeMode': 'Block' },
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -11,7 +11,7 @@\n   },\n   "VolumeName": "v",\n   "StorageClassName": "s",\n-  "VolumeMode": "Filesystem",\n+  "VolumeMode": "Block",\n   "DataSource": null,\n   "DataSourceRef": null,\n   "VolumeAttributesClassName": null\n',
      'volumeMode: Invalid value: "Block": field is immutable',
    ],
  ]);
});
