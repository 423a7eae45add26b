import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ipam } from './ipam.ts';

const take = (ipam: Ipam, owner: string): string => {
  const taken = ipam.take(owner);
  assert(taken.ok);
  return taken.value;
};
test('ipam: take: the same owner gets the same address, another one another', () => {
  const ipam = new Ipam('10.244.1.0/24');
  assert.equal(take(ipam, 'a'), '10.244.1.2');
  assert.equal(take(ipam, 'b'), '10.244.1.3');
  assert.equal(take(ipam, 'a'), '10.244.1.2');
});
test('ipam: release: the address rests until the others had their turn', () => {
  const ipam = new Ipam('10.244.1.0/24');
  take(ipam, 'a');
  ipam.release('a');
  assert.equal(take(ipam, 'b'), '10.244.1.3');
});
test('ipam: full: Busy, and room again after a release', () => {
  const ipam = new Ipam('127.244.1.0/24');
  for (let i = 0; i < 253; i++) take(ipam, `pod-${i}`);
  const refused = ipam.take('one-more');
  assert.equal(!refused.ok && refused.fault.reason, 'Busy');
  ipam.release('pod-7');
  assert.equal(take(ipam, 'one-more'), '127.244.1.9');
});
test('ipam: adopt: a known address is kept, a foreign or taken one is refused', () => {
  const ipam = new Ipam('10.244.1.0/24');
  assert.equal(ipam.adopt('a', '10.244.1.9'), true);
  assert.equal(ipam.adopt('b', '10.244.1.9'), false);
  assert.equal(ipam.adopt('b', '10.243.1.8'), false);
  assert.equal(ipam.adopt('b', '10.244.1.255'), false);
  assert.equal(take(ipam, 'a'), '10.244.1.9');
  assert.equal(take(ipam, 'c'), '10.244.1.10');
});
