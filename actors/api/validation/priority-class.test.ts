import { test } from 'node:test';
import { created, updated } from './refusal.fixture.ts';

const kind = { group: 'scheduling.k8s.io', kind: 'PriorityClass' };
test('priority classes: the system keeps its own; a value is for good', () => {
  const reserved = "priority class names with 'system-' prefix are reserved for system use only";
  created(kind, { value: 10 }, [
    [{ value: 1_000_000_001 }, 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
    [
      { 'metadata.name': 'system-mine' },
      `metadata.name: Forbidden: ${reserved}. error: system-mine is not a known system priority class`,
    ],
    [
      { 'metadata.name': 'system-node-critical' },
      `metadata.name: Forbidden: ${reserved}. error: value of system-node-critical PriorityClass must be 2000001000`,
    ],
    [{ 'metadata.name': 'system-node-critical', value: 2_000_001_000 }],
    [
      { preemptionPolicy: 'Odd' },
      'preemptionPolicy: Unsupported value: "Odd": supported values: "PreemptLowerPriority", "Never"',
    ],
  ]);
  updated(kind, { value: 10 }, [
    [{ value: 11 }, 'value: Forbidden: may not be changed in an update.'],
    [{ preemptionPolicy: 'Never' }, 'preemptionPolicy: Invalid value: "Never": field is immutable'],
    [{ description: 'x', globalDefault: true }],
  ]);
});
