import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { fail, ok } from '../../../runtime/fault.ts';
import type { Container, Probe } from '../../api/types/pod.ts';
import { answerOf, requestOf } from './logic.ts';
import { probeMachine } from './machine.ts';
import type { ProbeEffect, ProbeEvent } from './protocol.ts';

/** What it reports after each answer. */
function verdicts(successThreshold: number, failureThreshold: number, answers: string, once = false): string {
  const limits = { initialDelayMs: 0, periodMs: 1_000, successThreshold, failureThreshold };
  let [state] = initialTransition(probeMachine, { limits, once, jitter: 0 });
  let said = '';
  for (const answer of answers) {
    const step = { type: `xstate.after.${state.value === 'delayed' ? 'first' : 'period'}.probe.${state.value}` };
    [state] = transition(probeMachine, state, step as unknown as ProbeEvent);
    const [next, actions] = transition(probeMachine, state, {
      type: 'probe.answered',
      ok: answer === '+',
      message: '',
    });
    state = next;
    const events = emitted(actions);
    const verdict = events.find((event) => event.type === 'verdict.report');
    said += verdict === undefined ? '.' : verdict.ok ? '+' : '-';
  }
  return said;
}
const emitted = (actions: readonly { type: string; params?: unknown }[]): readonly ProbeEffect[] =>
  actions.filter(({ type }) => type === 'xstate.emit').map(({ params }) => (params as { event: ProbeEffect }).event);
test('probe: thresholds: a verdict only when they are reached', () => {
  const table = [
    [1, 3, '+', '+'],
    [1, 3, '++', '+.'],
    [1, 3, '--+', '..+'],
    [1, 3, '----', '..--'],
    [2, 1, '+-++', '.-.+'],
    [1, 3, '---+', '..-+'],
  ] as const;
  for (const [success, failure, answers, want] of table)
    assert.equal(verdicts(success, failure, answers), want, answers);
});
test('probe: startup: over with its first success', () => {
  assert.equal(verdicts(1, 3, '-+', true), '.+');
});
const container = {
  name: 'main',
  ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }],
} as unknown as Container;
test('requestOf: exec, HTTP by a named port, TCP, what cannot be tried', () => {
  const common = { timeoutSeconds: 2, periodSeconds: 1, successThreshold: 1, failureThreshold: 1 };
  const of = (probe: Partial<Probe>) => requestOf({ ...common, ...probe }, container, 'uid', 'c0');
  assert.deepEqual(of({ exec: { command: ['x'] } }), {
    type: 'container.exec',
    id: 'c0',
    command: ['x'],
    timeoutMs: 2_000,
  });
  const http = of({ httpGet: { port: 'web', path: 'up' } });
  assert.ok(http?.type === 'probe.http');
  assert.deepEqual([http.port, http.path, http.scheme], [8080, '/up', 'HTTP']);
  assert.equal(of({ tcpSocket: { port: 81 } })?.type, 'probe.tcp');
  assert.equal(of({ tcpSocket: { port: 'none' } }), undefined);
  assert.equal(of({}), undefined);
});
test('answerOf: nobody could try: counts neither way', () => {
  assert.equal(answerOf(fail('Unavailable', 'nobody listens')), undefined);
  assert.equal(answerOf(fail('Timeout', 'slow'))?.ok, false);
  const bytes = new Uint8Array();
  assert.equal(answerOf(ok({ type: 'container.executed', exitCode: 1, stdout: bytes, stderr: bytes }))?.ok, false);
});
