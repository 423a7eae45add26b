import { test } from 'node:test';
import { created, updated } from './refusal.fixture.ts';

test('secrets: types and their keys', () => {
  const kind = { group: '', kind: 'Secret', namespaced: true };
  const sound = { data: { a: 'YQ==' } };
  created(kind, sound, [
    [
      { 'data.a b': 'YQ==' },
      "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
    [
      { type: 'kubernetes.io/service-account-token' },
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [{ type: 'kubernetes.io/dockercfg' }, 'data[.dockercfg]: Required value'],
    [
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'YQ==' } },
      'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'a\' looking for beginning of value',
    ],
    [{ type: 'kubernetes.io/basic-auth' }, 'data[username]: Required value', 'data[password]: Required value'],
    [{ type: 'kubernetes.io/ssh-auth' }, 'data[ssh-privatekey]: Required value'],
    [{ type: 'kubernetes.io/tls' }, 'data[tls.crt]: Required value', 'data[tls.key]: Required value'],
    [{ type: 'bootstrap.kubernetes.io/token' }],
  ]);
});
test('secrets: updated', () => {
  const kind = { group: '', kind: 'Secret', namespaced: true };
  const sound = { metadata: { resourceVersion: '1' }, immutable: true, data: { a: 'YQ==' } };
  updated(kind, sound, [
    [{ type: 'x' }, 'type: Invalid value: "x": field is immutable'],
    [{ immutable: false }, 'immutable: Forbidden: field is immutable when `immutable` is set'],
    [{ 'data.a': 'Yg==' }, 'data: Forbidden: field is immutable when `immutable` is set'],
  ]);
});
test('config maps: keys, in one of both', () => {
  const kind = { group: '', kind: 'ConfigMap', namespaced: true };
  const sound = { data: { a: 'b' } };
  created(kind, sound, [
    [
      { 'data.a/b': '' },
      "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
    [{ 'binaryData.a': 'YQ==' }, 'data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    [{ data: { '..': '' } }, 'data[..]: Invalid value: "..": must not be \'..\''],
  ]);
});
test('config maps: updated', () => {
  const kind = { group: '', kind: 'ConfigMap', namespaced: true };
  const sound = { metadata: { resourceVersion: '1' }, immutable: true, data: { a: 'b' } };
  updated(kind, sound, [
    [{ immutable: undefined }, 'immutable: Forbidden: field is immutable when `immutable` is set'],
    [{ 'data.a': 'c' }, 'data: Forbidden: field is immutable when `immutable` is set'],
    [{ 'binaryData.b': 'YQ==' }, 'binaryData: Forbidden: field is immutable when `immutable` is set'],
  ]);
});
test('namespaces: names and finalizers', () => {
  const kind = { group: '', kind: 'Namespace', namespaced: false };
  const sound = { spec: { finalizers: ['kubernetes'] } };
  created(kind, sound, [
    [{ 'metadata.name': 'a.b' }, 'metadata.name: Invalid value: "a.b": must not contain dots'],
    [
      { 'spec.finalizers': ['x'] },
      'spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ]);
});
test('nodes: created', () => {
  const kind = { group: '', kind: 'Node', namespaced: false };
  const sound = { spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] }, status: { capacity: { cpu: '1' } } };
  created(kind, sound, [
    [
      { 'spec.podCIDRs.0': 'x' },
      'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
    [
      { 'spec.podCIDRs': ['10.0.0.0/24', '10.0.1.0/24'] },
      'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one CIDR for each IP family',
    ],
    [
      {
        'spec.taints': [
          { key: '', effect: '' },
          { key: 'a', effect: 'x', value: 'b c' },
        ],
      },
      'metadata.taints[0].key: Invalid value: "": name part must be non-empty',
      "metadata.taints[0].key: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'metadata.taints[0].effect: Required value',
      "metadata.taints[1].value: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      'metadata.taints[1].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
    [
      {
        'spec.taints': [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoSchedule' },
        ],
      },
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
    [
      { 'status.capacity.cpu': '-1' },
      'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
      'status.allocatable.cpu: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [{ 'spec.configSource': {} }],
  ]);
});
test('nodes: updated', () => {
  const kind = { group: '', kind: 'Node', namespaced: false };
  const sound = {
    metadata: { resourceVersion: '1' },
    spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'], providerID: 'a' },
  };
  updated(kind, sound, [
    [
      { 'spec.podCIDRs': ['10.0.1.0/24'], 'spec.podCIDR': '10.0.1.0/24' },
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ],
    [
      { 'spec.providerID': 'b' },
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ],
    [{ 'spec.externalID': 'x' }, 'spec.externalID: Forbidden: may not be updated'],
  ]);
});
test('limit ranges: types, and amounts in their order', () => {
  const kind = { group: '', kind: 'LimitRange', namespaced: true };
  const sound = { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '1' } }] } };
  created(kind, sound, [
    [
      { 'spec.limits.0.min.cpu': '3' },
      'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": min value 3 is greater than default request value 2',
      'spec.limits[0].default[cpu]: Invalid value: "3": min value 3 is greater than default value 2',
    ],
    [
      { 'spec.limits.0.default': { cpu: '3' } },
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "3": default request value 3 is greater than max value 2',
      'spec.limits[0].default[cpu]: Invalid value: "2": default value 3 is greater than max value 2',
    ],
    [
      { 'spec.limits.0.defaultRequest': { cpu: '500m' } },
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "500m": min value 1 is greater than default request value 500m',
    ],
    [{ 'spec.limits.1': { type: 'Container' } }, 'spec.limits[1].type: Duplicate value: "Container"'],
    [
      { 'spec.limits.0.type': 'Box' },
      'spec.limits[0].type: Invalid value: "Box": must be a standard limit type or fully qualified',
    ],
    [
      { 'spec.limits.0.maxLimitRequestRatio': { cpu: '500m' } },
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
    ],
    [
      { 'spec.limits.0': { type: 'Pod', default: { cpu: '1' } } },
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    [
      { 'spec.limits.0': { type: 'PersistentVolumeClaim' } },
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
    [
      { 'spec.limits.0.max.cpus': '1' },
      'spec.limits[0].max[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified',
      'spec.limits[0].max[cpus]: Invalid value: "cpus": must be a standard resource for containers',
      'spec.limits[0].default[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified',
      'spec.limits[0].default[cpus]: Invalid value: "cpus": must be a standard resource for containers',
      'spec.limits[0].defaultRequest[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified',
      'spec.limits[0].defaultRequest[cpus]: Invalid value: "cpus": must be a standard resource for containers',
    ],
  ]);
});
test('quotas: names, amounts and scopes', () => {
  const kind = { group: '', kind: 'ResourceQuota', namespaced: true };
  const sound = { spec: { hard: { pods: '1' } } };
  created(kind, sound, [
    [{ 'spec.hard.pods': '1500m' }, 'spec.hard[pods]: Invalid value: "1500m": must be an integer'],
    [
      { 'spec.hard.pods': '-1' },
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.hard[pods]: Invalid value: "-1": must be an integer',
    ],
    [
      { 'spec.hard.what': '1' },
      'spec.hard[what]: Invalid value: "what": must be a standard resource type or fully qualified',
      'spec.hard[what]: Invalid value: "what": must be a standard resource for quota',
    ],
    [{ 'spec.scopes': ['x'] }, 'spec.scopes: Invalid value: ["x"]: unsupported scope'],
    [
      { 'spec.scopes': ['Terminating', 'NotTerminating'] },
      'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
    ],
    [
      { 'spec.scopes': ['BestEffort'], 'spec.hard': { cpu: '1' } },
      'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    ],
    [
      { 'spec.scopeSelector': { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ]);
});
test('events: of the core group', () => {
  const kind = { group: '', kind: 'Event', namespaced: true };
  const sound = { involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' } };
  created(kind, sound, [
    [
      { 'involvedObject.namespace': 'other' },
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ],
    [{ involvedObject: { kind: 'Node' } }],
  ]);
});
test('events: of their own group', () => {
  const kind = { group: 'events.k8s.io', kind: 'Event', namespaced: true };
  const sound = {
    apiVersion: 'events.k8s.io/v1',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'a/b',
    reportingInstance: 'i',
    action: 'x',
    reason: 'y',
    type: 'Normal',
    regarding: { namespace: 'default' },
  };
  created(kind, sound, [
    [{ eventTime: undefined }, 'eventTime: Required value'],
    [
      { reportingController: '' },
      'reportingController: Required value',
      'reportingController: Invalid value: "": name part must be non-empty',
      "reportingController: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [
      { reportingController: 'a b' },
      "reportingController: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [{ reportingInstance: '' }, 'reportingInstance: Required value'],
    [{ action: '' }, 'action: Required value'],
    [
      {
        reason:
          'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      },
      'reason: Invalid value: "": can have at most 128 characters',
    ],
    [{ type: 'Odd' }, 'type: Invalid value: "": has invalid value: Odd'],
    [
      {
        note: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      },
      'message: Invalid value: "": can have at most 1024 characters',
    ],
  ]);
});
test('controllers: a selector that its template fits', () => {
  const kind = { group: '', kind: 'ReplicationController', namespaced: true };
  const sound = {
    spec: {
      replicas: 1,
      selector: { a: 'b' },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
  created(kind, sound, [
    [{ 'spec.replicas': -1 }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    [{ 'spec.minReadySeconds': -1 }, 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
    [
      { 'spec.template.metadata.labels.a': 'c' },
      'spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
    ],
    [
      { 'spec.template.spec.restartPolicy': 'Never' },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      { 'spec.template.spec.activeDeadlineSeconds': 5 },
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported',
    ],
    [{ 'spec.template': undefined }, 'spec.template: Required value'],
    [
      { 'spec.template.spec.containers.0.name': 'A' },
      "spec.template.spec.containers[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [
      { 'spec.template.spec.ephemeralContainers': [{ name: 'e', image: 'i' }] },
      'spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
    ],
  ]);
});
test('metadata: names, owners and what is managed', () => {
  const kind = { group: '', kind: 'ConfigMap', namespaced: true };
  const sound = {};
  created(kind, sound, [
    [
      { 'metadata.name': 'A' },
      "metadata.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [
      { 'metadata.generateName': 'A', 'metadata.name': '' },
      "metadata.generateName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'metadata.name: Required value: name or generateName is required',
    ],
    [
      { 'metadata.labels': { 'a/b/c': 'd e' } },
      "metadata.labels: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      "metadata.labels: Invalid value: \"d e\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    [
      { 'metadata.annotations': { 'A b': '' } },
      "metadata.annotations: Invalid value: \"A b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [
      { 'metadata.finalizers': ['x y'] },
      "metadata.finalizers: Invalid value: \"x y\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'metadata.finalizers[0]: Invalid value: "x y": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [
      { 'metadata.ownerReferences': [{}] },
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
    [
      { 'metadata.ownerReferences': [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'u' }] },
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"a","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ],
    [
      {
        'metadata.ownerReferences': [
          { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u', controller: true },
          { apiVersion: 'v1', kind: 'Pod', name: 'b', uid: 'w', controller: true },
        ],
      },
      'metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"Pod","name":"a","uid":"u","controller":true},{"apiVersion":"v1","kind":"Pod","name":"b","uid":"w","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for Pod/a and Pod/b',
    ],
  ]);
});
