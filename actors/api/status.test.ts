import assert from 'node:assert/strict';
import test from 'node:test';
import { invalid as invalidField } from './field-error.ts';
import { DEPLOYMENTS, PODS } from './resource.ts';
import { alreadyExists, conflict, expired, faultOf, forbidden, invalid, notFound, statusOf } from './status.ts';

test('status: each refusal: the words, code and reason of Kubernetes', () => {
  const replicas = invalidField('spec.replicas', -1, 'must be greater than or equal to 0');
  const table = [
    [notFound(PODS, 'a'), 404, 'NotFound', 'pods "a" not found'],
    [notFound(DEPLOYMENTS, 'a'), 404, 'NotFound', 'deployments.apps "a" not found'],
    [alreadyExists(PODS, 'a'), 409, 'AlreadyExists', 'pods "a" already exists'],
    [
      conflict(DEPLOYMENTS, 'x'),
      409,
      'Conflict',
      'Operation cannot be fulfilled on deployments.apps "x": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [expired(1, 5), 410, 'Expired', 'too old resource version: 1 (5)'],
    [forbidden(PODS, '', 'no'), 403, 'Forbidden', 'pods is forbidden: no'],
    [
      invalid(DEPLOYMENTS, 'x', [replicas]),
      422,
      'Invalid',
      'Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
  ] as const;
  for (const [status, code, reason, message] of table) {
    assert.deepEqual([status.code, status.reason, status.message], [code, reason, message]);
    assert.deepEqual(statusOf(faultOf(status)), status);
  }
});
test('status: invalid in two fields: both in brackets, both as causes', () => {
  const errors = [invalidField('a', 'x', 'bad'), invalidField('b', 2, 'worse')];
  const status = invalid({ group: '', kind: 'Pod' }, 'p', errors);
  assert.equal(status.message, 'Pod "p" is invalid: [a: Invalid value: "x": bad, b: Invalid value: 2: worse]');
  assert.deepEqual(status.details?.causes, [
    { reason: 'FieldValueInvalid', message: 'Invalid value: "x": bad', field: 'a' },
    { reason: 'FieldValueInvalid', message: 'Invalid value: 2: worse', field: 'b' },
  ]);
});
