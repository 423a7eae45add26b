import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldError } from '../field-error.ts';
import { textOfError } from '../field-error.ts';
import { resourceQuota } from './quota.ts';

const told = (spec: object, old?: object): readonly string[] => {
  const errors: FieldError[] = [];
  resourceQuota(errors, { spec } as never, old && ({ spec: old } as never));
  return errors.map(textOfError);
};

test('quota: what is no quota: told by field', () => {
  const table: readonly (readonly [object, readonly RegExp[]])[] = [
    [{ hard: { pods: '1', cpu: '100m', 'count/x.example.com': '2', 'requests.example.com/gpu': '1' } }, []],
    [{ hard: { pods: '1500m' } }, [/^spec.hard\[pods\]: Invalid value: "1500m": must be an integer$/]],
    [{ hard: { things: '1' } }, [/standard resource type or fully qualified$/, /standard resource for quota$/]],
    [{ hard: { cpu: '-1' } }, [/greater than or equal to 0$/]],
    [{ hard: { cpu: '1' }, scopes: ['BestEffort'] }, [/^spec.scopes: .*unsupported scope applied to resource$/]],
    [{ hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] }, [/conflicting scopes$/]],
    [{ hard: { pods: '1' }, scopes: ['Odd'] }, [/unsupported scope$/]],
    [
      { hard: {}, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
      [/^spec.scopeSelector.matchExpressions.values: Required value: must be at least one value/],
    ],
    [
      { hard: {}, scopeSelector: { matchExpressions: [{ scopeName: 'Terminating', operator: 'In', values: ['a'] }] } },
      [/operator: Invalid value: "In": must be 'Exists'/],
    ],
  ];
  for (const [spec, expected] of table) {
    const errors = told(spec);
    assert.equal(errors.length, expected.length, errors.join('\n'));
    for (const [i, pattern] of expected.entries()) assert.match(errors[i]!, pattern);
  }
  assert.match(told({ scopes: ['BestEffort'] }, { scopes: [] })[0]!, /^spec.scopes: .*field is immutable$/);
});
