//! Which fields a configuration has and of which type: what strict decoding checks, in the words of Go's decoder.
import { isObject } from '../../api/json.ts';
import { EXTENSION_POINTS } from '../framework/plugin.ts';
import { KIND } from './configuration.ts';

type Shape =
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'duration'
  | 'any'
  | readonly [Shape]
  | { readonly [field: string]: Shape };

const PLUGIN_SET: Shape = {
  enabled: [{ name: 'string', weight: 'int32' }],
  disabled: [{ name: 'string', weight: 'int32' }],
};
const CONFIGURATION: Shape = {
  apiVersion: 'string',
  kind: 'string',
  parallelism: 'int32',
  leaderElection: {
    leaderElect: 'bool',
    leaseDuration: 'duration',
    renewDeadline: 'duration',
    retryPeriod: 'duration',
    resourceLock: 'string',
    resourceName: 'string',
    resourceNamespace: 'string',
  },
  clientConnection: {
    kubeconfig: 'string',
    acceptContentTypes: 'string',
    contentType: 'string',
    qps: 'any',
    burst: 'int32',
  },
  enableProfiling: 'bool',
  enableContentionProfiling: 'bool',
  percentageOfNodesToScore: 'int32',
  podInitialBackoffSeconds: 'int64',
  podMaxBackoffSeconds: 'int64',
  delayCacheUntilActive: 'bool',
  profiles: [
    {
      schedulerName: 'string',
      percentageOfNodesToScore: 'int32',
      plugins: Object.fromEntries([...EXTENSION_POINTS, 'multiPoint'].map((point) => [point, PLUGIN_SET])),
      pluginConfig: [{ name: 'string', args: 'any' }],
    },
  ],
  extenders: [
    {
      urlPrefix: 'string',
      filterVerb: 'string',
      preemptVerb: 'string',
      prioritizeVerb: 'string',
      weight: 'int64',
      bindVerb: 'string',
      enableHTTPS: 'bool',
      tlsConfig: {
        insecure: 'bool',
        serverName: 'string',
        certFile: 'string',
        keyFile: 'string',
        caFile: 'string',
        certData: 'string',
        keyData: 'string',
        caData: 'string',
      },
      httpTimeout: 'duration',
      nodeCacheCapable: 'bool',
      managedResources: [{ name: 'string', ignoredByScheduler: 'bool' }],
      ignorable: 'bool',
    },
  ],
};
const RESOURCES: Shape = [{ name: 'string', weight: 'int64' }];
const SHAPE: Shape = [{ utilization: 'int32', score: 'int32' }];
const META = { apiVersion: 'string', kind: 'string' } as const;
/** `args` of plugins that take some. */
const ARGS: Readonly<Record<string, Shape>> = {
  DefaultPreemption: { ...META, minCandidateNodesPercentage: 'int32', minCandidateNodesAbsolute: 'int32' },
  DynamicResources: { ...META, filterTimeout: 'duration', bindingTimeout: 'duration' },
  InterPodAffinity: { ...META, hardPodAffinityWeight: 'int32', ignorePreferredTermsOfExistingPods: 'bool' },
  NodeAffinity: { ...META, addedAffinity: 'any' },
  NodeResourcesBalancedAllocation: { ...META, resources: RESOURCES },
  NodeResourcesFit: {
    ...META,
    ignoredResources: ['string'],
    ignoredResourceGroups: ['string'],
    scoringStrategy: { type: 'string', resources: RESOURCES, requestedToCapacityRatio: { shape: SHAPE } },
  },
  PodTopologySpread: {
    ...META,
    defaultConstraints: [
      {
        maxSkew: 'int32',
        topologyKey: 'string',
        whenUnsatisfiable: 'string',
        labelSelector: 'any',
        minDomains: 'int32',
        nodeAffinityPolicy: 'string',
        nodeTaintsPolicy: 'string',
        matchLabelKeys: ['string'],
      },
    ],
    defaultingType: 'string',
  },
  VolumeBinding: { ...META, bindTimeoutSeconds: 'int64', shape: SHAPE },
};

/** What does not decode, one sentence each. */
export const misshapen = (configuration: unknown): readonly string[] => check(configuration, CONFIGURATION, '', KIND);
export const misshapenArgs = (plugin: string, args: unknown): readonly string[] =>
  ARGS[plugin] === undefined ? [] : check(args, ARGS[plugin], '', `${plugin}Args`);

function check(value: unknown, shape: Shape, path: string, struct: string): readonly string[] {
  if (value === null || value === undefined || shape === 'any') return [];
  const wrong = (wanted: string): readonly string[] => [
    `json: cannot unmarshal ${typeName(value)} into Go struct field ${struct}.${path} of type ${wanted}`,
  ];
  if (typeof shape === 'string') return matchesType(value, shape) ? [] : wrong(GO_TYPES[shape]);
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return wrong('slice');
    return value.flatMap((item, i) => check(item, (shape as readonly [Shape])[0], `${path}[${i}]`, struct));
  }
  if (!isObject(value)) return wrong('struct');
  return Object.entries(value).flatMap(([field, inner]) => {
    const at = path === '' ? field : `${path}.${field}`;
    const known = (shape as Readonly<Record<string, Shape>>)[field];
    return known === undefined ? [`unknown field "${at}"`] : check(inner, known, at, struct);
  });
}
const GO_TYPES = {
  int32: 'int32',
  int64: 'int64',
  string: 'string',
  bool: 'bool',
  duration: 'string',
  any: '',
} as const;
function matchesType(value: unknown, type: keyof typeof GO_TYPES): boolean {
  if (type === 'int32' || type === 'int64') return Number.isInteger(value);
  if (type === 'bool') return typeof value === 'boolean';
  return typeof value === 'string';
}
const typeName = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
