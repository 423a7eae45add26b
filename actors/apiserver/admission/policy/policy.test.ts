import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Any, configMap, Rig } from '../../rig.ts';

const GROUP = { group: 'admissionregistration.k8s.io', namespace: '' };
const MAPS = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] };
const policy = (kind: string, name: string, spec: object): Any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  spec: { matchConstraints: { resourceRules: [MAPS] }, ...spec },
});
const binding = (kind: string, name: string, spec: object): Any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name: `${name}-binding` },
  spec: { policyName: name, ...spec },
});
function validates(rig: Rig, name: string, spec: object, bound: object = { validationActions: ['Deny'] }): void {
  const body = policy('ValidatingAdmissionPolicy', name, spec);
  rig.ok('create', 'validatingadmissionpolicies', { ...GROUP, body });
  const tied = binding('ValidatingAdmissionPolicyBinding', name, bound);
  rig.ok('create', 'validatingadmissionpolicybindings', { ...GROUP, body: tied });
  rig.world.advance(100);
}
function mutates(rig: Rig, name: string, spec: object, bound: object = {}): void {
  const base = { failurePolicy: 'Fail', reinvocationPolicy: 'Never', ...spec };
  rig.ok('create', 'mutatingadmissionpolicies', { ...GROUP, body: policy('MutatingAdmissionPolicy', name, base) });
  const tied = binding('MutatingAdmissionPolicyBinding', name, bound);
  rig.ok('create', 'mutatingadmissionpolicybindings', { ...GROUP, body: tied });
  rig.world.advance(100);
}
const create = (rig: Rig, name: string, data: object = {}, metadata: object = {}): Any =>
  rig.ask('create', 'configmaps', { body: configMap(name, data, metadata) });
const apply = (expression: string): object => ({
  mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
});
const json = (expression: string): object => ({ mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] });

test('validating policy: an expression that is false: refuses with its message, reason and code', () => {
  const rig = new Rig();
  validates(rig, 'short', {
    variables: [{ name: 'keys', expression: 'object.?data.orValue({}).map(k, k)' }],
    validations: [
      { expression: 'size(variables.keys) < 2', messageExpression: "'too many: ' + variables.keys.join(', ')" },
      { expression: "!has(object.data) || !('secret' in object.data)", message: ' no secrets ', reason: 'Forbidden' },
      { expression: "request.userInfo.username == 'test' && request.operation == 'CREATE'" },
    ],
  });
  assert.equal(create(rig, 'a', { x: '1' }).type, 'api.object');
  assert.equal(
    rig.refusal('create', 'configmaps', { body: configMap('b', { x: '1', y: '2' }) }),
    `422 Invalid: configmaps "b" is forbidden: ValidatingAdmissionPolicy 'short' with binding 'short-binding' denied request: too many: x, y`,
  );
  assert.equal(
    rig.refusal('create', 'configmaps', { body: configMap('b', { secret: '1' }) }),
    `403 Forbidden: configmaps "b" is forbidden: ValidatingAdmissionPolicy 'short' with binding 'short-binding' denied request: no secrets`,
  );
  assert.match(
    rig.refusal('update', 'configmaps', { name: 'a', body: configMap('a', {}) }),
    /failed expression: request\.userInfo\.username == 'test' && request\.operation == 'CREATE'$/,
  );
});
test('validating policy: an error: refuses, or is passed over where failurePolicy says so', () => {
  const validations = [{ expression: "object.data.missing == 'x'" }];
  const rig = new Rig();
  validates(rig, 'lax', { failurePolicy: 'Ignore', validations });
  assert.equal(create(rig, 'a', { x: '1' }).type, 'api.object');
  validates(rig, 'strict', { validations });
  assert.match(
    rig.refusal('create', 'configmaps', { body: configMap('b', { x: '1' }) }),
    /expression 'object\.data\.missing == 'x'' resulted in error: no such key: missing$/,
  );
});
test('validating policy: actions Warn and Audit: let pass, and warn', () => {
  const rig = new Rig();
  const validations = [{ expression: 'false', message: 'never' }];
  validates(rig, 'warns', { validations }, { validationActions: ['Warn', 'Audit'] });
  const reply = create(rig, 'a');
  assert.equal(reply.type, 'api.object');
  assert.deepEqual(reply.warnings, [
    "Validation failed for ValidatingAdmissionPolicy 'warns' with binding 'warns-binding': never",
  ]);
});
test('validating policy: match conditions: all must hold', () => {
  const rig = new Rig();
  validates(rig, 'some', {
    matchConditions: [
      { name: 'labelled', expression: "object.metadata.?labels.?strict.orValue('') == 'yes'" },
      { name: 'namespaced', expression: "namespaceObject == null || request.namespace == 'default'" },
    ],
    validations: [{ expression: 'false', message: 'never' }],
  });
  assert.equal(create(rig, 'a').type, 'api.object');
  assert.equal(create(rig, 'b', {}, { labels: { strict: 'yes' } }).type, 'fault');
});
test('validating policy: parameters: by name, by selector, and what is missing', () => {
  const rig = new Rig();
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConditions: [
      { name: 'not-params', expression: "!has(object.metadata.labels) || !('param' in object.metadata.labels)" },
    ],
    validations: [
      {
        expression: 'params == null || int(object.data.size) <= int(params.data.max)',
        messageExpression: "'at most ' + params.data.max + ' in ' + namespaceObject.metadata.name",
      },
    ],
  };
  for (const max of ['3', '7'])
    rig.ok('create', 'configmaps', { body: configMap(`max-${max}`, { max }, { labels: { param: 'x' } }) });
  const paramRef = { name: 'max-7', parameterNotFoundAction: 'Deny' };
  validates(rig, 'named', spec, { validationActions: ['Deny'], paramRef });
  assert.equal(create(rig, 'a', { size: '5' }).type, 'api.object');
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('b', { size: '8' }) }), /at most 7 in default$/);
  const selecting = { selector: { matchLabels: { param: 'x' } }, parameterNotFoundAction: 'Deny' };
  validates(rig, 'selected', spec, { validationActions: ['Deny'], paramRef: selecting });
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('b', { size: '5' }) }), /at most 3 in default$/);
  validates(rig, 'lost', spec, {
    validationActions: ['Deny'],
    paramRef: { name: 'nobody', parameterNotFoundAction: 'Deny' },
  });
  assert.match(
    rig.refusal('create', 'configmaps', { body: configMap('c', { size: '1' }) }),
    /'lost' with binding 'lost-binding' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/,
  );
});
test('validating policy: the authorizer: is asked as roles are, once for a question', () => {
  const rig = new Rig();
  const check = "authorizer.serviceAccount('default', 'robot').group('').resource('configmaps').namespace('default')";
  validates(rig, 'asks', {
    validations: [
      { expression: `${check}.check('create').allowed()`, message: 'the robot may not' },
      { expression: `${check}.check('create').allowed() && authorizer.requestResource.check('create').allowed()` },
      { expression: "authorizer.path('/healthz').check('get').reason() == ''" },
    ],
  });
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('a') }), /the robot may not$/);
  const rbac = { group: 'rbac.authorization.k8s.io' };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }];
  rig.ok('create', 'roles', { ...rbac, body: { apiVersion, kind: 'Role', metadata: { name: 'r' }, rules } });
  const subjects = [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
  const body = { apiVersion, kind: 'RoleBinding', metadata: { name: 'r' }, subjects, roleRef };
  rig.ok('create', 'rolebindings', { ...rbac, body });
  rig.world.advance(100);
  assert.equal(create(rig, 'a').type, 'api.object');
});
test('validating policy: what costs too much: is an error', () => {
  const rig = new Rig();
  const list = `[${Array.from({ length: 60 }, (_, i) => i).join(',')}]`;
  validates(rig, 'costly', {
    variables: [{ name: 'l', expression: list }],
    validations: [
      { expression: 'variables.l.all(a, variables.l.all(b, variables.l.all(c, variables.l.all(d, true))))' },
    ],
  });
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('a') }), /out of cost budget|cost limit exceeded/);
});

test('mutating policy: an apply configuration: is merged by the schema', () => {
  const rig = new Rig();
  mutates(
    rig,
    'labels',
    apply("Object{metadata: Object.metadata{labels: {'by': 'policy'}}, data: {'added': object.metadata.name}}"),
  );
  const { object } = create(rig, 'a', { x: '1' }, { labels: { mine: 'yes' } });
  assert.deepEqual(object.metadata.labels, { mine: 'yes', by: 'policy' });
  assert.deepEqual(object.data, { x: '1', added: 'a' });
});
test('mutating policy: list maps are merged by key, atomic lists are refused, unknown fields too', () => {
  const pods = { matchConstraints: { resourceRules: [{ ...MAPS, resources: ['pods'] }] } };
  const container =
    "containers: [Object.spec.containers{name: 'c', env: [Object.spec.containers.env{name: 'A', value: 'b'}]}]";
  const rig = new Rig();
  mutates(rig, 'env', { ...pods, ...apply(`Object{spec: Object.spec{${container}}}`) });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  };
  const { object } = rig.ask('create', 'pods', { body: pod });
  assert.deepEqual(
    [object.spec.containers[0].image, object.spec.containers[0].env],
    ['nginx', [{ name: 'A', value: 'b' }]],
  );
  mutates(rig, 'args', {
    ...pods,
    ...apply("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', args: ['x']}]}}"),
  });
  assert.match(
    rig.refusal('create', 'pods', { body: { ...pod, metadata: { name: 'q' } } }),
    /may not mutate atomic arrays, maps or structs: \.spec\.containers\[0\]\.args$/,
  );
  const other = new Rig();
  mutates(other, 'odd', apply("Object{nothing: 'x'}"));
  assert.match(
    other.refusal('create', 'configmaps', { body: configMap('a') }),
    /\.nothing: field not declared in schema$/,
  );
});
test('mutating policy: a JSON patch: is applied, and not where its test fails', () => {
  const rig = new Rig();
  const key = "'/metadata/annotations/' + jsonpatch.escapeKey('example.com/by')";
  mutates(
    rig,
    'patch',
    json(
      `[JSONPatch{op: 'test', path: '/data/mode', value: 'on'}, JSONPatch{op: 'add', path: '/metadata/annotations', value: {}}, JSONPatch{op: 'add', path: ${key}, value: 'policy'}]`,
    ),
  );
  assert.deepEqual(create(rig, 'a', { mode: 'on' }).object.metadata.annotations, { 'example.com/by': 'policy' });
  assert.equal(create(rig, 'b', { mode: 'off' }).object.metadata.annotations, undefined);
});
test('mutating policy: reinvocationPolicy IfNeeded: sees what those after it have done', () => {
  const rig = new Rig();
  const count = "Object{data: {'count': string(size(object.data))}}";
  mutates(rig, 'a-counts', { reinvocationPolicy: 'IfNeeded', ...apply(count) });
  mutates(rig, 'b-adds', apply("Object{data: {'added': 'x'}}"));
  assert.deepEqual(create(rig, 'm', { x: '1' }).object.data, { x: '1', count: '3', added: 'x' });
});
test('mutating policy: an error of an expression: refuses, naming the policy', () => {
  const rig = new Rig();
  mutates(rig, 'fails', apply("Object{data: {'a': object.data.missing}}"));
  assert.equal(
    rig.refusal('create', 'configmaps', { body: configMap('a', { x: '1' }) }),
    `403 Invalid: policy 'fails' with binding 'fails-binding' denied request: expression 'Object{data: {'a': object.data.missing}}' resulted in error: no such key: missing`,
  );
});
