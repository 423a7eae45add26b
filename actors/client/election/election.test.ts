import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { api } from '../../../runtime/address.ts';
import { fail } from '../../../runtime/fault.ts';
import type { Message } from '../../../runtime/ports.ts';
import { World } from '../../../runtime/sim/world.ts';
import type { Lease } from '../../api/types/cluster.ts';
import type { ApiRequest } from '../../apiserver/protocol.ts';
import { startElection } from './index.ts';
import { claim, released, type Seen, see } from './logic.ts';
import { electionMachine } from './machine.ts';
import { ELECTION_TIMES, type ElectionEvent } from './protocol.ts';

const lease = (spec: Lease['spec']): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'l', namespace: 'kube-system', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec,
});
const held = lease({
  holderIdentity: 'b',
  leaseDurationSeconds: 15,
  leaseTransitions: 3,
  renewTime: 'x',
  acquireTime: 'y',
});
const seenAt = (at: number): Seen => see(undefined, held, at);

test('election: claim: table', () => {
  const none = claim(undefined, undefined, 'a', 15_000, 0);
  assert.ok(none.take && none.spec.leaseTransitions === 0 && none.spec.leaseDurationSeconds === 15);
  assert.deepEqual(claim(held, seenAt(0), 'a', 15_000, 14_999), { take: false, holder: 'b' });
  const ranOut = claim(held, seenAt(0), 'a', 15_000, 15_000);
  assert.ok(ranOut.take && ranOut.spec.leaseTransitions === 4);
  const mine = claim(held, seenAt(0), 'b', 15_000, 5_000);
  assert.ok(mine.take && mine.spec.leaseTransitions === 3 && mine.spec.acquireTime === 'y');
  const free = claim(lease(released(held, 0)), seenAt(0), 'a', 15_000, 1);
  assert.ok(free.take && free.spec.leaseTransitions === 4);
});
test('election: seen: only a change starts the count anew', () => {
  const first = seenAt(10);
  assert.equal(see(first, held, 99), first);
  assert.equal(see(first, lease({ ...held.spec, renewTime: 'z' }), 99).at, 99);
});

const play = (...events: readonly ElectionEvent[]) => {
  let [state, actions] = initialTransition(electionMachine, { times: ELECTION_TIMES });
  for (const event of events) [state, actions] = transition(electionMachine, state, event);
  const emitted = (actions as readonly { type: string; params: unknown }[])
    .filter((action) => action.type === 'xstate.emit')
    .map((action) => (action.params as { event: { type: string } }).event.type);
  return { value: state.value, status: state.status, emitted };
};
test('election machine: won: leads and says so', () => {
  assert.deepEqual(play(), { value: 'acquiring', status: 'active', emitted: ['attempt.start'] });
  assert.deepEqual(play({ type: 'attempt.won' }), {
    value: { leading: 'resting' },
    status: 'active',
    emitted: ['leadership.won'],
  });
});
test('election machine: refused: follows', () => {
  assert.equal(play({ type: 'attempt.refused', holder: 'b' }).value, 'follower');
});
test('election machine: the deadline passes, or another has it: lost, and the attempt is abandoned first', () => {
  for (const event of [{ type: 'deadline.passed' }, { type: 'attempt.refused', holder: 'b' }] as const)
    assert.deepEqual(play({ type: 'attempt.won' }, event), {
      value: 'lost',
      status: 'active',
      emitted: ['attempt.abandon', 'leadership.lost'],
    });
});
test('election machine: stopped while leading: no longer leads, then releases', () => {
  const stopped = play({ type: 'attempt.won' }, { type: 'election.stop' });
  assert.deepEqual(stopped.emitted, ['attempt.abandon', 'leadership.lost', 'lease.release']);
  assert.equal(play({ type: 'attempt.won' }, { type: 'election.stop' }, { type: 'lease.released' }).status, 'done');
  assert.equal(play({ type: 'election.stop' }).status, 'done');
});

test('election: the answer to its claim comes late: it does not lead by that, but by the next', () => {
  const world = new World({ seed: 1 });
  const told: string[] = [];
  const answer = (verb: string, afterMs: number): void => {
    world.bus.subscribe(api('sim', verb), ({ message, reply }) => {
      const { body } = message as ApiRequest;
      const answered =
        body === undefined ? { type: 'fault', ...fail('NotFound', 'none') } : { type: 'api.object', object: body };
      world.clock.setTimeout(() => reply?.(answered as Message), afterMs);
    });
  };
  answer('get', 1);
  answer('create', 6_000);
  answer('update', 1);
  const note = (what: string) => () => void told.push(what);
  const options = { manager: 'm', name: 'x', identity: 'a', user: { name: 'u', groups: [] } };
  startElection(world.host('h'), options, { won: note('won'), lost: note('lost'), ended: note('ended') });
  world.advance(7_000);
  assert.deepEqual(told, []);
  world.advance(4_000);
  assert.deepEqual(told, ['won']);
});
