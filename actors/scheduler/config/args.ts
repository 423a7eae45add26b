//! Arguments of the default plugins: what they are when nothing is said, and what is wrong with them.
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../api/field-error.ts';
import type { Json } from '../../api/json.ts';
import { qualifiedName } from '../../api/names.ts';
import type { ShapePoint } from '../framework/score.ts';
import type { BalancedAllocationArgs } from '../plugins/balanced-allocation.ts';
import type { InterPodAffinityArgs } from '../plugins/inter-pod-affinity.ts';
import type { NodeResourcesFitArgs } from '../plugins/node-resources-fit.ts';
import type { ResourceWeight } from '../plugins/resource-score.ts';
import type { TopologySpreadArgs } from '../plugins/spread-constraint.ts';

const RESOURCES: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];
type Args = Readonly<Record<string, unknown>>;

/** Filled in field by field, as Kubernetes' defaulting does. */
export function withDefaults(plugin: string, args: Args = {}): Args {
  switch (plugin) {
    case 'DefaultPreemption':
      return { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100, ...args };
    case 'InterPodAffinity':
      return { hardPodAffinityWeight: 1, ...args };
    case 'NodeResourcesBalancedAllocation':
      return { ...args, resources: weighted(args['resources'] as readonly ResourceWeight[] | undefined) };
    case 'NodeResourcesFit': {
      const strategy = (args['scoringStrategy'] ?? {
        type: 'LeastAllocated',
      }) as NodeResourcesFitArgs['scoringStrategy'];
      return { ...args, scoringStrategy: { ...strategy, resources: weighted(strategy.resources) } };
    }
    case 'PodTopologySpread':
      return { defaultingType: 'System', ...args };
    case 'VolumeBinding':
      return { bindTimeoutSeconds: 600, ...args };
    default:
      return args;
  }
}
const weighted = (resources: readonly ResourceWeight[] | undefined): readonly ResourceWeight[] =>
  resources === undefined || resources.length === 0
    ? RESOURCES
    : resources.map(({ name, weight }) => ({ name, weight: weight || 1 }));

/** `args` with defaults. */
export function argsErrors(plugin: string, path: string, args: Args): readonly FieldError[] {
  const check = CHECKS[plugin];
  return check === undefined ? [] : check(path, args as never);
}
const CHECKS: Readonly<Record<string, (path: string, args: never) => readonly FieldError[]>> = {
  DefaultPreemption: (
    path,
    args: { minCandidateNodesPercentage: number; minCandidateNodesAbsolute: number },
  ): readonly FieldError[] => {
    const { minCandidateNodesPercentage: percent, minCandidateNodesAbsolute: least } = args;
    const [percentAt, leastAt] = [`${path}.minCandidateNodesPercentage`, `${path}.minCandidateNodesAbsolute`];
    const errors: FieldError[] = [];
    if (percent < 0 || percent > 100) errors.push(invalid(percentAt, percent, 'not in valid range [0, 100]'));
    if (least < 0) errors.push(invalid(leastAt, least, 'not in valid range [0, inf)'));
    const both = (other: string): string => `cannot be zero at the same time as ${other}`;
    if (percent === 0 && least === 0)
      errors.push(
        invalid(percentAt, 0, both('minCandidateNodesAbsolute')),
        invalid(leastAt, 0, both('minCandidateNodesPercentage')),
      );
    return errors;
  },
  InterPodAffinity: (path, { hardPodAffinityWeight: weight }: InterPodAffinityArgs) =>
    weight < 0 || weight > 100 ? [invalid(`${path}.hardPodAffinityWeight`, weight, 'not in valid range [0, 100]')] : [],
  NodeResourcesBalancedAllocation: (path, { resources }: BalancedAllocationArgs) =>
    resources.flatMap(({ name, weight }, i) => [
      ...(resources.findIndex((one) => one.name === name) < i ? [duplicate(`${path}.resources[${i}].name`, name)] : []),
      ...(weight === 1 ? [] : [invalid(`${path}.resources[${i}].weight`, weight, 'must be 1')]),
    ]),
  NodeResourcesFit: fitErrors,
  PodTopologySpread: spreadErrors,
  VolumeBinding: (path, { bindTimeoutSeconds: seconds, shape }: { bindTimeoutSeconds: number; shape?: Json }) => [
    ...(seconds < 0
      ? [invalid(`${path}.bindTimeoutSeconds`, seconds, 'invalid BindTimeoutSeconds, should not be a negative value')]
      : []),
    ...(shape === undefined
      ? []
      : [
          invalid(
            `${path}.shape`,
            shape,
            'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring',
          ),
        ]),
  ],
};

const named = (path: string, name: string): readonly FieldError[] =>
  qualifiedName(name).map((why) => invalid(path, name, why));

function fitErrors(path: string, args: NodeResourcesFitArgs): readonly FieldError[] {
  const errors: FieldError[] = [];
  args.ignoredResources?.forEach((name, i) => {
    errors.push(...named(`${path}.ignoredResources[${i}]`, name));
  });
  args.ignoredResourceGroups?.forEach((group, i) => {
    const at = `${path}.ignoredResourceGroups[${i}]`;
    if (group.includes('/')) errors.push(invalid(at, group, "resource group name can't contain '/'"));
    errors.push(...named(at, group));
  });
  const { type, resources, requestedToCapacityRatio: ratio } = args.scoringStrategy;
  const at = `${path}.scoringStrategy`;
  const types = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
  if (!types.includes(type)) errors.push(notSupported(`${at}.type`, type, types));
  resources.forEach(({ name, weight }, i) => {
    if (weight > 0 && weight <= 100) return;
    const why = `resource weight of ${name} not in valid range (0, 100]`;
    errors.push(invalid(`${at}.resources[${i}].weight`, weight, why));
  });
  const ratioAt = `${at}.requestedToCapacityRatio`;
  if (type === 'RequestedToCapacityRatio')
    errors.push(
      ...(ratio === undefined
        ? [required(ratioAt, 'must be specified when type is RequestedToCapacityRatio')]
        : shapeErrors(`${ratioAt}.shape`, ratio.shape ?? [])),
    );
  else if (ratio !== undefined)
    errors.push(forbidden(ratioAt, 'must be nil when type is not RequestedToCapacityRatio'));
  return errors;
}
function shapeErrors(path: string, shape: readonly ShapePoint[]): readonly FieldError[] {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')];
  const errors: FieldError[] = [];
  const fallen = shape.findIndex(({ utilization }, i) => i > 0 && shape[i - 1]!.utilization >= utilization);
  if (fallen > 0) {
    const why = 'values must be sorted in increasing order';
    errors.push(invalid(`${path}[${fallen}].utilization`, shape[fallen]!.utilization, why));
  }
  shape.forEach(({ utilization, score = 0 }, i) => {
    if (utilization < 0 || utilization > 100)
      errors.push(invalid(`${path}[${i}].utilization`, utilization, 'not in valid range [0, 100]'));
    if (score < 0 || score > 10) errors.push(invalid(`${path}[${i}].score`, score, 'not in valid range [0, 10]'));
  });
  return errors;
}
function spreadErrors(path: string, args: TopologySpreadArgs): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { defaultingType: type, defaultConstraints: constraints = [] } = args;
  if (type !== 'System' && type !== 'List')
    errors.push(notSupported(`${path}.defaultingType`, type, ['System', 'List']));
  else if (type === 'System' && constraints.length > 0)
    errors.push(invalid(`${path}.defaultingType`, type, 'when .defaultConstraints are not empty'));
  constraints.forEach((one, i) => {
    const at = `${path}.defaultConstraints[${i}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' } = one;
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, 'not in valid range (0, inf)'));
    errors.push(
      ...(topologyKey === ''
        ? [required(`${at}.topologyKey`, 'can not be empty')]
        : named(`${at}.topologyKey`, topologyKey)),
    );
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    if (whenUnsatisfiable === '') errors.push(required(`${at}.whenUnsatisfiable`, 'can not be empty'));
    else if (!actions.includes(whenUnsatisfiable))
      errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, actions));
    if ('labelSelector' in one) {
      const why = 'constraint must not define a selector, as they deduced for each pod';
      errors.push(forbidden(`${at}.labelSelector`, why));
    }
    const same = constraints.findIndex(
      (other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable,
    );
    if (same < i) errors.push(duplicate(at, `{${topologyKey}, ${whenUnsatisfiable}}`));
  });
  return errors;
}
