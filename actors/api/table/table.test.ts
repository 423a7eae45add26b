import assert from 'node:assert/strict';
import test from 'node:test';
import { CONFIGMAPS, DEPLOYMENTS, NODES, PODS, SERVICES } from '../resource.ts';
import { findResource } from '../resources.ts';
import { table } from '../table.ts';
import { timestamp } from '../time.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const ago = (seconds: number): string => timestamp(NOW - seconds * 1000);
const metadata = { name: 'web', creationTimestamp: ago(90) };
const cells = (resource: { group: string; resource: string }, object: object): readonly unknown[] | undefined =>
  table(resource, [{ metadata, ...object }], NOW).rows[0]?.cells;
const running = { name: 'c', ready: true, restartCount: 0, state: { running: {} } };
const pod = (status: object, spec: object = {}): object => ({ spec: { containers: [{ name: 'c' }], ...spec }, status });

test('pods: each state: the STATUS a user reads', () => {
  const waiting = { ...running, ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };
  const crashed = { ...waiting, lastState: { terminated: { finishedAt: ago(10) } } };
  const ended = { ...running, ready: false, state: { terminated: { reason: 'Completed', exitCode: 0 } } };
  const initContainers = [{ name: 'i' }, { name: 'j' }];
  const init = { name: 'i', restartCount: 0, state: { running: {} } };
  const failed = { name: 'i', restartCount: 0, state: { terminated: { exitCode: 2 } } };
  const rows: readonly (readonly [object, readonly unknown[]])[] = [
    [pod({ phase: 'Pending' }), ['0/1', 'Pending', '0']],
    [pod({ phase: 'Running', containerStatuses: [running] }), ['1/1', 'Running', '0']],
    [pod({ phase: 'Running', containerStatuses: [crashed] }), ['0/1', 'CrashLoopBackOff', '3 (10s ago)']],
    [pod({ phase: 'Succeeded', containerStatuses: [ended] }), ['0/1', 'Completed', '0']],
    [pod({ phase: 'Pending', initContainerStatuses: [init] }, { initContainers }), ['0/1', 'Init:0/2', '0']],
    [pod({ phase: 'Pending', initContainerStatuses: [failed] }, { initContainers }), ['0/1', 'Init:ExitCode:2', '0']],
    [pod({ phase: 'Failed', reason: 'Evicted' }), ['0/1', 'Evicted', '0']],
    [
      {
        ...pod({ phase: 'Running', containerStatuses: [running] }),
        metadata: { ...metadata, deletionTimestamp: ago(1) },
      },
      ['1/1', 'Terminating', '0'],
    ],
  ];
  for (const [object, expected] of rows) assert.deepEqual(cells(PODS, object)?.slice(1, 4), expected);
});
test('tables: common kinds: cells as kubectl shows them', () => {
  const spec = { containers: [{ name: 'c', image: 'nginx' }] };
  assert.deepEqual(
    cells(DEPLOYMENTS, {
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { spec } },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 },
    }),
    ['web', '2/3', 3, 2, '90s', 'c', 'nginx', 'app=web'],
  );
  assert.deepEqual(
    cells(SERVICES, {
      spec: { type: 'NodePort', clusterIP: '10.0.0.1', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
    }),
    ['web', 'NodePort', '10.0.0.1', '<none>', '80:30080/TCP', '90s', '<none>'],
  );
  assert.deepEqual(cells(CONFIGMAPS, { data: { a: '1' }, binaryData: { b: '' } }), ['web', 2, '90s']);
  assert.deepEqual(
    cells(NODES, {
      metadata: { ...metadata, labels: { 'node-role.kubernetes.io/control-plane': '' } },
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.36.0' } },
    })?.slice(0, 6),
    ['web', 'Ready,SchedulingDisabled', 'control-plane', '90s', 'v1.36.0', '<none>'],
  );
  const roles = findResource('rbac.authorization.k8s.io', 'v1', 'roles');
  assert.ok(roles);
  assert.deepEqual(cells(roles, {}), ['web', ago(90)]);
});
test('table: object included: as asked', () => {
  const one = { kind: 'ConfigMap', metadata };
  assert.equal(table(CONFIGMAPS, [one], NOW, 'None').rows[0]?.object, undefined);
  assert.equal(table(CONFIGMAPS, [one], NOW, 'Object').rows[0]?.object, one);
  assert.deepEqual(table(CONFIGMAPS, [one], NOW).rows[0]?.object, {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
  });
});

test('tables: kinds that few look at: the columns of Kubernetes', () => {
  const named = (group: string, resource: string): { group: string; resource: string } => ({ group, resource });
  const flowcontrol = 'flowcontrol.apiserver.k8s.io';
  const level = { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } };
  const conditions = [{ type: 'Dangling', status: 'False' }];
  const flow = { priorityLevelConfiguration: { name: 'level' }, matchingPrecedence: 9 };
  for (const [resource, object, expected] of [
    [named(flowcontrol, 'flowschemas'), { spec: flow, status: { conditions } }, ['level', 9, '<none>', '90s', 'False']],
    [
      named(flowcontrol, 'prioritylevelconfigurations'),
      { spec: level },
      ['Limited', 5, '<none>', '<none>', '<none>', '90s'],
    ],
    [
      named('admissionregistration.k8s.io', 'mutatingadmissionpolicies'),
      { spec: { mutations: [{}] } },
      [1, '<unset>', '90s'],
    ],
    [named('storage.k8s.io', 'csistoragecapacities'), { storageClassName: 'c', capacity: '1Gi' }, ['c', '1Gi']],
    [named('storage.k8s.io', 'volumeattributesclasses'), { driverName: 'd' }, ['d', '90s']],
    [named('resource.k8s.io', 'deviceclasses'), {}, ['90s']],
    [named('resource.k8s.io', 'resourceclaims'), {}, ['pending', '90s']],
    [
      named('resource.k8s.io', 'resourceclaims'),
      { status: { allocation: {}, reservedFor: [{}] } },
      ['allocated,reserved', '90s'],
    ],
    [
      named('resource.k8s.io', 'resourceslices'),
      { spec: { nodeName: 'n', driver: 'd', pool: { name: 'p' } } },
      ['n', 'd', 'p', '90s'],
    ],
  ] as const)
    assert.deepEqual(cells(resource, object)?.slice(1), expected, resource.resource);
  const flows = [
    { metadata: { name: 'a' }, spec: { matchingPrecedence: 2 } },
    { metadata: { name: 'b' }, spec: { matchingPrecedence: 1 } },
  ];
  assert.deepEqual(
    table(named(flowcontrol, 'flowschemas'), flows, NOW).rows.map((row) => row.cells[0]),
    ['b', 'a'],
    'as they are asked, not by name',
  );
});
