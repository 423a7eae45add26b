//! The official JavaScript client: informers that outlive the server, typed and dynamic calls, errors as it knows them.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import {
  ADD,
  ApiException,
  AppsV1Api,
  CoreV1Api,
  DELETE,
  ERROR,
  type Informer,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  UPDATE,
  type V1ConfigMap,
  VersionApi,
} from '@kubernetes/client-node';
import { eventually } from './eventually.ts';
import { scratch, startUp, stopEverything, type Up } from './harness.ts';
import { sleepers } from './manifests.ts';
import { stories } from './story.ts';

let up: Up;
let config: KubeConfig;
let core: CoreV1Api;
const dataDir = `${scratch()}/data`;
const story = stories(() => up?.program.report() ?? '');
before(async () => {
  up = await startUp({ dataDir, engine: 'simulated' });
  config = new KubeConfig();
  config.loadFromFile(up.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
});
let over = false;
let informer: (Informer<V1ConfigMap> & { list(): readonly V1ConfigMap[] }) | undefined;
after(async () => {
  over = true;
  await informer?.stop();
  await stopEverything();
});
const named = (name: string, data: Record<string, string>, labels: Record<string, string> = {}): V1ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
  data,
});

story('client-node: typed calls: an object made, read, changed in each way and deleted', async () => {
  assert.equal((await config.makeApiClient(VersionApi).getCode()).major, '1');
  const made = await core.createNamespacedConfigMap({ namespace: 'default', body: named('typed', { a: '1' }) });
  assert.ok(made.metadata?.uid);
  const replaced = await core.replaceNamespacedConfigMap({
    name: 'typed',
    namespace: 'default',
    body: { ...made, data: { a: '2' } },
  });
  assert.deepEqual(replaced.data, { a: '2' });
  await assert.rejects(
    core.replaceNamespacedConfigMap({ name: 'typed', namespace: 'default', body: { ...made, data: { a: '3' } } }),
    (error: unknown) => error instanceof ApiException && error.code === 409,
  );
  const objects = KubernetesObjectApi.makeApiClient(config);
  for (const [strategy, data] of [
    [PatchStrategy.MergePatch, { b: '1' }],
    [PatchStrategy.StrategicMergePatch, { c: '1' }],
  ] as const)
    await objects.patch({ ...named('typed', data) }, undefined, undefined, 'tests', undefined, strategy);
  const applied = await objects.patch(
    named('typed', { d: '1' }),
    undefined,
    undefined,
    'tests',
    true,
    PatchStrategy.ServerSideApply,
  );
  assert.deepEqual((applied as V1ConfigMap).data, { a: '2', b: '1', c: '1', d: '1' });
  assert.ok(
    applied.metadata?.managedFields?.some(({ manager, operation }) => `${manager} ${operation}` === 'tests Apply'),
  );
  await core.deleteNamespacedConfigMap({ name: 'typed', namespace: 'default' });
  await assert.rejects(
    core.readNamespacedConfigMap({ name: 'typed', namespace: 'default' }),
    (error: unknown) => error instanceof ApiException && error.code === 404,
  );
});

story('client-node: pages of a list: together they are the whole', async () => {
  for (let i = 0; i < 7; i++)
    await core.createNamespacedConfigMap({ namespace: 'default', body: named(`page-${i}`, {}, { page: 'yes' }) });
  const names: string[] = [];
  let next: string | undefined;
  do {
    const page = await core.listNamespacedConfigMap({
      namespace: 'default',
      labelSelector: 'page=yes',
      limit: 3,
      ...(next === undefined ? {} : { _continue: next }),
    });
    names.push(...page.items.map(({ metadata }) => metadata!.name!));
    next = page.metadata?._continue || undefined;
  } while (next !== undefined);
  assert.deepEqual(
    names,
    [0, 1, 2, 3, 4, 5, 6].map((i) => `page-${i}`),
  );
});

story(
  'client-node: an informer: told of what is added, changed and deleted; after kill -9 of the server, again',
  async () => {
    const told: string[] = [];
    const path = '/api/v1/namespaces/default/configmaps';
    const mine = { labelSelector: 'informed=yes' };
    informer = makeInformer(
      config,
      path,
      () => core.listNamespacedConfigMap({ namespace: 'default', ...mine }),
      mine.labelSelector,
    );
    for (const event of [ADD, UPDATE, DELETE] as const)
      informer.on(event, ({ metadata, data }) => void told.push(`${event} ${metadata?.name} ${data?.['v'] ?? ''}`));
    informer.on(ERROR, () => {
      if (!over) void eventually('the informer goes on', () => over || informer!.start().then(() => true));
    });
    await informer.start();
    const body = named('seen', { v: '1' }, { informed: 'yes' });
    await core.createNamespacedConfigMap({ namespace: 'default', body });
    await core.replaceNamespacedConfigMap({ name: 'seen', namespace: 'default', body: { ...body, data: { v: '2' } } });
    await eventually('told', async () => told.includes('update seen 2'));
    const { port } = new URL(up.api.server);
    await up.killHard();
    up = await startUp({ dataDir, engine: 'simulated', port: Number(port) });
    await core.replaceNamespacedConfigMap({ name: 'seen', namespace: 'default', body: { ...body, data: { v: '3' } } });
    await eventually('told of what happened after the server was killed', async () => told.includes('update seen 3'));
    assert.deepEqual(
      informer.list().map(({ data }) => data),
      [{ v: '3' }],
    );
    await core.deleteNamespacedConfigMap({ name: 'seen', namespace: 'default' });
    await eventually('told of the deletion', async () => told.includes('delete seen 3'));
    assert.deepEqual(
      told.filter((line) => line.startsWith('add')),
      ['add seen 1'],
    );
  },
);

story('client-node: scale and status of a Deployment: as the typed client reads them', async () => {
  const apps = config.makeApiClient(AppsV1Api);
  await apps.createNamespacedDeployment({ namespace: 'default', body: sleepers('scaled', 2) as never });
  await eventually('available', async () => {
    const { status } = await apps.readNamespacedDeploymentStatus({ name: 'scaled', namespace: 'default' });
    return status?.availableReplicas === 2;
  });
  const scale = await apps.readNamespacedDeploymentScale({ name: 'scaled', namespace: 'default' });
  assert.equal(scale.status?.selector, 'app=scaled');
  await apps.replaceNamespacedDeploymentScale({
    name: 'scaled',
    namespace: 'default',
    body: { ...scale, spec: { replicas: 1 } },
  });
  await eventually('scaled down', async () => {
    const { status } = await apps.readNamespacedDeployment({ name: 'scaled', namespace: 'default' });
    return status?.availableReplicas === 1 && status.replicas === 1;
  });
});
