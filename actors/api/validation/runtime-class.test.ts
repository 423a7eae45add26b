import { test } from 'node:test';
import { created, updated } from './refusal.fixture.ts';

test('runtime classes: a handler for good, what it costs, and where it runs', () => {
  const kind = { group: 'node.k8s.io', kind: 'RuntimeClass' };
  const label =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  const toleration = { key: 'a', operator: 'Exists', effect: 'NoSchedule' };
  created(kind, { handler: 'runc' }, [
    [{ handler: '' }, `handler: Invalid value: "": ${label}`],
    [
      { 'overhead.podFixed': { cpu: '-1' } },
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      { 'scheduling.tolerations': [toleration, toleration] },
      'scheduling.tolerations[1]: Duplicate value: {"Key":"a","Operator":"Exists","Value":"","Effect":"NoSchedule","TolerationSeconds":null}',
    ],
  ]);
  updated(kind, { handler: 'runc' }, [[{ handler: 'b' }, 'handler: Invalid value: "b": field is immutable']]);
});
