import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crontab, definition } from '../../catalog/crontab.ts';
import { type Any, Rig } from '../../rig.ts';

const at = { group: 'admissionregistration.k8s.io', namespace: '' } as const;
const policy = (name: string, rules: object[], ...validations: object[]): Any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: rules.map((rule) => ({ operations: ['*'], ...rule })) }, validations },
});
const deployments = { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments', 'replicasets'] };
const statusOf = (rig: Rig, name: string, generation = 1): Any => {
  let status: Any;
  rig.world.until(`${name} looked at`, () => {
    status = rig.ok('get', 'validatingadmissionpolicies', { ...at, name }).status;
    return status?.observedGeneration === generation;
  });
  return status;
};

test('policy status: expressions that fit no kind: told, each with the kinds that it is wrong for', () => {
  const rig = new Rig();
  const body = policy(
    'p',
    [deployments],
    { expression: 'object.spec.replicas > 1', messageExpression: "'at ' + string(object.spec.replicas)" },
    { expression: "object.spec.replicas > '1'" },
    { expression: 'object.spec.paused == true', messageExpression: 'string(object.spec.color)' },
    { expression: 'object.metadata.creationTimestamp < timestamp(request.name)' },
  );
  rig.ok('create', 'validatingadmissionpolicies', { ...at, body });
  const { typeChecking } = statusOf(rig, 'p');
  assert.deepEqual(
    typeChecking.expressionWarnings.map(({ fieldRef }: Any) => fieldRef),
    ['spec.validations[1].expression', 'spec.validations[2].expression', 'spec.validations[2].messageExpression'],
  );
  const [overload, paused] = typeChecking.expressionWarnings;
  assert.equal(
    overload.warning,
    ['Deployment', 'ReplicaSet']
      .map(
        (kind) =>
          `apps/v1, Kind=${kind}: compilation failed: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^`,
      )
      .join('\n'),
  );
  assert.match(paused.warning, /^apps\/v1, Kind=ReplicaSet: compilation failed: .*undefined field 'paused'/);
});

test('policy status: changed: looked at again; nothing wrong: empty', () => {
  const rig = new Rig({ servers: 2 });
  const body = policy('p', [deployments], { expression: 'object.spec.x == 1' });
  rig.ok('create', 'validatingadmissionpolicies', { ...at, body });
  assert.equal(statusOf(rig, 'p').typeChecking.expressionWarnings.length, 1);
  const spec = { validations: [{ expression: 'object.spec.replicas < 9' }] };
  rig.ok('patch', 'validatingadmissionpolicies', { ...at, name: 'p', patchType: 'merge', body: { spec } });
  assert.deepEqual(statusOf(rig, 'p', 2).typeChecking, {});
});

test('policy status: a custom resource: held against its schema', () => {
  const rig = new Rig();
  rig.ok('create', 'customresourcedefinitions', { group: 'apiextensions.k8s.io', namespace: '', body: definition() });
  const { apiVersion } = crontab('c');
  const [group = '', version = ''] = apiVersion.split('/');
  rig.world.advance(1_000);
  const rule = { apiGroups: [group], apiVersions: [version], resources: ['crontabs'] };
  const body = policy('p', [rule], { expression: 'object.spec.replicas == object.metadata.name' });
  rig.ok('create', 'validatingadmissionpolicies', { ...at, body });
  const [told] = statusOf(rig, 'p').typeChecking.expressionWarnings;
  assert.match(told.warning, /Kind=CronTab: compilation failed: .*'_==_' applied to '\(int, string\)'/);
});
