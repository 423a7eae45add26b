//! Devices, and who claims them.
import type { JsonObject } from '../../../actors/api/json.ts';

const cel: JsonObject = { cel: { expression: "device.driver == 'dra.example.com'" } };
const opaque: JsonObject = { opaque: { driver: 'dra.example.com', parameters: { kind: 'Config', deep: { a: [1] } } } };
const tolerations: JsonObject[] = [
  { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
  { key: 'b', operator: 'Equal', value: 'c', effect: 'NoSchedule' },
];
const exact: JsonObject = {
  deviceClassName: 'gpu.example.com',
  selectors: [cel],
  allocationMode: 'ExactCount',
  count: 2,
  tolerations,
};
const first: JsonObject = {
  name: 'either',
  firstAvailable: [
    { name: 'big', deviceClassName: 'big.example.com', selectors: [cel], allocationMode: 'All', tolerations },
    { name: 'small', deviceClassName: 'small.example.com', count: 3 },
  ],
};
const claim = (requests: JsonObject[]): JsonObject => ({
  devices: {
    requests,
    constraints: [{ requests: ['gpu', 'either/small'], matchAttribute: 'dra.example.com/numa' }],
    config: [{ requests: ['gpu'], ...opaque }],
  },
});
const simple: JsonObject = {
  devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] },
};
const full = claim([{ name: 'gpu', exactly: exact }, first]);
/** v1beta1 has a request's own words beside its name. */
const older = claim([{ name: 'gpu', ...exact }, first]);
const devices = {
  attributes: {
    model: { string: 'A100' },
    index: { int: 3 },
    ecc: { bool: true },
    'dra.example.com/driver': { version: '1.2.3' },
  },
  capacity: { memory: { value: '40Gi' } },
} satisfies JsonObject;
const pool: JsonObject = { name: 'pool', generation: 7, resourceSliceCount: 2 };
const slice: JsonObject = { driver: 'dra.example.com', nodeName: 'a', pool };
const anywhere: JsonObject = {
  ...slice,
  nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] },
};
delete anywhere['nodeName'];

/** As each version has them. */
const common = (version: string, spec: JsonObject, listed: JsonObject[]): Record<string, readonly JsonObject[]> => ({
  [`resource.k8s.io/${version}/DeviceClass`]: [
    { spec: { selectors: [{ cel: { expression: 'true' } }] } },
    { spec: { selectors: [cel], config: [opaque], extendedResourceName: 'example.com/gpu' } },
  ],
  [`resource.k8s.io/${version}/ResourceClaim`]: [{ spec: version === 'v1' ? simple : spec }, { spec }],
  [`resource.k8s.io/${version}/ResourceClaimTemplate`]: [
    { spec: { spec: version === 'v1' ? simple : spec } },
    { spec: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec } },
  ],
  [`resource.k8s.io/${version}/ResourceSlice`]: [
    {
      spec: {
        driver: 'dra.example.com',
        nodeName: 'a',
        pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
        devices: [version === 'v1beta1' ? { name: 'one', basic: {} } : { name: 'one' }],
      },
    },
    { spec: { ...slice, devices: listed } },
    { spec: { ...anywhere, devices: listed } },
  ],
});
const rule: JsonObject = {
  spec: {
    deviceSelector: { driver: 'dra.example.com', pool: 'pool', device: 'one' },
    taint: { key: 'a', value: 'b', effect: 'NoExecute' },
  },
};
export const DEVICES: Readonly<Record<string, readonly JsonObject[]>> = {
  'node.k8s.io/v1/RuntimeClass': [
    { handler: 'runc' },
    {
      handler: 'gvisor',
      overhead: { podFixed: { cpu: '250m', memory: '120Mi' } },
      scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations },
    },
  ],
  ...common('v1', full, [{ name: 'one', ...devices }, { name: 'two' }]),
  ...common('v1beta2', full, [{ name: 'one', ...devices }]),
  ...common('v1beta1', older, [{ name: 'one', basic: devices }]),
  'resource.k8s.io/v1alpha3/DeviceTaintRule': [rule],
  'resource.k8s.io/v1beta2/DeviceTaintRule': [rule],
  'resource.k8s.io/v1alpha3/ResourcePoolStatusRequest': [{ spec: { driver: 'dra.example.com', limit: 5 } }],
};
