import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { type EtcdEvent, etcdMachine } from './machine.ts';

const input = { exclusive: false, compactionMs: 30_000, announceMs: 8_000, resignMs: 2_000 };

/** Where these events lead from the start, and what is done at the last of them. */
function after(events: readonly EtcdEvent[], alone = false): readonly [state: string, effects: readonly string[]] {
  const now = { ...input, exclusive: alone };
  let [state, actions] = initialTransition(etcdMachine, now);
  for (const event of events) [state, actions] = transition(etcdMachine, state, event);
  const value = typeof state.value === 'string' ? state.value : Object.keys(state.value)[0]!;
  const emitted = actions
    .filter(({ type }) => String(type) === 'xstate.emit')
    .map(({ params }) => (params as unknown as { event: { type: string } }).event.type);
  return [value, emitted];
}
const recovered: EtcdEvent = { type: 'log.recovered' };
const silent: EtcdEvent = { type: 'leader.silent' };
const won: EtcdEvent = { type: 'lead.won' };
const lost: EtcdEvent = { type: 'log.lost' };
const stop: EtcdEvent = { type: 'etcd.stop' };
const resigned: EtcdEvent = { type: 'lead.resigned' };
const leading = [recovered, silent, won];

const MEMBER: readonly (readonly [what: string, events: readonly EtcdEvent[], state: string, effects: string[]])[] = [
  ['starts', [], 'recovering', ['log.recover']],
  ['has read', [recovered], 'catchingUp', ['leader.watch', 'member.announce']],
  ['is announced', [recovered, { type: 'member.joined' }], 'follower', ['leader.unwatch', 'leader.watch']],
  ['nobody leads', [recovered, silent], 'candidate', ['leader.unwatch', 'lead.campaign']],
  ['another was first', [recovered, silent, { type: 'lead.lost' }], 'catchingUp', ['leader.watch', 'member.announce']],
  ['does not know whether it won', [recovered, silent, lost], 'recovering', ['log.recover']],
  ['wins', leading, 'leader', ['lead.begin']],
  ['is deposed', [...leading, lost], 'recovering', ['lead.end', 'log.recover']],
  ['hands over', [...leading, { type: 'leader.transfer', to: 'b' }], 'steppingDown', ['lead.end', 'lead.resign']],
  ['has handed over', [...leading, { type: 'leader.transfer', to: 'b' }, resigned], 'follower', ['leader.watch']],
  ['is stopped', [...leading, stop], 'steppingDown', ['lead.end', 'lead.resign']],
  ['has said so', [...leading, stop, resigned], 'closing', ['service.close']],
  ['cannot say so', [...leading, stop, lost], 'closing', ['service.close']],
  ['is removed', [...leading, { type: 'member.removed' }], 'removed', ['lead.end', 'member.retire']],
  ['is removed and stopped', [recovered, { type: 'member.removed' }, stop], 'closing', ['service.close']],
  ['is closed', [recovered, stop, { type: 'log.closed' }], 'closed', []],
  ['hears late that it is silent', [recovered, { type: 'member.joined' }, stop, silent], 'closing', []],
];
for (const [what, events, state, effects] of MEMBER)
  test(`etcd chart: a member ${what}: ${state}`, () => assert.deepEqual(after(events), [state, effects]));

test('etcd chart: alone: leads as soon as it has read, closes without a word to others', () => {
  assert.deepEqual(after([recovered], true), ['leader', ['lead.begin']]);
  assert.deepEqual(after([recovered, stop], true), ['closing', ['lead.end', 'service.close']]);
});
