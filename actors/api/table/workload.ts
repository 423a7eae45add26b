//! Deployments and their like, jobs, budgets and autoscalers.
import { get, type Json, listOf, objectOf, textOf } from '../json.ts';
import { age, humanDuration, parseTime } from '../time.ts';
import {
  ageOf,
  type Cell,
  columns,
  containerImages,
  containerNames,
  count,
  labelsText,
  NONE,
  nameOf,
  type Printer,
  selectorText,
  shortList,
  trueFalse,
  UNKNOWN,
} from './column.ts';

const WIDE = 'Containers:string:1 Images:string:1 Selector:string:1';
const podSpec = (object: Json): Json | undefined => get(object, 'spec', 'template', 'spec');
const status = (object: Json, field: string): number => count(get(object, 'status', field));
const wide = (object: Json, selector: string): readonly Cell[] => [
  containerNames(podSpec(object)),
  containerImages(podSpec(object)),
  selector,
];

export const deployments: Printer = {
  columns: columns(`Name Ready Up-to-date:integer Available:integer Age ${WIDE}`),
  cells: (object, nowMs) => [
    nameOf(object),
    `${status(object, 'readyReplicas')}/${count(get(object, 'spec', 'replicas'))}`,
    status(object, 'updatedReplicas'),
    status(object, 'availableReplicas'),
    ageOf(object, nowMs),
    ...wide(object, selectorText(get(object, 'spec', 'selector'))),
  ],
};
const replicas = (selector: (object: Json) => string): Printer => ({
  columns: columns(`Name Desired:integer Current:integer Ready:integer Age ${WIDE}`),
  cells: (object, nowMs) => [
    nameOf(object),
    count(get(object, 'spec', 'replicas')),
    status(object, 'replicas'),
    status(object, 'readyReplicas'),
    ageOf(object, nowMs),
    ...wide(object, selector(object)),
  ],
});
export const replicaSets = replicas((object) => selectorText(get(object, 'spec', 'selector')));
export const replicationControllers = replicas((object) => labelsText(get(object, 'spec', 'selector')));
export const statefulSets: Printer = {
  columns: columns('Name Ready Age Containers:string:1 Images:string:1'),
  cells: (object, nowMs) => [
    nameOf(object),
    `${status(object, 'readyReplicas')}/${count(get(object, 'spec', 'replicas'))}`,
    ageOf(object, nowMs),
    containerNames(podSpec(object)),
    containerImages(podSpec(object)),
  ],
};
export const daemonSets: Printer = {
  columns: columns(
    `Name Desired:integer Current:integer Ready:integer Up-to-date:integer Available:integer Node_Selector Age ${WIDE}`,
  ),
  cells: (object, nowMs) => [
    nameOf(object),
    status(object, 'desiredNumberScheduled'),
    status(object, 'currentNumberScheduled'),
    status(object, 'numberReady'),
    status(object, 'updatedNumberScheduled'),
    status(object, 'numberAvailable'),
    labelsText(get(object, 'spec', 'template', 'spec', 'nodeSelector')),
    ageOf(object, nowMs),
    ...wide(object, selectorText(get(object, 'spec', 'selector'))),
  ],
};

const condition = (object: Json, type: string): boolean =>
  listOf(get(object, 'status', 'conditions')).some(
    (item) => get(item, 'type') === type && get(item, 'status') === 'True',
  );
function jobStatus(object: Json): string {
  if (condition(object, 'Complete')) return 'Complete';
  if (condition(object, 'Failed')) return 'Failed';
  if (get(object, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (condition(object, type)) return type;
  return 'Running';
}
function completions(object: Json): string {
  const done = status(object, 'succeeded');
  const wanted = get(object, 'spec', 'completions');
  if (typeof wanted === 'number') return `${done}/${wanted}`;
  const parallel = count(get(object, 'spec', 'parallelism'));
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}
export const jobs: Printer = {
  columns: columns(`Name Status Completions Duration Age ${WIDE}`),
  cells: (object, nowMs) => {
    const start = parseTime(get(object, 'status', 'startTime'));
    const end = parseTime(get(object, 'status', 'completionTime'));
    return [
      nameOf(object),
      jobStatus(object),
      completions(object),
      start === undefined ? '' : humanDuration((end ?? nowMs) - start),
      ageOf(object, nowMs),
      ...wide(object, selectorText(get(object, 'spec', 'selector'))),
    ];
  },
};
export const cronJobs: Printer = {
  columns: columns(`Name Schedule Timezone Suspend:boolean Active:integer Last_Schedule Age ${WIDE}`),
  cells: (object, nowMs) => {
    const last = get(object, 'status', 'lastScheduleTime');
    const template = get(object, 'spec', 'jobTemplate', 'spec') ?? null;
    return [
      nameOf(object),
      textOf(get(object, 'spec', 'schedule')),
      textOf(get(object, 'spec', 'timeZone')) || NONE,
      trueFalse(get(object, 'spec', 'suspend')),
      listOf(get(object, 'status', 'active')).length,
      last === undefined || last === null ? NONE : age(last, nowMs),
      ageOf(object, nowMs),
      containerNames(get(template, 'template', 'spec')),
      containerImages(get(template, 'template', 'spec')),
      selectorText(get(template, 'selector')),
    ];
  },
};
const orNotSet = (value: Json | undefined): string => (value === undefined || value === null ? 'N/A' : String(value));
export const disruptionBudgets: Printer = {
  columns: columns('Name Min_Available Max_Unavailable Allowed_Disruptions:integer Age'),
  cells: (object, nowMs) => [
    nameOf(object),
    orNotSet(get(object, 'spec', 'minAvailable')),
    orNotSet(get(object, 'spec', 'maxUnavailable')),
    status(object, 'disruptionsAllowed'),
    ageOf(object, nowMs),
  ],
};
export const autoscalers: Printer = {
  columns: columns('Name Reference Targets MinPods MaxPods:integer Replicas:integer Age'),
  cells: (object, nowMs) => [
    nameOf(object),
    `${textOf(get(object, 'spec', 'scaleTargetRef', 'kind'))}/${textOf(get(object, 'spec', 'scaleTargetRef', 'name'))}`,
    targets(object),
    String(get(object, 'spec', 'minReplicas') ?? '<unset>'),
    count(get(object, 'spec', 'maxReplicas')),
    status(object, 'currentReplicas'),
    ageOf(object, nowMs),
  ],
};
function targets(object: Json): string {
  const v1 = get(object, 'spec', 'targetCPUUtilizationPercentage');
  if (v1 !== undefined) {
    const now = get(object, 'status', 'currentCPUUtilizationPercentage');
    return `cpu: ${now === undefined ? UNKNOWN : `${now}%`}/${v1}%`;
  }
  const current = listOf(get(object, 'status', 'currentMetrics'));
  const texts = listOf(get(object, 'spec', 'metrics')).map((metric, i) => target(metric, current[i] ?? null));
  return shortList(texts, 2, NONE, ', ');
}
const SOURCE: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
function target(metric: Json, current: Json): string {
  const type = textOf(get(metric, 'type'));
  const field = SOURCE[type] ?? '';
  const wanted = objectOf(get(metric, field, 'target'));
  const now = objectOf(get(current, field, 'current'));
  const prefix = type === 'Resource' || type === 'ContainerResource' ? `${textOf(get(metric, field, 'name'))}: ` : '';
  if (wanted['averageUtilization'] !== undefined) {
    const at = now['averageUtilization'];
    return `${prefix}${at === undefined ? UNKNOWN : `${at}%`}/${wanted['averageUtilization']}%`;
  }
  if (wanted['averageValue'] !== undefined) {
    const suffix = type === 'External' || type === 'Object' ? ' (avg)' : '';
    return `${prefix}${now['averageValue'] ?? UNKNOWN}/${wanted['averageValue']}${suffix}`;
  }
  return `${prefix}${now['value'] ?? UNKNOWN}/${wanted['value'] ?? UNKNOWN}`;
}
export const controllerRevisions: Printer = {
  columns: columns('Name Controller Revision:integer Age'),
  cells: (object, nowMs) => {
    const owner = listOf(get(object, 'metadata', 'ownerReferences')).find((item) => get(item, 'controller') === true);
    const kind = textOf(get(owner, 'kind')).toLowerCase();
    const group = textOf(get(owner, 'apiVersion')).split('/');
    const dotted = group.length === 2 ? `${kind}.${group[0]}` : kind;
    return [
      nameOf(object),
      owner === undefined ? NONE : `${dotted}/${textOf(get(owner, 'name'))}`,
      count(get(object, 'revision')),
      ageOf(object, nowMs),
    ];
  },
};
/** Of any kind that has a scale. */
export const scales: Printer = {
  columns: columns('Name Desired:integer Available:integer Age').map(({ format: _, ...column }) => column),
  cells: (object, nowMs) => [
    nameOf(object),
    count(get(object, 'spec', 'replicas')),
    count(get(object, 'status', 'replicas')),
    ageOf(object, nowMs),
  ],
};
