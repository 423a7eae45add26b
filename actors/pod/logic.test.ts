import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, PodSpec } from '../api/types/pod.ts';
import { containersReady, initialized, ready } from './conditions.ts';
import { phaseOf, progressOf, type Statuses, stickyPhase } from './logic.ts';

type Brief = 'none' | 'waiting' | 'running' | 'ready' | 'ok' | 'failed' | 'backoff' | 'backoffOk';
const STATES: Readonly<Record<Exclude<Brief, 'none'>, Partial<ContainerStatus>>> = {
  waiting: { state: { waiting: {} } },
  running: { state: { running: { startedAt: '' } }, started: true },
  ready: { state: { running: { startedAt: '' } }, started: true, ready: true },
  ok: { state: { terminated: { exitCode: 0 } } },
  failed: { state: { terminated: { exitCode: 1 } } },
  backoff: { state: { waiting: {} }, lastState: { terminated: { exitCode: 1 } } },
  backoffOk: { state: { waiting: {} }, lastState: { terminated: { exitCode: 0 } } },
};
/** `init` containers are i0, i1…, a name that begins with s is a sidecar; the rest are c0, c1…. */
function pod(
  restartPolicy: PodSpec['restartPolicy'],
  init: readonly Brief[],
  main: readonly Brief[],
  sidecars: readonly Brief[] = [],
): readonly [PodSpec, Statuses] {
  const statuses = new Map<string, ContainerStatus>();
  const named = (prefix: string, list: readonly Brief[]) =>
    list.map((brief, i) => {
      const name = `${prefix}${i}`;
      const base = { name, lastState: {}, ready: false, restartCount: 0, image: '', imageID: '', state: {} };
      if (brief !== 'none') statuses.set(name, { ...base, ...STATES[brief] });
      return { name, image: '', ...(prefix === 's' ? { restartPolicy: 'Always' } : {}) };
    });
  const initContainers = [...named('s', sidecars), ...named('i', init)];
  return [{ restartPolicy, initContainers, containers: named('c', main) } as unknown as PodSpec, statuses];
}

test('phaseOf: by policy and states of containers', () => {
  const table = [
    ['Always', [], ['waiting'], false, 'Pending'],
    ['Always', [], ['running', 'waiting'], false, 'Pending'],
    ['Always', [], ['running', 'running'], false, 'Running'],
    ['Always', [], ['running', 'failed'], false, 'Running'],
    ['Always', [], ['none', 'running'], false, 'Pending'],
    ['Always', [], ['backoff'], false, 'Running'],
    ['Always', [], ['ok'], false, 'Running'],
    ['Always', [], ['ok'], true, 'Succeeded'],
    ['Always', [], ['ok', 'failed'], true, 'Failed'],
    ['OnFailure', [], ['ok', 'ok'], false, 'Succeeded'],
    ['OnFailure', [], ['ok', 'failed'], false, 'Running'],
    ['Never', [], ['ok', 'ok'], false, 'Succeeded'],
    ['Never', [], ['ok', 'failed'], false, 'Failed'],
    ['Never', [], ['ok', 'running'], false, 'Running'],
    ['Always', ['running'], ['waiting'], false, 'Pending'],
    ['Always', ['ok', 'none'], ['waiting'], false, 'Pending'],
    ['Always', ['failed'], ['waiting'], false, 'Pending'],
    ['Never', ['failed'], ['waiting'], false, 'Failed'],
    ['Always', ['ok'], ['running'], false, 'Running'],
  ] as const;
  for (const [policy, init, main, terminal, want] of table) {
    const [spec, statuses] = pod(policy, init, main);
    assert.equal(phaseOf(spec, statuses, terminal), want, `${policy} [${init}] [${main}] ${terminal}`);
  }
});
test('phaseOf: sidecars: run with the pod, do not decide its end', () => {
  const table = [
    ['Always', ['running'], ['running'], false, 'Running'],
    ['Always', ['waiting'], ['waiting'], false, 'Pending'],
    ['Never', ['ok'], ['ok'], true, 'Succeeded'],
    ['Never', ['failed'], ['ok'], true, 'Succeeded'],
  ] as const;
  for (const [policy, sidecars, main, terminal, want] of table) {
    const [spec, statuses] = pod(policy, [], main, sidecars);
    assert.equal(phaseOf(spec, statuses, terminal), want, `${policy} [${sidecars}] [${main}]`);
  }
});
test('stickyPhase: terminal: stays; over: is terminal', () => {
  assert.equal(stickyPhase('Succeeded', 'Running', false), 'Succeeded');
  assert.equal(stickyPhase('Failed', 'Succeeded', true), 'Failed');
  assert.equal(stickyPhase('Running', 'Pending', true), 'Failed');
  assert.equal(stickyPhase('Running', 'Succeeded', true), 'Succeeded');
});
test('progressOf: init one by one, sidecars once started, then all; over and idle', () => {
  const of = (text: string, begun: string, live: string): string => {
    const [sidecars, init, main] = text.split('/').map((part) => part.split(' ').filter(Boolean) as Brief[]);
    const [spec, statuses] = pod('Never', init!, main!, sidecars!);
    const names = (list: string): ReadonlySet<string> => new Set(list.split(' ').filter(Boolean));
    const { stage, begin } = progressOf(spec, statuses, names(begun), names(live));
    return `${stage} ${begin.join(' ')}`.trim();
  };
  const table = [
    ['/none none/none', '', '', 'initializing i0'],
    ['/running none/none', 'i0', 'i0', 'initializing'],
    ['/ok none/none', 'i0', '', 'initializing i1'],
    ['/ok ok/none none', 'i0 i1', '', 'running c0 c1'],
    ['/failed/none', 'i0', '', 'idle'],
    ['waiting//none', 's0', 's0', 'initializing'],
    ['running//none', 's0', 's0', 'running c0'],
    ['running//running', 's0 c0', 's0 c0', 'running'],
    ['running//ok', 's0 c0', 's0', 'over'],
    ['ok//ok', 's0 c0', '', 'idle'],
  ] as const;
  for (const [text, begun, live, want] of table) assert.equal(of(text, begun, live), want, text);
});
test('conditions: reasons and messages of Kubernetes', () => {
  const [spec, statuses] = pod('Always', ['ok', 'running'], ['waiting', 'ready']);
  assert.equal(
    initialized(spec, new Map([...statuses].filter(([name]) => name.startsWith('i'))), 'Pending').message,
    'containers with incomplete status: [i1]',
  );
  assert.deepEqual(containersReady(spec, statuses, 'Pending'), {
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [c0]',
  });
  assert.equal(containersReady(spec, new Map(), 'Pending').message, 'containers with unknown status: [c0 c1]');
  assert.equal(containersReady(...pod('Never', [], ['ok']), 'Succeeded').reason, 'PodCompleted');
  const gated = { ...spec, readinessGates: [{ conditionType: 'a/b' }] };
  const yes = { status: 'True' } as const;
  assert.equal(ready(gated, yes, []).message, 'corresponding condition of pod readiness gate "a/b" does not exist.');
  assert.equal(ready(gated, yes, [{ type: 'a/b', status: 'True' }]).status, 'True');
});
