import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resource } from '../../actors/api/resource.ts';
import {
  CONFIGMAPS,
  DEPLOYMENTS,
  NAMESPACES,
  PODS,
  REPLICA_SETS,
  SECRETS,
  SERVICES,
} from '../../actors/api/resource.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment, pod, service } from '../sim/objects.ts';

const KINDS: readonly Resource[] = [PODS, DEPLOYMENTS, REPLICA_SETS, SERVICES, CONFIGMAPS, SECRETS];

test('namespace deletion: full of everything: deletes to nothing', () => {
  const cluster = new SimCluster({ seed: 5 });
  cluster.create(NAMESPACES, { metadata: { name: 'full' } });
  const inside = <T extends { metadata: object }>(object: T): T => ({
    ...object,
    metadata: { ...object.metadata, namespace: 'full' },
  });
  cluster.create(DEPLOYMENTS, inside(deployment('web', 3)));
  cluster.create(SERVICES, inside(service('web')));
  cluster.create(PODS, inside(pod('alone')));
  cluster.create(CONFIGMAPS, inside({ metadata: { name: 'settings' }, data: { a: '1' } }));
  cluster.create(SECRETS, inside({ metadata: { name: 'secret' } }));
  cluster.until(
    'four pods run',
    () => cluster.list(PODS, 'full').filter((p) => p.status.phase === 'Running').length === 4,
  );
  cluster.delete(NAMESPACES, 'full', '');
  cluster.until('the namespace is gone', () => cluster.find(NAMESPACES, 'full', '') === undefined, 300_000);
  for (const kind of KINDS) assert.deepEqual(cluster.list(kind, 'full'), [], kind.resource);
});

test('owner deletion: a Deployment: its ReplicaSets and pods go with it', () => {
  const cluster = new SimCluster({ seed: 6 });
  cluster.create(DEPLOYMENTS, deployment('web', 3));
  cluster.until(
    'three pods run',
    () => cluster.list(PODS, 'default').filter((p) => p.status.phase === 'Running').length === 3,
  );
  cluster.delete(DEPLOYMENTS, 'web');
  cluster.until(
    'all is gone',
    () => cluster.list(PODS, 'default').length + cluster.list(REPLICA_SETS, 'default').length === 0,
  );
});
