//! What objects may be, and what becomes of them: validation, admission, status, collections.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, APPLY, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';

const conformance = conformanceTests();
const at = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
const POD = { containers: [{ name: 'c', image: 'nginx:1' }] };

for (const [name, resource, data] of [
  ['[sig-node] ConfigMap should fail to create ConfigMap with empty key [Conformance]', 'configmaps', { '': 'value' }],
  [
    '[sig-node] Secrets should fail to create secret due to empty secret key [Conformance]',
    'secrets',
    { '': 'dmFsdWU=' },
  ],
] as const)
  conformance(name, async (api) => {
    const status = await api.refused(422, 'POST', at(api, resource), { metadata: { name: 'empty' }, data });
    assert.equal(status.reason, 'Invalid');
    assert.equal(status.details.causes[0].field, 'data[]');
  });

for (const [name, resource] of [
  ['[sig-storage] ConfigMap should be immutable if `immutable` field is set [Conformance]', 'configmaps'],
  ['[sig-storage] Secrets should be immutable if `immutable` field is set [Conformance]', 'secrets'],
] as const)
  conformance(name, async (api) => {
    const path = `${at(api, resource)}/immutable`;
    const value = (text: string): Any => ({
      key: resource === 'secrets' ? Buffer.from(text).toString('base64') : text,
    });
    await api.create(at(api, resource), { metadata: { name: 'immutable' }, data: value('1') });
    const changed = await replaced(api, path, (object) => {
      object.data = value('2');
    });
    const fixed = await api.update(path, { ...changed, immutable: true });
    await api.refused(422, 'PUT', path, { ...fixed, immutable: false });
    await api.refused(422, 'PUT', path, { ...fixed, data: value('3') });
    await api.update(path, { ...fixed, metadata: { ...fixed.metadata, labels: { still: 'labelled' } } });
    await api.delete(path);
  });

conformance(
  '[sig-node] Sysctls [LinuxOnly] should reject invalid sysctls [Conformance] [NodeConformance]',
  async (api) => {
    const sysctls = ['foo-', 'kernel.shmmax', 'safe-and-unsafe', 'bar..'].map((name) => ({ name, value: 'value' }));
    const spec = { ...POD, securityContext: { sysctls } };
    const status = await api.refused(422, 'POST', at(api, 'pods'), { metadata: { name: 'sysctl' }, spec });
    assert.match(status.message, /Invalid value: "foo-"/);
    assert.match(status.message, /Invalid value: "bar\.\."/);
    assert.doesNotMatch(status.message, /safe-and-unsafe|kernel\.shmmax/);
  },
);

conformance(
  '[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu [Conformance]',
  async (api) => {
    const resources = { requests: { cpu: '100m', memory: '100Mi' }, limits: { cpu: '100m', memory: '100Mi' } };
    const spec = { containers: [{ ...POD.containers[0], resources }] };
    await api.create(at(api, 'pods'), { metadata: { name: 'qos' }, spec });
    assert.equal((await api.get(`${at(api, 'pods')}/qos`)).status.qosClass, 'Guaranteed');
  },
);

for (const [name, gone] of [
  [
    '[sig-node] RuntimeClass should reject a Pod requesting a non-existent RuntimeClass [Conformance] [NodeConformance]',
    false,
  ],
  [
    '[sig-node] RuntimeClass should reject a Pod requesting a deleted RuntimeClass [Conformance] [NodeConformance]',
    true,
  ],
] as const)
  conformance(name, async (api) => {
    const runtimeClassName = `${api.namespace}-class`;
    if (gone) {
      await api.create('/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: runtimeClassName }, handler: 'h' });
      await api.delete(`/apis/node.k8s.io/v1/runtimeclasses/${runtimeClassName}`);
    }
    const status = await eventually('refused', () =>
      api.refused(403, 'POST', at(api, 'pods'), {
        metadata: { generateName: 'class-' },
        spec: { ...POD, runtimeClassName },
      }),
    );
    assert.match(status.message, new RegExp(`RuntimeClass.*"${runtimeClassName}".* not found`));
  });

conformance('[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API [Conformance]', async (api) => {
  const volumes = [{ name: 'inline', csi: { driver: 'inline.example.com', readOnly: false } }];
  const path = at(api, 'pods');
  const made = await api.create(path, { metadata: { name: 'csi', labels: { csi: 'yes' } }, spec: { ...POD, volumes } });
  assert.deepEqual(made.spec.volumes[0].csi, { driver: 'inline.example.com', readOnly: false });
  await api.patch(`${path}/csi`, { metadata: { labels: { patched: 'yes' } } }, STRATEGIC);
  const [listed] = (await api.get('/api/v1/pods?labelSelector=patched=yes')).items;
  assert.equal(listed.spec.volumes[0].csi.driver, 'inline.example.com');
  await api.delete(`${path}/csi`, { gracePeriodSeconds: 0 });
  await eventually('gone', async () => (await api.get(`${path}?labelSelector=csi=yes`)).items.length === 0);
});

const limits = {
  type: 'Container',
  min: { cpu: '50m', memory: '100Mi', 'ephemeral-storage': '100Gi' },
  max: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
  default: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
  defaultRequest: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
};
conformance(
  '[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied. [Conformance]',
  async (api) => {
    const watch = await api.watch(`${at(api, 'limitranges')}?watch=1`);
    await api.create(at(api, 'limitranges'), { metadata: { name: 'limits' }, spec: { limits: [limits] } });
    await watch.next('ADDED', 'limits');
    const pod = (name: string, resources?: Any): Any => ({
      metadata: { name },
      spec: { containers: [{ ...POD.containers[0], ...(resources ? { resources } : {}) }] },
    });
    const [bare] = (await api.create(at(api, 'pods'), pod('none'))).spec.containers;
    assert.deepEqual(bare.resources, { limits: limits.default, requests: limits.defaultRequest });
    const partly = {
      requests: { cpu: '300m', memory: '150Mi' },
      limits: { cpu: '300m', 'ephemeral-storage': '300Gi' },
    };
    const [part] = (await api.create(at(api, 'pods'), pod('partial', partly))).spec.containers;
    assert.deepEqual(part.resources.requests, { cpu: '300m', memory: '150Mi', 'ephemeral-storage': '300Gi' });
    assert.deepEqual(part.resources.limits, { cpu: '300m', memory: '200Mi', 'ephemeral-storage': '300Gi' });
    const small = { requests: { cpu: '10m', memory: '50Mi' } };
    await api.refused(403, 'POST', at(api, 'pods'), pod('too-small', small));
    const big = { requests: { cpu: '600m', memory: '600Mi' }, limits: { cpu: '600m', memory: '600Mi' } };
    await api.refused(403, 'POST', at(api, 'pods'), pod('too-big', big));
    await replaced(api, `${at(api, 'limitranges')}/limits`, ({ spec }) => {
      spec.limits[0].min = { cpu: '9m', memory: '49Mi' };
    });
    await eventually('the new least counts', () => api.create(at(api, 'pods'), pod('small-now', small)));
    await api.delete(`${at(api, 'limitranges')}/limits`);
    await watch.next('DELETED', 'limits');
    watch.stop();
    await eventually('no limit counts', () => api.create(at(api, 'pods'), pod('big-now', big)));
  },
);

const service = (name: string): Any => ({
  metadata: { name, labels: { 'test-service-static': 'true', of: name } },
  spec: { type: 'LoadBalancer', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }] },
});
conformance('[sig-network] Services should complete a service status lifecycle [Conformance]', async (api) => {
  const path = `${at(api, 'services')}/status`;
  const watch = await api.watch(`${at(api, 'services')}?watch=1&labelSelector=test-service-static=true`);
  await api.create(at(api, 'services'), service('status'));
  await watch.next('ADDED', 'status');
  const balanced = { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } };
  const patched = await api.patch(`${path}/status`, {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: balanced,
  });
  assert.equal(patched.status.loadBalancer.ingress[0].ip, '203.0.113.1');
  const condition = {
    type: 'StatusUpdate',
    status: 'True',
    reason: 'E2E',
    message: 'Set',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await replaced(api, `${path}/status`, ({ status }) => {
    status.conditions = [condition];
  });
  await watch.until('the condition', ({ object }) => object.status?.conditions?.[0]?.type === 'StatusUpdate');
  await api.patch(path, { metadata: { labels: { patched: 'yes' } } }, STRATEGIC);
  await watch.until('the label', ({ object }) => object.metadata?.labels?.patched === 'yes');
  await api.delete(path);
  await watch.next('DELETED', 'status');
  watch.stop();
});
conformance('[sig-network] Services should delete a collection of services [Conformance]', async (api) => {
  for (const name of ['one', 'two', 'three']) await api.create(at(api, 'services'), service(name));
  await api.delete(`${at(api, 'services')}?labelSelector=${encodeURIComponent('of in (one,two)')}`);
  const left = (await api.get(at(api, 'services'))).items.map(({ metadata }: Any) => metadata.name);
  assert.deepEqual(left, ['three']);
});
conformance('[sig-network] Services should find a service from listing all namespaces [Conformance]', async (api) => {
  const all = (await api.get('/api/v1/services')).items;
  assert.ok(all.some(({ metadata }: Any) => `${metadata.namespace}/${metadata.name}` === 'default/kubernetes'));
});

const namespaceOf = ({ namespace }: Api): string => `/api/v1/namespaces/${namespace}`;
conformance('[sig-api-machinery] Namespaces should patch a Namespace [Conformance] [Serial]', async (api) => {
  await api.patch(namespaceOf(api), { metadata: { labels: { testLabel: 'testValue' } } }, STRATEGIC);
  assert.equal((await api.get(namespaceOf(api))).metadata.labels.testLabel, 'testValue');
});
conformance(
  '[sig-api-machinery] Namespaces should apply an update to a Namespace [Conformance] [Serial]',
  async (api) => {
    await replaced(api, namespaceOf(api), ({ metadata }) => {
      metadata.labels.updated = 'yes';
    });
    assert.equal((await api.get(namespaceOf(api))).metadata.labels.updated, 'yes');
  },
);
conformance(
  '[sig-api-machinery] Namespaces should apply changes to a namespace status [Conformance] [Serial]',
  async (api) => {
    const path = `${namespaceOf(api)}/status`;
    const condition = { type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' };
    const patched = await api.patch(path, {
      metadata: { annotations: { e: 'patched' } },
      status: { conditions: [condition] },
    });
    assert.equal(patched.metadata.annotations.e, 'patched');
    await replaced(api, path, ({ status }) => {
      status.conditions = [...status.conditions, { ...condition, type: 'StatusUpdate' }];
    });
    const types = (await api.get(path)).status.conditions.map(({ type }: Any) => type);
    assert.deepEqual(types, ['StatusPatch', 'StatusUpdate']);
  },
);
conformance(
  '[sig-api-machinery] Namespaces should apply a finalizer to a Namespace [Conformance] [Serial]',
  async (api) => {
    const name = `${api.namespace}-finalized`;
    const path = `/api/v1/namespaces/${name}`;
    const finalizer = 'e2e.example.com/finalizer';
    await api.create('/api/v1/namespaces', { metadata: { name } });
    const finalize = (change: (finalizers: string[]) => string[]): Promise<Any> =>
      eventually('finalizers are replaced', async () => {
        const object = await api.get(path);
        object.spec.finalizers = change(object.spec.finalizers);
        return api.update(`${path}/finalize`, object);
      });
    await finalize((finalizers) => [...finalizers, finalizer]);
    assert.ok((await api.get(path)).spec.finalizers.includes(finalizer));
    await finalize((finalizers) => finalizers.filter((one) => one !== finalizer));
    assert.deepEqual((await api.get(path)).spec.finalizers, ['kubernetes']);
    await api.delete(path);
    await eventually('gone', async () => (await api.up.call(path)).code === 404);
  },
);

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'mydep', labels: { app: 'nginx' } },
  spec: {
    selector: { matchLabels: { app: 'nginx' } },
    template: { metadata: { labels: { app: 'nginx' } }, spec: POD },
  },
};
const deployments = ({ namespace }: Api): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
conformance(
  '[sig-api-machinery] FieldValidation should detect unknown and duplicate fields of a typed object [Conformance]',
  async (api) => {
    const text = JSON.stringify({
      ...DEPLOYMENT,
      spec: { ...DEPLOYMENT.spec, unknown1: 'val1', unknownDupe: 'valDupe' },
    })
      .replace('"unknownDupe":', '"unknownDupe":"valDupe","unknownDupe":')
      .replace('"selector":', '"paused":true,"paused":false,"selector":');
    const strict = await api.refused(400, 'POST', `${deployments(api)}?fieldValidation=Strict`, text);
    assert.match(strict.message, /strict decoding error: .*unknown field "spec\.unknown1"/);
    assert.match(strict.message, /duplicate field "spec\.paused"/);
    assert.match(strict.message, /duplicate field "spec\.unknownDupe"|unknown field "spec\.unknownDupe"/);
    const warned = await api.up.call(`${deployments(api)}?fieldValidation=Warn`, { body: text });
    assert.equal(warned.code, 201, warned.text);
    assert.match(String(warned.headers['warning']), /unknown field \\"spec\.unknown1\\"/);
  },
);
conformance(
  '[sig-api-machinery] FieldValidation should detect unknown metadata fields of a typed object [Conformance]',
  async (api) => {
    const body = { ...DEPLOYMENT, metadata: { ...DEPLOYMENT.metadata, unknownMeta: 'unknownVal' } };
    const path = `${deployments(api)}/mydep?fieldManager=field_validation_test&fieldValidation=Strict`;
    const status = await api.refused(400, 'PATCH', path, body, APPLY);
    assert.match(status.message, /unknownMeta: field not declared in schema/);
  },
);
