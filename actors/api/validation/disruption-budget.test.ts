import { test } from 'node:test';
import { created, updated } from './refusal.fixture.ts';

const kind = { group: 'policy', kind: 'PodDisruptionBudget', namespaced: true };
test('budgets: one amount, a selector, and a status that counts', () => {
  const spec = { minAvailable: 1, selector: { matchLabels: { a: 'b' } } };
  created(kind, { spec }, [
    [
      { 'spec.maxUnavailable': '10%' },
      'spec: Invalid value: {"MinAvailable":1,"Selector":{"matchLabels":{"a":"b"}},"MaxUnavailable":"10%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    ],
    [{ 'spec.minAvailable': '101%' }, 'spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
    [{ 'spec.minAvailable': -1 }, 'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
    [
      { 'spec.unhealthyPodEvictionPolicy': 'Odd' },
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Odd": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ]);
  updated(
    kind,
    { spec },
    [
      [
        { status: { expectedPods: -1, conditions: [{ type: 'A', status: 'Odd', reason: '1' }] } },
        'status.conditions[0].status: Unsupported value: "Odd": supported values: "False", "True", "Unknown"',
        'status.conditions[0].lastTransitionTime: Required value: must be set',
        `status.conditions[0].reason: Invalid value: "1": a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')`,
        'status.expectedPods: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    'status',
  );
});
