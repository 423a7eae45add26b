import assert from 'node:assert/strict';
import { test } from 'node:test';
import { container, node, pod } from '../fixtures.ts';
import type { ExtensionPoint } from '../framework/plugin.ts';
import { Rig } from '../rig.ts';
import { checkConfiguration } from './check.ts';
import type { ProfileConfiguration } from './configuration.ts';

const file = (more: object): object => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  ...more,
});
const errors = (more: object): readonly string[] => {
  const read = checkConfiguration(file(more));
  return read.ok ? [] : read.errors;
};
const profile = (more: object): object => ({ profiles: [{ schedulerName: 'mine', ...more }] });
const args = (name: string, given: object): object => profile({ pluginConfig: [{ name, args: given }] });

test("configuration: what is wrong: refused in kube-scheduler's words", () => {
  const at = 'profiles[0].pluginConfig[0].args';
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ profils: [] }, ['strict decoding error: unknown field "profils"']],
    [
      profile({ plugins: { filter: { on: [] } } }),
      ['strict decoding error: unknown field "profiles[0].plugins.filter.on"'],
    ],
    [
      { parallelism: 'many' },
      ['json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism of type int32'],
    ],
    [{ parallelism: 0 }, ['parallelism: Invalid value: 0: should be an integer value greater than zero']],
    [{ percentageOfNodesToScore: 101 }, ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]']],
    [
      { podInitialBackoffSeconds: 20 },
      ['podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds'],
    ],
    [
      { profiles: [{}, {}] },
      [
        'profiles[0].schedulerName: Required value',
        'profiles[1].schedulerName: Required value',
        'profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"',
      ],
    ],
    [
      args('InterPodAffinity', { hardPodAffinityWeight: 101 }),
      [`${at}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`],
    ],
    [
      args('NodeResourcesFit', { scoringStrategy: { type: 'Random' } }),
      [
        `${at}.scoringStrategy.type: Unsupported value: "Random": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"`,
      ],
    ],
    [
      args('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio' } }),
      [
        `${at}.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio`,
      ],
    ],
    [
      args('PodTopologySpread', {
        defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
      }),
      [`${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`],
    ],
    [args('NodeResourcesFit', { strategy: {} }), ['strict decoding error: unknown field "strategy"']],
    [
      profile({ plugins: { filter: { enabled: [{ name: 'Coin' }] } } }),
      ['initializing profiles: creating profile for scheduler name mine: FilterPlugin "Coin" does not exist'],
    ],
    [
      profile({ plugins: { score: { enabled: [{ name: 'NodeName' }] } } }),
      [
        'initializing profiles: creating profile for scheduler name mine: plugin "NodeName" does not extend ScorePlugin plugin',
      ],
    ],
    [
      profile({ plugins: { bind: { disabled: [{ name: '*' }] } } }),
      [
        'initializing profiles: creating profile for scheduler name mine: at least one bind plugin is needed for profile with scheduler name "mine"',
      ],
    ],
    [
      { extenders: [{ urlPrefix: 'http://x', prioritizeVerb: 'prioritize' }] },
      ['extenders[0].weight: Invalid value: 0: must have a positive weight applied to it'],
    ],
    [
      { extenders: [{ urlPrefix: 'http://x', managedResources: [{ name: 'cpu' }] }] },
      ['extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid extended resource name'],
    ],
  ];
  for (const [given, want] of cases) assert.deepEqual(errors(given), want, JSON.stringify(given));
  assert.deepEqual(errors({}), []);
  const old = checkConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1beta3',
    kind: 'KubeSchedulerConfiguration',
  });
  assert(!old.ok && old.errors[0]?.startsWith('no kind "KubeSchedulerConfiguration" is registered for version'));
});

const names = (given: Omit<ProfileConfiguration, 'schedulerName'>, point: ExtensionPoint): string =>
  new Rig({ profiles: [{ schedulerName: 'default-scheduler', ...given }] }).profiles[0]!.plugins[point].map(
    ({ plugin, weight }) => `${plugin.name}${weight === 1 ? '' : `=${weight}`}`,
  ).join(' ');

test("profile: nothing said: Kubernetes' plugins in its order with its weights", () => {
  assert.equal(
    names({}, 'score'),
    'TaintToleration=3 NodeAffinity=2 NodeResourcesFit PodTopologySpread=2 InterPodAffinity=2 ' +
      'NodeResourcesBalancedAllocation ImageLocality',
  );
  assert.equal(names({}, 'queueSort'), 'PrioritySort');
  assert.equal(names({}, 'bind'), 'DefaultBinder');
});
test('profile: multiPoint and points: merged as Kubernetes merges them', () => {
  const score = (plugins: ProfileConfiguration['plugins']) => names({ plugins: plugins! }, 'score');
  assert.equal(
    score({ score: { disabled: [{ name: '*' }], enabled: [{ name: 'ImageLocality', weight: 7 }] } }),
    'ImageLocality=7',
  );
  assert.equal(
    score({
      multiPoint: {
        disabled: [{ name: '*' }],
        enabled: [{ name: 'NodeResourcesFit', weight: 4 }, { name: 'PrioritySort' }, { name: 'DefaultBinder' }],
      },
    }),
    'NodeResourcesFit=4',
  );
  assert.match(
    score({ multiPoint: { enabled: [{ name: 'NodeAffinity', weight: 9 }] } }),
    /^TaintToleration=3 NodeAffinity=9 /,
  );
  assert.match(
    score({ score: { enabled: [{ name: 'NodeAffinity', weight: 9 }] } }),
    /^NodeAffinity=9 TaintToleration=3 /,
  );
  assert.doesNotMatch(score({ score: { disabled: [{ name: 'NodeAffinity' }] } }), /NodeAffinity/);
});
test('profile: two of them: each pod meets the plugins of its own', () => {
  const full = { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } };
  const rig = new Rig({
    profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'packing', pluginConfig: [full] }],
  }).node(node('a'), node('b'));
  const asking = (name: string, schedulerName: string) =>
    pod(name, { schedulerName, containers: [container({ cpu: '1', memory: '2Gi' })] });
  rig.place(asking('there', 'default-scheduler'), 'a');
  assert.equal(rig.answer(asking('p', 'default-scheduler')), 'b');
  assert.equal(rig.answer(asking('q', 'packing')), 'a');
  assert.equal(rig.answer(asking('r', 'nobody')), 'not scheduled');
});
test('profile: args: added affinity, ignored resources, a shape of utilization', () => {
  const rig = (name: string, given: object) =>
    new Rig({ profiles: [{ schedulerName: 'default-scheduler', pluginConfig: [{ name, args: given }] }] });
  const disk = [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }];
  const enforced = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: disk } };
  assert.equal(
    rig('NodeAffinity', { addedAffinity: enforced }).node(node('n')).why(pod('p')),
    "0/1 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity.",
  );
  const gpu = pod('p', { containers: [container({ 'example.com/gpu': '1' })] });
  const ignoring = rig('NodeResourcesFit', { ignoredResourceGroups: ['example.com'] });
  assert.equal(ignoring.node(node('n')).why(gpu), 'it fits');
  const shape = [
    { utilization: 0, score: 0 },
    { utilization: 50, score: 10 },
    { utilization: 100, score: 0 },
  ];
  const strategy = {
    type: 'RequestedToCapacityRatio',
    resources: [{ name: 'cpu', weight: 1 }],
    requestedToCapacityRatio: { shape },
  };
  const shaped = rig('NodeResourcesFit', { scoringStrategy: strategy }).node(node('a'), node('b'));
  shaped.place(pod('there', { containers: [container({ cpu: '1' })] }), 'a');
  assert.equal(shaped.answer(pod('p', { containers: [container({ cpu: '1' })] })), 'a');
});
