import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from '../defaults.ts';
import { textOfError } from '../field-error.ts';
import { validate } from '../validation.ts';

const group = 'admissionregistration.k8s.io';
function faults(kind: string, spec: object): string[] {
  const info = { group, kind, namespaced: false };
  const object = { apiVersion: `${group}/v1`, kind, metadata: { name: 'p' }, spec };
  return validate(info as never, applyDefaults(info, object)).map(textOfError);
}
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const matchConstraints = { resourceRules: [rule] };

test('policies: validating: what is missing and what does not compile is named', () => {
  const kind = 'ValidatingAdmissionPolicy';
  const good = {
    matchConstraints,
    validations: [{ expression: 'object.spec.x > variables.n' }],
    variables: [{ name: 'n', expression: '1' }],
  };
  assert.deepEqual(faults(kind, good), []);
  assert.deepEqual(faults(kind, {}), [
    'spec.matchConstraints: Required value',
    'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
    'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
  ]);
  assert.deepEqual(faults(kind, { matchConstraints, validations: [{ expression: 'object.x +' }] }).length, 1);
  assert.deepEqual(faults(kind, { matchConstraints, validations: [{ expression: 'params.x == 1' }] }), [
    `spec.validations[0].expression: Invalid value: "params.x == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\\n | params.x == 1\\n | ^`.replaceAll(
      '\\n',
      '\n',
    ),
  ]);
  assert.deepEqual(faults(kind, { matchConstraints, validations: [{ expression: "'a'", reason: 'Odd' }] }), [
    `spec.validations[0].expression: Invalid value: "'a'": must evaluate to bool but got string`,
    'spec.validations[0].reason: Unsupported value: "Odd": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
  ]);
  const conditions = [{ name: 'a', expression: 'true' }, { name: 'a', expression: '1' }, { expression: '' }];
  assert.deepEqual(faults(kind, { ...good, matchConditions: conditions }), [
    'spec.matchConditions[1].expression: Invalid value: "1": must evaluate to bool but got int',
    'spec.matchConditions[1].name: Duplicate value: "a"',
    'spec.matchConditions[2].expression: Required value',
    'spec.matchConditions[2].name: Required value',
  ]);
});
test('policies: mutating: operations, patch types and what expressions give', () => {
  const kind = 'MutatingAdmissionPolicy';
  const base = { matchConstraints, reinvocationPolicy: 'Never' };
  const apply = (expression: string): object => ({
    patchType: 'ApplyConfiguration',
    applyConfiguration: { expression },
  });
  assert.deepEqual(faults(kind, { ...base, mutations: [apply('Object{spec: Object.spec{x: 1}}')] }), []);
  assert.deepEqual(faults(kind, { ...base, mutations: [apply('{"a": 1}')] }), [
    'spec.mutations[0].applyConfiguration.expression: Invalid value: "{\\"a\\": 1}": must evaluate to Object but got map(string, int)',
  ]);
  assert.deepEqual(faults(kind, { ...base, mutations: [{ patchType: 'JSONPatch' }, { patchType: 'Odd' }] }), [
    'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
    'spec.mutations[1].patchType: Unsupported value: "Odd": supported values: "ApplyConfiguration", "JSONPatch"',
  ]);
  const deletes = { resourceRules: [{ ...rule, operations: ['DELETE'] }] };
  assert.match(
    faults(kind, { ...base, matchConstraints: deletes, mutations: [apply('Object{}')] })[0]!,
    /spec\.matchConstraints\.resourceRules\.operations: Unsupported value: "DELETE"/,
  );
});
test('policies: bindings: a policy, actions and parameters', () => {
  const kind = 'ValidatingAdmissionPolicyBinding';
  assert.deepEqual(faults(kind, { policyName: 'p', validationActions: ['Deny'] }), []);
  assert.deepEqual(faults(kind, { validationActions: [], paramRef: {} }), [
    'spec.policyName: Required value',
    'spec.paramRef: Required value: one of name or selector must be specified',
    'spec.paramRef.parameterNotFoundAction: Required value',
    'spec.validationActions: Required value: at least one validation action is required',
  ]);
  assert.match(faults(kind, { policyName: 'p', validationActions: ['Deny', 'Warn'] })[0]!, /must not contain both/);
});
