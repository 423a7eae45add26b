import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import type { Job, JobSpec, JobStatus } from '../../api/types/batch.ts';
import type { Pod } from '../../api/types/pod.ts';
import { failuresAfter, remainingMs } from './backoff.ts';
import { judge } from './failure-policy.ts';
import { formatIndexes, parseIndexes } from './indexes.ts';
import { plan } from './logic.ts';
import { look } from './look.ts';
import { type Mode, runMachine } from './machine.ts';
import { COMPLETION_INDEX, type Failures, FINALIZER, INDEX_FAILURES, INDEX_FAILURES_IGNORED } from './protocol.ts';
import { met } from './success-policy.ts';
import { account, settle } from './tracking.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z');

const job = (spec: Partial<JobSpec> = {}, status: JobStatus = {}, deleting = false): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'pi',
    namespace: 'default',
    uid: 'job',
    resourceVersion: '1',
    creationTimestamp: ago(100),
    ...(deleting ? { deletionTimestamp: ago(0) } : {}),
  },
  spec: {
    parallelism: 1,
    completions: 1,
    completionMode: 'NonIndexed',
    backoffLimit: 6,
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    selector: { matchLabels: { job: 'pi' } },
    template: {
      metadata: { labels: { job: 'pi' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'pi' }] } as unknown as Pod['spec'],
    },
    ...spec,
  },
  status: { startTime: ago(50), ...status },
});
const indexed = (spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job =>
  job({ completionMode: 'Indexed', completions: 4, parallelism: 4, ...spec }, status);

interface Seen {
  readonly phase?: Pod['status']['phase'];
  readonly index?: number | string;
  readonly failures?: number;
  readonly deleting?: boolean;
  readonly untracked?: boolean;
  readonly code?: number;
  readonly endedAgo?: number;
  readonly restarts?: number;
  readonly disrupted?: boolean;
  readonly node?: string;
}
const pod = (name: string, seen: Seen = {}): Pod => {
  const index = seen.index === undefined ? {} : { [COMPLETION_INDEX]: String(seen.index) };
  const failures = seen.failures === undefined ? {} : { [INDEX_FAILURES]: String(seen.failures) };
  const terminated = { exitCode: seen.code ?? 0, finishedAt: ago(seen.endedAgo ?? 5) };
  const ended = seen.phase === 'Failed' || seen.phase === 'Succeeded';
  const disruption = { type: 'DisruptionTarget', status: 'True' } as const;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: ago(40),
      labels: { job: 'pi' },
      annotations: { ...index, ...failures },
      ...(seen.untracked ? {} : { finalizers: [FINALIZER] }),
      ...(seen.deleting ? { deletionTimestamp: ago(1), deletionGracePeriodSeconds: 0 } : {}),
    },
    spec: { nodeName: seen.node ?? 'n1' } as Pod['spec'],
    status: {
      phase: seen.phase ?? 'Running',
      conditions: seen.disrupted ? [disruption] : [],
      containerStatuses: [
        { name: 'main', restartCount: seen.restarts ?? 0, state: ended ? { terminated } : { running: {} } },
      ] as unknown as NonNullable<Pod['status']['containerStatuses']>,
    },
  };
};
const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name);
const planned = (one: Job, pods: readonly Pod[], failures?: Failures) => plan(look(one, pods), failures, NOW);
const NONE = { active: 0, ready: 0, terminating: 0 };

test('job: plan: makes and deletes as parallelism and completions say', () => {
  const ends = (count: number) => Array.from({ length: count }, (_, i) => pod(`s${i}`, { phase: 'Succeeded' }));
  const cases: [why: string, job: Job, pods: Pod[], create: number, remove: string[]][] = [
    ['the first', job(), [], 1, []],
    ['as many as may run', job({ completions: 9, parallelism: 3 }), [pod('a')], 2, []],
    ['no more than are missing', job({ completions: 3, parallelism: 3 }), ends(2), 1, []],
    ['enough succeeded', job({ completions: 2, parallelism: 3 }), ends(2), 0, []],
    ['a work queue', job({ completions: undefined as never, parallelism: 3 }), [pod('a')], 2, []],
    ['a work queue after a success', job({ completions: undefined as never, parallelism: 3 }), ends(1), 0, []],
    ['fewer may run', job({ completions: 9 }), [pod('a'), pod('b', { node: '' })], 0, ['b']],
    ['suspended', job({ suspend: true, parallelism: 2 }), [pod('a'), pod('b')], 0, ['a', 'b']],
    ['counted already', job({ completions: 3, parallelism: 3 }, { succeeded: 2 }), [], 1, []],
    ['at most a burst', job({ completions: 900, parallelism: 900 }), [], 500, []],
    ['being deleted', job({}, {}, true), [], 0, []],
    ['one is leaving', job(), [pod('a', { deleting: true })], 1, []],
    ['one is leaving and may fail yet', job({ podReplacementPolicy: 'Failed' }), [pod('a', { deleting: true })], 0, []],
  ];
  for (const [why, one, pods, create, remove] of cases) {
    const { create: made, remove: lost, verdict } = planned(one, pods);
    assert.deepEqual([verdict, made.length, names(lost).sort()], [undefined, create, remove], why);
    assert.deepEqual(planned(one, pods), planned(one, pods), 'twice the same');
  }
});

test('job: verdict: each limit, with its reason; once said it stands', () => {
  const failed = (count: number, seen: Seen = {}) =>
    Array.from({ length: count }, (_, i) => pod(`f${i}`, { phase: 'Failed', code: 1, ...seen }));
  const onFailure = job({ backoffLimit: 2 }).spec.template;
  const template = { ...onFailure, spec: { ...onFailure.spec, restartPolicy: 'OnFailure' as const } };
  const said = { type: 'FailureTarget', status: 'True', reason: 'FailedIndexes', message: 'so' } as const;
  const policy = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] } as const;
  const cases: [reason: string | undefined, job: Job, pods: Pod[]][] = [
    [undefined, job({ backoffLimit: 2 }), failed(2)],
    ['BackoffLimitExceeded', job({ backoffLimit: 2 }), failed(3)],
    ['BackoffLimitExceeded', job({ backoffLimit: 0 }), [pod('a', { deleting: true })]],
    [undefined, job({ backoffLimit: 2, template }), [pod('a', { restarts: 1 })]],
    ['BackoffLimitExceeded', job({ backoffLimit: 2, template }), [pod('a', { restarts: 2 })]],
    ['BackoffLimitExceeded', job({ backoffLimit: 0, template }), [pod('a', { restarts: 1 })]],
    [undefined, job({ activeDeadlineSeconds: 51 }), []],
    ['DeadlineExceeded', job({ activeDeadlineSeconds: 50 }), []],
    [undefined, job({ activeDeadlineSeconds: 50, suspend: true }), []],
    ['PodFailurePolicy', job({ podFailurePolicy: policy }), failed(1, { code: 42 })],
    [undefined, job({ podFailurePolicy: policy }), failed(1, { code: 41 })],
    ['FailedIndexes', job({}, { conditions: [said] }), []],
    ['MaxFailedIndexesExceeded', indexed({ backoffLimitPerIndex: 0, maxFailedIndexes: 0 }), failed(1, { index: 2 })],
    ['FailedIndexes', indexed({ backoffLimitPerIndex: 0 }, { completedIndexes: '0-2' }), failed(1, { index: 3 })],
    [undefined, indexed({ backoffLimitPerIndex: 0 }, { completedIndexes: '0,1' }), failed(1, { index: 3 })],
    [undefined, indexed({ backoffLimitPerIndex: 1 }, { completedIndexes: '0-2' }), failed(1, { index: 3 })],
    ['SuccessPolicy', indexed({ successPolicy: { rules: [{ succeededCount: 2 }] } }, { completedIndexes: '0,3' }), []],
  ];
  for (const [i, [reason, one, pods]] of cases.entries())
    assert.equal(planned(one, pods).verdict?.reason, reason, `case ${i}`);
  assert.equal(planned(job({ activeDeadlineSeconds: 60 }), [pod('a')]).afterMs, 10_000);
  assert.equal(
    planned(job({ podFailurePolicy: policy }), failed(1, { code: 42 })).verdict?.message,
    'Container main for pod default/f0 failed with exit code 42 matching FailJob rule at index 0',
  );
});

test('job: failure policy: the first rule that matches decides', () => {
  const policy = {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailIndex', onExitCodes: { containerName: 'main', operator: 'In', values: [7] } },
      { action: 'Count', onExitCodes: { containerName: 'other', operator: 'NotIn', values: [1] } },
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [1, 2] } },
    ],
  } as const;
  const cases: [Seen, string | undefined, boolean][] = [
    [{ disrupted: true, code: 7 }, 'Ignore', false],
    [{ code: 7 }, 'FailIndex', true],
    [{ code: 1 }, undefined, true],
    [{ code: 3 }, 'FailJob', true],
    [{ code: 0 }, undefined, true],
  ];
  for (const [seen, action, counts] of cases) {
    const judged = judge(policy, pod('a', { phase: 'Failed', ...seen }));
    assert.deepEqual([judged.action, judged.counts], [action, counts], JSON.stringify(seen));
  }
});

test('job: back-off: doubles from 10 s to 10 min; a success forgives', () => {
  const wait = (count: number): number => remainingMs({ count, lastMs: NOW }, NOW) / 1000;
  assert.deepEqual([0, 1, 2, 3, 6, 7, 60].map(wait), [0, 10, 20, 40, 320, 600, 600]);
  const at = (name: string, endedAgo: number) => pod(name, { phase: 'Failed', endedAgo });
  const lastMs = NOW - 5_000;
  assert.deepEqual(failuresAfter(undefined, [], [at('a', 9), at('b', 5)]), { count: 2, lastMs });
  assert.deepEqual(failuresAfter({ count: 3, lastMs: 0 }, [], [at('b', 5)]), { count: 4, lastMs });
  assert.deepEqual(failuresAfter({ count: 3, lastMs: 0 }, [at('s', 7)], [at('a', 9), at('b', 5)]), {
    count: 1,
    lastMs,
  });
  assert.equal(failuresAfter({ count: 3, lastMs: 0 }, [at('s', 7)], []), undefined);
  const { create, waitMs } = planned(job(), [at('a', 4)], { count: 1, lastMs: NOW - 4_000 });
  assert.deepEqual([create.length, waitMs], [0, 6_000]);
});

test('job: indexes: read, written, the first that are free', () => {
  for (const text of ['', '0', '0,1', '1,3-5,7', '0-3']) assert.equal(formatIndexes(parseIndexes(text, 10)), text);
  assert.equal(formatIndexes(parseIndexes('x,1,2-9', 4)), '1-3');
  const create = (one: Job, pods: Pod[]) => planned(one, pods).create.map(({ metadata }) => metadata.generateName);
  assert.deepEqual(create(indexed({}, { completedIndexes: '1' }), [pod('a', { index: 2 })]), ['pi-0-', 'pi-3-']);
  const long = indexed();
  const name = 'x'.repeat(60);
  assert.equal(create({ ...long, metadata: { ...long.metadata, name } }, [])[0], `${'x'.repeat(55)}-0-`);
});
test('job: an indexed pod: knows its index four ways', () => {
  const [first] = planned(indexed(), []).create;
  assert.equal(first?.metadata.labels?.[COMPLETION_INDEX], '0');
  assert.equal(first?.metadata.annotations?.[COMPLETION_INDEX], '0');
  assert.equal(first?.spec?.hostname, 'pi-0');
  assert.deepEqual(first?.spec?.containers?.[0]?.env, [
    {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
    },
  ]);
  assert.deepEqual(first?.metadata.finalizers, [FINALIZER]);
});
test('job: surplus of indexes: of two with one index the better stays, others go', () => {
  const pods = [
    pod('a', { index: 0 }),
    pod('worse', { index: 0, phase: 'Pending' }),
    pod('beyond', { index: 4 }),
    pod('none'),
  ];
  assert.deepEqual(names(planned(indexed(), pods).remove).sort(), ['beyond', 'none', 'worse']);
});
test('job: back-off of an index: its failures pass from pod to pod, the last waits for its successor', () => {
  const each = { backoffLimitPerIndex: 3, podFailurePolicy: undefined as never };
  const pods = [
    pod('a', { index: 1, phase: 'Failed', failures: 0, endedAgo: 60 }),
    pod('b', { index: 1, phase: 'Failed', failures: 1, endedAgo: 30 }),
  ];
  const one = indexed({ ...each, completions: 2 }, { completedIndexes: '0' });
  const [next] = planned(one, pods).create;
  assert.equal(next?.metadata.annotations?.[INDEX_FAILURES], '2');
  const early = [...pods.slice(0, 1), pod('b', { index: 1, phase: 'Failed', failures: 1, endedAgo: 5 })];
  assert.deepEqual([planned(one, early).create.length, planned(one, early).waitMs], [0, 15_000]);
  assert.deepEqual(names(account(look(one, pods), undefined, NONE, NOW).release), ['a']);
  const rules = [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [9] } }] as const;
  const ignoring = indexed({ ...each, completions: 2, podFailurePolicy: { rules } }, { completedIndexes: '0' });
  const ignored = planned(ignoring, [pod('b', { index: 1, phase: 'Failed', failures: 1, code: 9, endedAgo: 90 })]);
  const annotations = ignored.create[0]?.metadata.annotations;
  assert.deepEqual([annotations?.[INDEX_FAILURES], annotations?.[INDEX_FAILURES_IGNORED]], ['1', '1']);
});

test('job: success policy: the first rule that is met says which', () => {
  const at = (text: string) => parseIndexes(text, 10);
  const rules = [{ succeededIndexes: '2-4', succeededCount: 2 }, { succeededIndexes: '8' }, { succeededCount: 5 }];
  const cases: [succeeded: string, want: string | undefined][] = [
    ['', undefined],
    ['0,2', undefined],
    ['2,4', 'Matched rules at index 0'],
    ['0,8', 'Matched rules at index 1'],
    ['0,1,5-7', 'Matched rules at index 2'],
  ];
  for (const [succeeded, want] of cases) assert.equal(met({ rules }, 10, at(succeeded)), want, succeeded);
});

test('job: counting: named, let go, then a number; a pod that vanished in between is counted once', () => {
  const one = job(
    { completions: 2, parallelism: 2 },
    { succeeded: 1, uncountedTerminatedPods: { failed: ['uid-gone'] } },
  );
  const pods = [
    pod('s', { phase: 'Succeeded' }),
    pod('f', { phase: 'Failed', code: 1 }),
    pod('old', { untracked: true, phase: 'Failed' }),
  ];
  const first = account(look(one, pods), undefined, NONE, NOW);
  assert.deepEqual(first.status.uncountedTerminatedPods, { succeeded: ['uid-s'], failed: ['uid-f'] });
  assert.deepEqual([first.status.succeeded, first.status.failed], [1, 1], 'what is gone is a number');
  assert.deepEqual(names(first.release), ['s', 'f']);
  assert.equal(first.verdict?.reason, 'CompletionsReached');
  const half = settle(first, new Set(['uid-f']), NOW);
  assert.deepEqual([half.succeeded, half.failed], [2, 1]);
  assert.equal(half.completionTime, undefined, 'one is uncounted');
  const done = settle(first, new Set(), NOW);
  assert.deepEqual([done.succeeded, done.failed, done.completionTime], [2, 2, ago(0)]);
  assert.deepEqual(
    done.conditions?.map(({ type }) => type),
    ['SuccessCriteriaMet', 'Complete'],
  );
  // The same again, after the first write was stored and nothing else happened.
  const again = account(look({ ...one, status: first.status }, pods), undefined, NONE, NOW + 9_000);
  assert.deepEqual(again.status, first.status);
});
test('job: counting: a failed Job: what has not ended has failed; it is not over while pods are leaving', () => {
  const one = job({ backoffLimit: 0, completions: 2, parallelism: 2 });
  const pods = [pod('f', { phase: 'Failed', code: 1 }), pod('a')];
  const { verdict } = planned(one, pods);
  const first = account(look(one, pods), verdict, { active: 0, ready: 0, terminating: 1 }, NOW);
  assert.deepEqual(first.status.uncountedTerminatedPods?.failed, ['uid-f', 'uid-a']);
  const leaving = settle(first, new Set(), NOW);
  assert.deepEqual(
    leaving.conditions?.map(({ type }) => type),
    ['FailureTarget'],
  );
  const over = settle({ ...first, status: { ...first.status, terminating: 0 } }, new Set(), NOW);
  assert.deepEqual(
    over.conditions?.map(({ type }) => type),
    ['FailureTarget', 'Failed'],
  );
});
test('job: suspension: no start time while suspended, a new one when resumed', () => {
  const suspended = account(look(job({ suspend: true }), []), undefined, NONE, NOW);
  assert.deepEqual([suspended.suspension, suspended.status.startTime], ['Suspended', undefined]);
  const { conditions = [] } = suspended.status;
  assert.deepEqual(
    conditions.map(({ reason, message }) => [reason, message]),
    [['JobSuspended', 'Job suspended']],
  );
  const resumed = account(look(job({}, { conditions, startTime: undefined as never }), []), undefined, NONE, NOW);
  assert.deepEqual([resumed.suspension, resumed.status.startTime], ['Resumed', ago(0)]);
  assert.deepEqual(
    resumed.status.conditions?.map(({ status, reason }) => [status, reason]),
    [['False', 'JobResumed']],
  );
  assert.equal(account(look(job(), []), undefined, NONE, NOW).suspension, undefined);
});

test('job: run: seen in the mode that it is in; a wait ends by itself', () => {
  const looked = (mode: Mode, waitMs = 0) => ({ type: 'run.looked', mode, waitMs }) as const;
  let [state] = initialTransition(runMachine);
  assert.equal(state.value, 'waiting');
  for (const mode of ['running', 'backingOff', 'running', 'suspended', 'running', 'failing'] as const) {
    [state] = transition(runMachine, state, looked(mode, mode === 'backingOff' ? 10_000 : 0));
    assert.equal(state.value, mode);
  }
  [state] = transition(runMachine, state, looked('over'));
  assert.equal(state.status, 'done');
});
