import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert } from '../../convert.ts';
import { applyDefaults } from '../../defaults.ts';
import type { JsonObject } from '../../json.ts';
import { created, updated } from '../refusal.fixture.ts';

const kind = (name: string, namespaced = false) => ({ group: 'resource.k8s.io', kind: name, namespaced });
const CLAIM = kind('ResourceClaim', true);
const request: JsonObject = { name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } };
const claim: JsonObject = { spec: { devices: { requests: [request] } } };
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const identifier =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const unknown = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

test('claims: requests, how many and of what, in place of each other', () => {
  const at = 'spec.devices.requests[0]';
  const exactly = `${at}.exactly`;
  const one = 'exactly one of `exactly` or `firstAvailable` is required';
  created(CLAIM, claim, [
    [{ 'spec.devices.requests.0.name': 'A' }, `${at}.name: Invalid value: "A": ${label}`],
    [{ 'spec.devices.requests.1': request }, 'spec.devices.requests[1]: Duplicate value: "gpu"'],
    [
      { 'spec.devices.requests': Array(33).fill(request) },
      'spec.devices.requests: Too many: 33: must have at most 32 items',
    ],
    [{ 'spec.devices.requests.0.exactly': undefined }, `${at}: Required value: ${one}`],
    [
      { 'spec.devices.requests.0.firstAvailable': [{ name: 'a', deviceClassName: 'b' }] },
      `${at}: Invalid value: null: ${one}, but multiple fields are set`,
    ],
    [{ 'spec.devices.requests.0.exactly.deviceClassName': '' }, `${exactly}.deviceClassName: Required value`],
    [
      { 'spec.devices.requests.0.exactly.allocationMode': 'Odd' },
      `${exactly}.allocationMode: Unsupported value: "Odd": supported values: "All", "ExactCount"`,
    ],
    [{ 'spec.devices.requests.0.exactly.count': -1 }, `${exactly}.count: Invalid value: -1: must be greater than zero`],
    [
      { 'spec.devices.requests.0.exactly.count': 2, 'spec.devices.requests.0.exactly.allocationMode': 'All' },
      `${exactly}.count: Invalid value: 2: must not be specified when allocationMode is 'All'`,
    ],
    [
      { 'spec.devices.requests.0.exactly.tolerations': [{ operator: 'Exists', value: 'a', effect: 'Odd' }] },
      `${exactly}.tolerations[0].value: Invalid value: "a": must be empty for operator \`Exists\``,
      `${exactly}.tolerations[0].effect: Unsupported value: "Odd": supported values: "NoExecute", "NoSchedule", "None"`,
    ],
    [
      { 'spec.devices.requests.0': { name: 'a', firstAvailable: [{ name: 'b', deviceClassName: '' }] } },
      `${at}.firstAvailable[0].deviceClassName: Required value`,
    ],
  ]);
  updated(CLAIM, claim, [
    [
      { 'spec.devices.requests.0.name': 'b' },
      'spec: Invalid value: {"devices":{"requests":[{"name":"b","exactly":{"deviceClassName":"gpu.example.com","allocationMode":"ExactCount","count":1}}]}}: field is immutable',
    ],
  ]);
});
test('claims: expressions are compiled, and may not cost too much', () => {
  const at = 'spec.devices.requests[0].exactly.selectors[0]';
  const cel = (expression: string): JsonObject => ({
    'spec.devices.requests.0.exactly.selectors': [{ cel: { expression } }],
  });
  created(CLAIM, claim, [
    [cel(`device.driver == "a" && device.attributes["a"].model == "b"`)],
    [cel(`device.capacity["a"].memory.compareTo(quantity("10Gi")) >= 0`)],
    [{ 'spec.devices.requests.0.exactly.selectors': [{}] }, `${at}.cel: Required value`],
    [cel('1 + 1'), `${at}.cel.expression: Invalid value: "1 + 1": must evaluate to bool or the unknown type, not int`],
    [
      cel('object.a'),
      `${at}.cel.expression: Invalid value: "object.a": compilation failed: ERROR: <input>:1:1: undeclared reference to 'object' (in container '')\n | object.a\n | ^`,
    ],
    [cel(`"${'x'.repeat(10_300)}" == ""`), `${at}.cel.expression: Too long: may not be more than 10240 bytes`],
    [
      cel(
        'device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, true))))',
      ),
      `${at}.cel.expression: Forbidden: too complex, exceeds cost limit`,
    ],
  ]);
});
test('claims: constraints and configurations speak of requests that are there', () => {
  const at = 'spec.devices.constraints[0]';
  const opaque = { driver: 'example.com', parameters: { a: 1 } };
  created(CLAIM, claim, [
    [{ 'spec.devices.constraints': [{ requests: ['gpu'], matchAttribute: 'example.com/model' }] }],
    [
      { 'spec.devices.constraints': [{ requests: ['odd'], matchAttribute: 'model' }] },
      `${at}.requests[0]: Invalid value: "odd": ${unknown}`,
      `${at}.matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash`,
    ],
    [
      { 'spec.devices.constraints': [{}] },
      `${at}: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set`,
    ],
    [{ 'spec.devices.config': [{ opaque }] }],
    [
      { 'spec.devices.config': [{ requests: ['gpu', 'gpu'] }] },
      'spec.devices.config[0].requests[1]: Duplicate value: "gpu"',
      'spec.devices.config[0].opaque: Required value',
    ],
    [
      { 'spec.devices.config': [{ opaque: { ...opaque, parameters: 'a' } }] },
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
    ],
  ]);
});
test('claims: status: what is given belongs to the claim, and is given once', () => {
  const result = { request: 'gpu', driver: 'example.com', pool: 'a', device: 'b' };
  const allocation = { devices: { results: [result] } };
  const path = 'status.allocation.devices.results[0]';
  updated(
    CLAIM,
    claim,
    [
      [{ status: { allocation, reservedFor: [{ resource: 'pods', name: 'a', uid: 'u' }] } }],
      [
        { status: { reservedFor: [{ resource: 'pods', name: '', uid: 'u' }] } },
        'status.reservedFor[0].name: Required value',
        'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
      ],
      [
        { status: { allocation: { devices: { results: [{ ...result, request: 'odd', pool: '', shareID: 'x' }] } } } },
        `${path}.request: Invalid value: "odd": ${unknown}`,
        `${path}.pool: Required value`,
        `${path}.shareID: Invalid value: "x": error validating uid: invalid UUID length: 1`,
      ],
      [
        { status: { devices: [{ driver: 'example.com', pool: 'a', device: 'b' }] } },
        'status.devices[0]: Invalid value: {"Driver":"example.com","Pool":"a","Device":"b","ShareID":""}: must be an allocated device in the claim',
      ],
      [
        {
          status: {
            allocation,
            devices: [{ ...result, request: undefined!, networkData: { ips: ['10.0.0.1', '2001:0db8::1/64'] } }],
          },
        },
        'status.devices[0].networkData.ips[0]: Invalid value: "10.0.0.1": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
        'status.devices[0].networkData.ips[1]: Invalid value: "2001:0db8::1/64": must be in canonical form ("2001:db8::1/64")',
      ],
    ],
    'status',
  );
});
test('classes of devices: selectors, configurations, and the name of a resource', () => {
  created(kind('DeviceClass'), { spec: { selectors: [{ cel: { expression: 'true' } }] } }, [
    [{ 'spec.extendedResourceName': 'example.com/gpu' }],
    [
      { 'spec.extendedResourceName': 'gpu' },
      'spec.extendedResourceName: Invalid value: "gpu": must be a valid extended resource name',
    ],
    [{ 'spec.config': [{}] }, 'spec.config[0].opaque: Required value'],
  ]);
});
test('slices: a driver, a pool, nodes in one way, and devices within bounds', () => {
  const spec: JsonObject = {
    driver: 'dra.example.com',
    nodeName: 'a',
    pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
    devices: [{ name: 'one' }],
  };
  const fields = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  const at = 'spec.devices[0]';
  const many = (count: number, more: JsonObject): JsonObject[] =>
    Array.from({ length: count }, (_, i) => ({ name: `d${i}`, ...more }));
  const policy = (requestPolicy: JsonObject, more: JsonObject = { allowMultipleAllocations: true }): JsonObject => ({
    'spec.devices.0': { name: 'one', ...more, capacity: { memory: { value: '10Gi', requestPolicy } } },
  });
  const asked = `${at}.capacity[memory].requestPolicy`;
  created(kind('ResourceSlice'), { spec }, [
    [
      { 'spec.pool.resourceSliceCount': 0 },
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
    ],
    [{ 'spec.pool.generation': -1 }, 'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero'],
    [{ 'spec.nodeName': undefined }, `spec: Required value: ${fields}`],
    [
      { 'spec.allNodes': true },
      `spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${fields}, but multiple fields are set`,
    ],
    [{ 'spec.allNodes': false }, 'spec.allNodes: Invalid value: false: must be either unset or set to true'],
    [
      { 'spec.nodeName': undefined, 'spec.nodeSelector': { nodeSelectorTerms: [] } },
      'spec.nodeSelector.nodeSelectorTerms: Required value: must have at least one node selector term',
      'spec.nodeSelector.nodeSelectorTerms: Invalid value: []: must have exactly one node selector term',
    ],
    [{ 'spec.devices': many(128, {}) }],
    [{ 'spec.devices': many(129, {}) }, 'spec.devices: Too many: 129: must have at most 128 items'],
    [
      { 'spec.devices': many(65, { taints: [{ key: 'a', effect: 'NoSchedule' }] }) },
      'spec.devices: Too many: 65: must have at most 64 items',
    ],
    [{ 'spec.devices.1': { name: 'one' } }, 'spec.devices[1]: Duplicate value: "one"'],
    [
      { 'spec.devices.0.attributes': { 'a-b': { bool: true }, v: { version: '1' }, w: {}, x: { int: 1, bool: true } } },
      `${at}.attributes: Invalid value: "a-b": ${identifier}`,
      `${at}.attributes[v].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0`,
      `${at}.attributes[w]: Invalid value: "": exactly one value must be specified`,
      `${at}.attributes[x]: Invalid value: {"IntValue":1,"BoolValue":true,"StringValue":null,"VersionValue":null}: exactly one value must be specified`,
    ],
    [
      { 'spec.devices.0.attributes': { s: { string: 'x'.repeat(65) } } },
      `${at}.attributes[s].string: Too long: may not be more than 64 bytes`,
    ],
    [
      { 'spec.devices.0.attributes': Object.fromEntries(many(33, {}).map((_, i) => [`a${i}`, { int: i }])) },
      `${at}: Invalid value: 33: the total number of attributes and capacities must not exceed 32`,
    ],
    [
      { 'spec.devices.0.taints': [{ key: '', effect: '' }] },
      `${at}.taints[0].key: Invalid value: "": name part must be non-empty`,
      `${at}.taints[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      `${at}.taints[0].effect: Required value`,
    ],
    [
      { 'spec.devices.0.allNodes': true },
      `${at}: Invalid value: null: \`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`,
    ],
    [
      { 'spec.devices.0.consumesCounters': [{ counterSet: '', counters: {} }] },
      `${at}.consumesCounters[0].counterSet: Required value`,
      `${at}.consumesCounters[0].counters: Required value`,
    ],
    [
      { 'spec.devices.0.bindingConditions': ['a'] },
      `${at}.bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions`,
    ],
    [policy({}, {}), `${asked}: Forbidden: allowMultipleAllocations must be true`],
    [policy({ default: '1Gi', validRange: { min: '1Gi', step: '1Gi' } })],
    [policy({ validValues: ['1Gi'] }), `${asked}.default: Required value: required when validValues is defined`],
    [
      policy({ default: '3Gi', validValues: ['2Gi', '1Gi', '20Gi'] }),
      `${asked}.validValues[1]: Invalid value: "1Gi": values must be sorted in ascending order`,
      `${asked}.validValues[2]: Invalid value: "20Gi": option is larger than capacity value: 10Gi`,
      `${asked}.validValues: Invalid value: "3Gi": default value is not valid according to the requestPolicy`,
    ],
    [
      policy({ default: '1', validRange: { min: '2', max: '11Gi', step: '3' } }),
      `${asked}.validRange.default: Invalid value: "1": default is less than min: 2`,
      `${asked}.validRange.max: Invalid value: "11Gi": max is larger than capacity value: 10Gi`,
      `${asked}.validRange.step: Invalid value: "1": value is not a multiple of a given step (3) from (2)`,
    ],
  ]);
  updated(kind('ResourceSlice'), { spec }, [
    [{ 'spec.pool.generation': 2, 'spec.devices': [] }],
    [{ 'spec.pool.name': 'b' }, 'spec.pool.name: Invalid value: "b": field is immutable'],
    [{ 'spec.driver': 'b' }, 'spec.driver: Invalid value: "b": field is immutable'],
    [{ 'spec.nodeName': 'b' }, 'spec.nodeName: Invalid value: "b": field is immutable'],
  ]);
});
test('taint rules: which devices, and a taint', () => {
  const which = { ...kind('DeviceTaintRule'), version: 'v1beta2' };
  created(which, { spec: { taint: { key: 'a', effect: 'NoExecute' } } }, [
    [{ 'spec.taint.effect': '' }, 'spec.taint.effect: Required value'],
    [{ 'spec.deviceSelector': { device: 'A' } }, `spec.deviceSelector.device: Invalid value: "A": ${label}`],
  ]);
});
test('claims: v1beta1: is kept as v1, filled in, and shown as it was written', () => {
  const flat = {
    apiVersion: 'resource.k8s.io/v1beta1',
    kind: 'ResourceClaim',
    spec: { devices: { requests: [{ name: 'a', deviceClassName: 'b' }] } },
  };
  const filled = applyDefaults(CLAIM, flat as JsonObject);
  const kept = convert(filled, 'resource.k8s.io/v1') as JsonObject;
  assert.deepEqual(kept['spec'], {
    devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'b', allocationMode: 'ExactCount', count: 1 } }] },
  });
  assert.deepEqual(convert(kept, 'resource.k8s.io/v1beta1'), filled);
  const slice = {
    apiVersion: 'resource.k8s.io/v1beta1',
    kind: 'ResourceSlice',
    spec: { devices: [{ name: 'a', basic: { attributes: { b: { int: 1 } } } }] },
  };
  const plain = convert(slice, 'resource.k8s.io/v1beta2');
  assert.deepEqual(plain.spec.devices, [{ name: 'a', attributes: { b: { int: 1 } } }]);
  assert.deepEqual(convert(plain, 'resource.k8s.io/v1beta1'), slice);
});
