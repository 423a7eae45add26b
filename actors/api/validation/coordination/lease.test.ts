import { test } from 'node:test';
import { created, updated } from '../refusal.fixture.ts';

test('leases: how long, how often, and how the next holder is found', () => {
  const kind = { group: 'coordination.k8s.io', kind: 'Lease', namespaced: true };
  created(kind, { spec: { holderIdentity: 'a', leaseDurationSeconds: 10 } }, [
    [{ 'spec.leaseDurationSeconds': 0 }, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    [{ 'spec.leaseTransitions': -1 }, 'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
    [
      { 'spec.strategy': 'Odd' },
      'spec.strategy.strategy: Unsupported value: "Odd": supported values: "OldestEmulationVersion"',
    ],
    [{ 'spec.strategy': 'example.com/mine', 'spec.preferredHolder': 'b' }],
    [
      { 'spec.preferredHolder': 'b' },
      'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
    ],
  ]);
});
test('lease candidates: versions that follow each other, for one lease', () => {
  const kind = { group: 'coordination.k8s.io', version: 'v1beta1', kind: 'LeaseCandidate', namespaced: true };
  const spec = {
    leaseName: 'a',
    binaryVersion: '1.36.0',
    emulationVersion: '1.35.0',
    strategy: 'OldestEmulationVersion',
  };
  created(kind, { spec }, [
    [{ 'spec.leaseName': '' }, 'spec.leaseName: Required value'],
    [{ 'spec.binaryVersion': '' }, 'spec.binaryVersion: Required value'],
    [{ 'spec.binaryVersion': '1.36' }, 'spec.binaryVersion: Invalid value: "1.36": must be a valid semantic version'],
    [
      { 'spec.binaryVersion': '1.34.0' },
      'spec.binaryVersion: Invalid value: "1.34.0": must be greater than or equal to `emulationVersion`',
    ],
    [
      { 'spec.emulationVersion': '' },
      "spec.emulationVersion: Required value: must be specified when `strategy` is 'OldestEmulationVersion'",
    ],
    [{ 'spec.strategy': '' }, 'spec.strategy: Required value'],
  ]);
  updated(kind, { spec }, [[{ 'spec.leaseName': 'b' }, 'spec.leaseName: Invalid value: "b": field is immutable']]);
});
