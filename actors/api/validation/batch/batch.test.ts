import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../json.ts';
import { prepareForCreate } from '../../strategy.ts';
import { bent, created, type Row, updated } from '../refusal.fixture.ts';
import { cronProblem } from './cron.ts';

const JOB = { group: 'batch', kind: 'Job', namespaced: true };
const CRON = { group: 'batch', kind: 'CronJob', namespaced: true };
const UID = 'b4c60d70-0d5a-4bd8-9d4b-1c1a5d6e1f10';
const pod = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'nginx:1' }] };
const INFO = { ...JOB, subresources: [] } as never;
const sound: JsonObject = prepareForCreate(INFO, {
  metadata: { name: 'a', uid: UID },
  spec: { template: { spec: pod } },
} as JsonObject);
const indexed = bent(sound, {
  'spec.completionMode': 'Indexed',
  'spec.completions': 5,
  'spec.backoffLimitPerIndex': 1,
});
const failure = (rules: JsonObject[]): JsonObject => ({ 'spec.podFailurePolicy': { rules } });
const success = (rules: JsonObject[]): JsonObject => ({ 'spec.successPolicy': { rules } });

test('jobs: created: counts, modes, policies and the selector that is its own', () => {
  const labels = 'spec.template.metadata.labels';
  const own = {
    'batch.kubernetes.io/controller-uid': UID,
    'batch.kubernetes.io/job-name': 'a',
    'controller-uid': UID,
    'job-name': 'a',
  };
  created(JOB, sound, [
    [{ 'spec.parallelism': -1 }, 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    [
      { 'spec.completionMode': 'Odd' },
      'spec.completionMode: Unsupported value: "Odd": supported values: "NonIndexed", "Indexed"',
    ],
    [
      { 'spec.backoffLimitPerIndex': 1 },
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    ],
    [
      { 'spec.maxFailedIndexes': 1 },
      'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
    ],
    [
      { 'spec.managedBy': 'odd' },
      'spec.managedBy: Invalid value: "odd": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [{ 'spec.managedBy': `example.com/${'x'.repeat(60)}` }, 'spec.managedBy: Too long: may not be more than 63 bytes'],
    [
      { 'spec.successPolicy': { rules: [{ succeededCount: 1 }] } },
      'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
    ],
    [
      { 'spec.podReplacementPolicy': 'Odd' },
      'spec.podReplacementPolicy: Unsupported value: "Odd": supported values: "Failed", "TerminatingOrFailed"',
    ],
    [
      { 'spec.template.spec.restartPolicy': 'Always' },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [{ 'spec.template.metadata.labels.job-name': undefined }, `${labels}[job-name]: Required value: must be 'a'`],
    [
      { 'spec.selector': { matchLabels: { a: 'b' } }, 'spec.template.metadata.labels.a': 'b' },
      `spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: \`selector\` not auto-generated`,
    ],
    [
      { 'spec.selector': undefined },
      'spec.selector: Required value',
      `${labels}: Invalid value: ${JSON.stringify(own)}: \`selector\` does not match template \`labels\``,
    ],
    [
      {
        'spec.manualSelector': true,
        'spec.selector': { matchLabels: { a: 'b' } },
        'spec.template.metadata.labels': { a: 'c' },
      },
      `${labels}: Invalid value: {"a":"c"}: \`selector\` does not match template \`labels\``,
    ],
  ]);
});
test('jobs: indexed: as many at once and as many failures as fit', () => {
  const many = 'when completions are above 100000 and used with backoff limit per index';
  created(JOB, indexed, [
    [
      { 'spec.completions': undefined, 'spec.parallelism': 1 },
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [
      { 'spec.parallelism': 100_001 },
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
    [
      { 'spec.maxFailedIndexes': 6 },
      'spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions',
    ],
    [
      { 'spec.completions': 100_001, 'spec.parallelism': 10_001 },
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
      `spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 ${many}`,
    ],
    [
      { 'spec.completions': 100_001, 'spec.maxFailedIndexes': 10_001 },
      `spec.maxFailedIndexes: Invalid value: 10001: must be less than or equal to 10000 ${many}`,
    ],
    [
      { ...success([]) },
      'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
    ],
    [
      { ...success([{}]) },
      'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
    ],
    [{ ...success([{ succeededIndexes: '0,2-4', succeededCount: 4 }]) }],
    [
      { ...success([{ succeededIndexes: '0,2-3', succeededCount: 6 }]) },
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)',
    ],
    ...Object.entries({
      '1,1': 'non-increasing order, previous: 1, current: 1',
      '3-2': 'non-increasing order, previous: 3, current: 2',
      '1-2-3': `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
      a: 'cannot convert string to integer for index: "a"',
      '5': 'too large index: "5"',
    }).map(
      ([text, said]): Row => [
        success([{ succeededIndexes: text }]),
        `spec.successPolicy.rules[0].succeededIndexes: Invalid value: "${text}": error parsing succeededIndexes: ${said}`,
      ],
    ),
  ]);
  created(
    JOB,
    bent(indexed, {
      'metadata.name': 'x'.repeat(62),
      'spec.template.metadata.labels.job-name': 'x'.repeat(62),
      'spec.template.metadata.labels.batch|kubernetes|io/job-name': 'x'.repeat(62),
      'spec.completionMode': 'NonIndexed',
      'spec.backoffLimitPerIndex': undefined,
    }),
    [
      [
        { 'spec.completionMode': 'Indexed' },
        `metadata.name: Invalid value: "${'x'.repeat(62)}": will not able to create pod with invalid DNS label: ${'x'.repeat(62)}-4`,
      ],
    ],
  );
});
test('jobs: what a failed pod means: actions, codes and conditions', () => {
  const at = 'spec.podFailurePolicy.rules[0]';
  const onExitCodes = { operator: 'In', values: [1] };
  const codes = (changes: JsonObject): JsonObject =>
    failure([{ action: 'FailJob', onExitCodes: { ...onExitCodes, ...changes } }]);
  created(JOB, bent(sound, { 'spec.podReplacementPolicy': undefined }), [
    [codes({})],
    [
      failure([{ onExitCodes }]),
      `${at}.action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`,
    ],
    [
      failure([{ action: 'Odd', onExitCodes }]),
      `${at}.action: Unsupported value: "Odd": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
    ],
    [
      failure([{ action: 'FailIndex', onExitCodes }]),
      `${at}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
    ],
    [
      failure([{ action: 'Count' }]),
      `${at}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ],
    [
      failure([{ action: 'Count', onExitCodes, onPodConditions: [{ type: 'A' }] }]),
      `${at}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
    ],
    [codes({ operator: '' }), `${at}.onExitCodes.operator: Required value: valid values: ["In" "NotIn"]`],
    [
      codes({ containerName: 'b' }),
      `${at}.onExitCodes.containerName: Invalid value: "b": must be one of the container or initContainer names in the pod template`,
    ],
    [codes({ values: [] }), `${at}.onExitCodes.values: Invalid value: []: at least one value is required`],
    [
      codes({ values: [2, 0, 2] }),
      `${at}.onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator`,
      `${at}.onExitCodes.values[2]: Duplicate value: 2`,
      `${at}.onExitCodes.values: Invalid value: [2,0,2]: must be ordered`,
    ],
    [
      failure([{ action: 'Ignore', onPodConditions: [{ type: 'A', status: 'Odd' }] }]),
      `${at}.onPodConditions[0].status: Unsupported value: "Odd": supported values: "False", "True", "Unknown"`,
    ],
    [
      {
        ...codes({}),
        'spec.podReplacementPolicy': 'TerminatingOrFailed',
        'spec.template.spec.restartPolicy': 'OnFailure',
      },
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
  ]);
});
test('jobs: updated: the template of a suspended Job may be moved and resized, an indexed Job may grow', () => {
  const moved = { 'spec.template.spec.nodeSelector': { a: 'b' } };
  const resized = { 'spec.template.spec.containers.0.resources': { requests: { cpu: '1' } } };
  const immutable = (object: JsonObject, bend: Row[0]): string =>
    `spec.template: Invalid value: ${JSON.stringify(filled(object, bend))}: field is immutable`;
  updated(JOB, sound, [
    [{ 'spec.parallelism': 3, 'spec.suspend': true, 'spec.ttlSecondsAfterFinished': 5 }],
    [{ 'spec.completions': 7 }, 'spec.completions: Invalid value: 7: field is immutable'],
    [{ 'spec.managedBy': 'a.b/c' }, 'spec.managedBy: Invalid value: "a.b/c": field is immutable'],
    [moved, immutable(sound, moved)],
  ]);
  const suspended = bent(sound, { 'spec.suspend': true });
  const renamed = { 'spec.template.spec.containers.0.image': 'nginx:2' };
  updated(JOB, suspended, [
    [{ ...moved, ...resized }],
    [{ 'spec.template.spec.affinity': { nodeAffinity: {} } }],
    [renamed, immutable(suspended, renamed)],
  ]);
  const running = bent(suspended, { 'status.active': 1 });
  updated(JOB, running, [[moved, immutable(running, moved)]]);
  updated(JOB, indexed, [
    [{ 'spec.completions': 7, 'spec.parallelism': 7 }],
    [
      { 'spec.completions': 7 },
      'spec.completions: Invalid value: 7: can only be modified in tandem with spec.parallelism',
    ],
  ]);
});
const filled = (object: JsonObject, bend: Row[0]): unknown => {
  const { spec } = prepareForCreate(INFO, { ...bent(object, bend), metadata: { name: 'a', uid: UID } } as JsonObject);
  return (spec as JsonObject)['template'];
};

const time = '2026-01-01T00:00:00Z';
const is = (...types: string[]): JsonObject[] => types.map((type) => ({ type, status: 'True' }));
const done = { startTime: time, completionTime: time, conditions: is('SuccessCriteriaMet', 'Complete') };
test('jobs: status: it ends once, with what belongs to its end', () => {
  const running = bent(sound, { status: { startTime: time, active: 1, failed: 2, succeeded: 1 } });
  const conditions = 'status.conditions: Invalid value';
  updated(
    JOB,
    running,
    [
      [{ 'status.active': 0, 'status.succeeded': 2 }],
      [{ status: { ...done, failed: 2, succeeded: 1 } }],
      [{ 'status.ready': -1 }, 'status.ready: Invalid value: -1: must be greater than or equal to 0'],
      [{ 'status.ready': 2 }, 'status.ready: Invalid value: 2: cannot set more ready pods than active'],
      [{ 'status.failed': 1 }, 'status.failed: Invalid value: 1: cannot decrease the failed counter'],
      [
        { 'status.startTime': undefined },
        'status.startTime: Required value: startTime cannot be removed for unsuspended job',
      ],
      [
        { 'status.completionTime': '2025-01-01T00:00:00Z' },
        'status.completionTime: Invalid value: "2025-01-01T00:00:00Z": cannot set completionTime when there is no Complete=True condition',
        'status.completionTime: Invalid value: "2025-01-01T00:00:00Z": completionTime cannot be set before startTime',
      ],
      [
        { 'status.conditions': is('Complete') },
        'status.completionTime: Required value: completionTime is required for Complete jobs',
        `${conditions}: cannot set Complete=True condition without the SuccessCriteriaMet=true condition`,
        'status.active: Invalid value: 1: active>0 is invalid for finished job',
      ],
      [
        { 'status.conditions': is('Failed'), 'status.active': 0, 'status.terminating': 1 },
        `${conditions}: cannot set Failed=True condition without the FailureTarget=true condition`,
        'status.terminating: Invalid value: 1: terminating>0 is invalid for finished job',
      ],
      [
        { 'status.conditions': is('SuccessCriteriaMet', 'FailureTarget') },
        `${conditions}: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions`,
      ],
      [
        { 'status.uncountedTerminatedPods': { succeeded: ['a', ''], failed: ['a'] } },
        'status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty',
        'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
      ],
      [
        { 'status.completedIndexes': '1' },
        'status.completedIndexes: Invalid value: "1": error parsing completedIndexes: too large index: "1"',
        'status.completedIndexes: Invalid value: "1": cannot set non-empty completedIndexes when non-indexed completion mode',
      ],
    ],
    'status',
  );
  updated(
    JOB,
    bent(sound, { status: done }),
    [
      [
        { 'status.conditions': is('SuccessCriteriaMet') },
        'status.completionTime: Invalid value: "2026-01-01T00:00:00Z": cannot set completionTime when there is no Complete=True condition',
        `${conditions}: cannot disable the terminal Complete=True condition`,
      ],
      [
        { 'status.completionTime': '2026-01-02T00:00:00Z' },
        'status.completionTime: Invalid value: "2026-01-02T00:00:00Z": completionTime cannot be mutated',
      ],
    ],
    'status',
  );
  updated(
    JOB,
    bent(indexed, { status: { startTime: time } }),
    [
      [{ 'status.completedIndexes': '0-2', 'status.failedIndexes': '4' }],
      [
        { 'status.completedIndexes': '0-2', 'status.failedIndexes': '2' },
        'status.failedIndexes: Invalid value: "2": failedIndexes and completedIndexes overlap at index: 2',
      ],
    ],
    'status',
  );
});
test('cron jobs: schedules, zones, limits, and a template without a selector', () => {
  const spec = { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: pod } } } };
  created(CRON, { spec }, [
    [{ 'spec.schedule': '' }, 'spec.schedule: Required value'],
    [
      { 'spec.schedule': 'TZ=UTC 1 * * * *' },
      'spec.schedule: Invalid value: "TZ=UTC 1 * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
    [{ 'spec.timeZone': '' }, 'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string'],
    [{ 'spec.timeZone': 'Europe/Berlin' }],
    [
      { 'spec.timeZone': 'europe/berlin' },
      'spec.timeZone: Invalid value: "europe/berlin": unknown time zone europe/berlin',
    ],
    [{ 'spec.timeZone': '../x' }, 'spec.timeZone: Invalid value: "../x": unknown time zone ../x'],
    [
      { 'spec.timeZone': 'Local' },
      'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    ],
    [
      { 'spec.concurrencyPolicy': 'Odd' },
      'spec.concurrencyPolicy: Unsupported value: "Odd": supported values: "Allow", "Forbid", "Replace"',
    ],
    [
      { 'spec.jobTemplate.spec.selector': { matchLabels: { a: 'b' } }, 'spec.jobTemplate.spec.manualSelector': true },
      'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
      'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
    ],
    [
      { 'spec.failedJobsHistoryLimit': -1 },
      'spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      { 'metadata.name': 'x'.repeat(53) },
      `metadata.name: Invalid value: "${'x'.repeat(53)}": must be no more than 52 characters`,
    ],
  ]);
  const zoned = { ...spec, schedule: 'TZ=UTC 1 * * * *' };
  updated(CRON, { spec: zoned }, [
    [
      { 'spec.timeZone': 'UTC' },
      'spec.schedule: Invalid value: "TZ=UTC 1 * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule',
    ],
  ]);
  updated(CRON, { spec: { ...spec, timeZone: 'No/Where' } }, [[{ 'spec.suspend': true }]]);
});
test('schedules: as robfig/cron reads them', () => {
  const table: readonly (readonly [string, string?])[] = [
    ['* * * * *'],
    ['0 0 1 JAN-DEC mon,FRI'],
    ['5/15 , * ? *'],
    ['@daily'],
    ['@every 1h30m'],
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['@every 5x', 'failed to parse duration @every 5x: time: unknown unit "x" in duration "5x"'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['TZ=No/Where * * * * *', 'provided bad location No/Where: unknown time zone No/Where'],
  ];
  for (const [text, said] of table) assert.equal(cronProblem(text), said, text);
});
