import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificateRequest } from '../../../runtime/real/certificate-request.ts';
import { pod, Rig } from '../rig.ts';

const resources = (requests?: object, limits?: object): object => ({
  containers: [{ name: 'c', image: 'i', resources: { ...(requests && { requests }), ...(limits && { limits }) } }],
});
const range = (limits: readonly object[]): object => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'l' },
  spec: { limits },
});
const FORBIDDEN = '403 Forbidden: pods "p" is forbidden: ';

test('limit ranger: a container that names nothing: gets the defaults, and the annotation says so', () => {
  const rig = new Rig();
  const limits = { type: 'Container', default: { cpu: '500m', memory: '500Mi' }, defaultRequest: { cpu: '100m' } };
  rig.ok('create', 'limitranges', { body: range([limits]) });
  const { spec, metadata, status } = rig.ok('create', 'pods', { body: pod('p') });
  assert.deepEqual(spec.containers[0].resources, {
    requests: { cpu: '100m', memory: '500Mi' },
    limits: { cpu: '500m', memory: '500Mi' },
  });
  assert.equal(
    metadata.annotations['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
  );
  assert.equal(status.qosClass, 'Burstable');
  const partly = rig.ok('create', 'pods', { body: pod('q', resources({ cpu: '300m' })) });
  assert.equal(partly.spec.containers[0].resources.requests.cpu, '300m');
});

test('limit ranger: beyond a bound: refused, in the words of the bound', () => {
  const table: readonly (readonly [object, object, string])[] = [
    [
      { type: 'Container', min: { cpu: '50m' }, max: { cpu: '1' } },
      resources({ cpu: '10m' }, { cpu: '1' }),
      'minimum cpu usage per Container is 50m, but request is 10m',
    ],
    [
      { type: 'Container', max: { cpu: '1' } },
      resources({ cpu: '1' }, { cpu: '2' }),
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      { type: 'Pod', max: { memory: '1Gi' } },
      resources({ memory: '1Gi' }),
      'maximum memory usage per Pod is 1Gi.  No limit is specified',
    ],
    [
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      resources({ cpu: '100m' }, { cpu: '500m' }),
      'cpu max limit to request ratio per Container is 2, but provided ratio is 5000.000000',
    ],
  ];
  for (const [limit, spec, why] of table) {
    const rig = new Rig();
    rig.ok('create', 'limitranges', { body: range([limit]) });
    assert.equal(rig.refusal('create', 'pods', { body: pod('p', spec) }), FORBIDDEN + why);
  }
});

test('runtime class: one that is not there, another overhead, a conflict: refused; else merged', () => {
  const rig = new Rig();
  const runtime = (runtimeClassName: string, more: object = {}): object => pod('p', { runtimeClassName, ...more });
  assert.equal(
    rig.refusal('create', 'pods', { body: runtime('none') }),
    `${FORBIDDEN}pod rejected: RuntimeClass "none" not found`,
  );
  rig.ok('create', 'runtimeclasses', {
    group: 'node.k8s.io',
    namespace: '',
    body: {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'r' },
      handler: 'h',
      overhead: { podFixed: { cpu: '10m' } },
      scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'x', operator: 'Exists' }] },
    },
  });
  assert.equal(
    rig.refusal('create', 'pods', { body: runtime('r', { nodeSelector: { a: 'c' } }) }),
    `${FORBIDDEN}conflict: runtimeClass.scheduling.nodeSelector[a] = b; pod.spec.nodeSelector[a] = c`,
  );
  assert.match(rig.refusal('create', 'pods', { body: runtime('r', { overhead: { cpu: '20m' } }) }), /doesn't match/);
  const { spec } = rig.ok('create', 'pods', { body: runtime('r') });
  assert.deepEqual([spec.overhead, spec.nodeSelector], [{ cpu: '10m' }, { a: 'b' }]);
  assert.ok(spec.tolerations.some((one: { key: string }) => one.key === 'x'));
  assert.match(
    rig.refusal('create', 'pods', { body: pod('p', { overhead: { cpu: '10m' } }) }),
    /Pod Overhead set without corresponding RuntimeClass defined Overhead$/,
  );
});

const classed = (kind: string, name: string, annotation: string, more: object): object => ({
  apiVersion: `${kind === 'StorageClass' ? 'storage' : 'networking'}.k8s.io/v1`,
  kind,
  metadata: { name, annotations: { [annotation]: 'true' } },
  ...more,
});
const claim = (size: string): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
});

test('default classes: the newest that is marked: becomes that of claims and Ingresses that name none', () => {
  const rig = new Rig();
  const storage = { group: 'storage.k8s.io', namespace: '' };
  for (const name of ['old', 'new']) {
    const annotation = 'storageclass.kubernetes.io/is-default-class';
    const more = { provisioner: 'p', allowVolumeExpansion: false };
    rig.ok('create', 'storageclasses', { ...storage, body: classed('StorageClass', name, annotation, more) });
    rig.world.advance(2_000);
  }
  assert.equal(rig.ok('create', 'persistentvolumeclaims', { body: claim('1Gi') }).spec.storageClassName, 'new');
  const network = { group: 'networking.k8s.io' };
  const body = classed('IngressClass', 'i', 'ingressclass.kubernetes.io/is-default-class', {
    spec: { controller: 'example.com/c' },
  });
  rig.ok('create', 'ingressclasses', { ...network, namespace: '', body });
  const service = { name: 's', port: { number: 80 } };
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'x' },
    spec: { defaultBackend: { service } },
  };
  assert.equal(rig.ok('create', 'ingresses', { ...network, body: ingress }).spec.ingressClassName, 'i');
});

test('claims: to grow: only when bound, of a class that allows it', () => {
  const rig = new Rig();
  const annotation = 'storageclass.kubernetes.io/is-default-class';
  const body = classed('StorageClass', 's', annotation, { provisioner: 'p' });
  rig.ok('create', 'storageclasses', { group: 'storage.k8s.io', namespace: '', body });
  rig.ok('create', 'persistentvolumeclaims', { body: claim('1Gi') });
  const grow = {
    name: 'c',
    patchType: 'merge',
    body: { spec: { resources: { requests: { storage: '2Gi' } } } },
  } as const;
  const bound = { name: 'c', subresource: 'status', patchType: 'merge', body: { status: { phase: 'Bound' } } } as const;
  rig.ok('patch', 'persistentvolumeclaims', bound);
  rig.ok('patch', 'persistentvolumeclaims', { name: 'c', patchType: 'merge', body: { spec: { volumeName: 'v' } } });
  assert.equal(
    rig.refusal('patch', 'persistentvolumeclaims', grow),
    '403 Forbidden: persistentvolumeclaims "c" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  );
  const allow = { group: 'storage.k8s.io', namespace: '', name: 's', patchType: 'merge' } as const;
  rig.ok('patch', 'storageclasses', { ...allow, body: { allowVolumeExpansion: true } });
  assert.equal(rig.ok('patch', 'persistentvolumeclaims', grow).spec.resources.requests.storage, '2Gi');
});

test('priority: a second default class, a number of the own: refused', () => {
  const rig = new Rig();
  const ranked = (name: string): object => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: 7,
    globalDefault: true,
  });
  const at = { group: 'scheduling.k8s.io', namespace: '' };
  rig.ok('create', 'priorityclasses', { ...at, body: ranked('a') });
  assert.match(
    rig.refusal('create', 'priorityclasses', { ...at, body: ranked('b') }),
    /PriorityClass a is already marked as default. Only one default can exist$/,
  );
  const { spec } = rig.ok('create', 'pods', { body: pod('p') });
  assert.deepEqual([spec.priority, spec.priorityClassName], [7, 'a']);
  assert.match(rig.refusal('create', 'pods', { body: pod('q', { priority: 8 }) }), /must not be provided in pod spec/);
});

test('certificates: a request for the masters: refused for the signer of clients', () => {
  const rig = new Rig();
  const request = (organization: string): string =>
    Buffer.from(makeCertificateRequest({ commonName: 'bob', organizations: [organization] }).request).toString(
      'base64',
    );
  const ask = (organization: string): string =>
    rig.refusal('create', 'certificatesigningrequests', {
      group: 'certificates.k8s.io',
      namespace: '',
      body: {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: organization.replace(':', '-') },
        spec: {
          request: request(organization),
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth'],
        },
      },
    });
  assert.match(ask('system:masters'), /use of kubernetes.io\/kube-apiserver-client signer with system:masters group/);
  assert.doesNotMatch(ask('devs'), /system:masters group/);
});

test('namespaces: default, kube-system, kube-public: never deleted', () => {
  const rig = new Rig();
  assert.equal(
    rig.refusal('delete', 'namespaces', { namespace: '', name: 'kube-public' }),
    '403 Forbidden: namespaces "kube-public" is forbidden: this namespace may not be deleted',
  );
});
