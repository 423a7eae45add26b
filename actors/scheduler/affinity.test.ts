import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodAffinity, PodAffinityTerm, TopologySpreadConstraint } from '../api/types/pod.ts';
import { node, pod } from './fixtures.ts';
import { Rig } from './rig.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
/** a1 and a2 in zone a, b1 in zone b. */
const table = (): Rig =>
  new Rig().node(...['a1', 'a2', 'b1'].map((name) => node(name, { labels: { [ZONE]: name[0]! } })));
const labelled = (name: string, app: string, spec: object = {}, more: Partial<Pod['metadata']> = {}): Pod =>
  pod(name, spec as Partial<Pod['spec']>, { labels: { app }, ...more });
const term = (app: string, topologyKey: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  labelSelector: { matchLabels: { app } },
  topologyKey,
  ...more,
});
const required = (...terms: PodAffinityTerm[]): PodAffinity => ({
  requiredDuringSchedulingIgnoredDuringExecution: terms,
});
const near = (...terms: PodAffinityTerm[]) => ({ affinity: { podAffinity: required(...terms) } });
const apart = (...terms: PodAffinityTerm[]) => ({ affinity: { podAntiAffinity: required(...terms) } });
const place = (rig: Rig, one: Pod, on: string) => rig.place(one, on);
const answer = (rig: Rig, one: Pod): string =>
  rig.answer(one).replace(/^0\/\d+ nodes are available: (.*?)\. no new claims.*$/, '$1');

test('affinity: near: only in the domain where the other is; nowhere when there is none', () => {
  const nodes = table();
  assert.equal(
    answer(nodes, labelled('p', 'web', near(term('db', ZONE)))),
    "3 node(s) didn't match pod affinity rules",
  );
  place(nodes, labelled('db', 'db'), 'b1');
  assert.equal(answer(nodes, labelled('p', 'web', near(term('db', ZONE)))), 'b1');
  nodes.gone(labelled('db', 'db', { nodeName: 'b1' }));
  assert.equal(
    answer(nodes, labelled('p', 'web', near(term('db', ZONE)))),
    "3 node(s) didn't match pod affinity rules",
  );
});
test('affinity: near its own kind: the first may go anywhere, the next follow', () => {
  const nodes = table();
  const together = (name: string) => labelled(name, 'web', near(term('web', HOST)));
  const first = answer(nodes, together('p1'));
  place(nodes, together('p1'), first);
  assert.equal(answer(nodes, together('p2')), first);
});
test('affinity: apart: one a domain, then no more', () => {
  const nodes = table();
  const lonely = (name: string) => labelled(name, 'web', apart(term('web', HOST)));
  for (const name of ['p1', 'p2', 'p3']) place(nodes, lonely(name), answer(nodes, lonely(name)));
  assert.deepEqual(
    nodes.cluster.table.nodes.map((info) => info.pods.size),
    [1, 1, 1],
  );
  assert.equal(answer(nodes, lonely('p4')), "3 node(s) didn't match pod anti-affinity rules");
});
test('affinity: who is there wants nobody near: a newcomer keeps away though it does not mind', () => {
  const nodes = table();
  place(nodes, labelled('shy', 'shy', apart(term('web', ZONE))), 'a1');
  assert.equal(answer(nodes, labelled('p', 'web')), 'b1');
  place(nodes, labelled('shy2', 'shy', apart(term('web', ZONE))), 'b1');
  assert.equal(answer(nodes, labelled('p', 'web')), "3 node(s) didn't satisfy existing pods anti-affinity rules");
  nodes.gone(labelled('shy', 'shy', { nodeName: 'a1' }));
  assert.match(answer(nodes, labelled('p', 'web')), /^a/);
});
test('affinity: namespaces: its own, those named, those selected', () => {
  const nodes = table();
  nodes.cluster.table.setNamespace('prod', { stage: 'prod' });
  place(nodes, labelled('db', 'db', {}, { namespace: 'prod' }), 'b1');
  const ask = (more: Partial<PodAffinityTerm>) => answer(nodes, labelled('p', 'web', near(term('db', ZONE, more))));
  assert.match(ask({}), /affinity rules/);
  assert.equal(ask({ namespaces: ['prod'] }), 'b1');
  assert.equal(ask({ namespaceSelector: { matchLabels: { stage: 'prod' } } }), 'b1');
  assert.match(ask({ namespaceSelector: { matchLabels: { stage: 'test' } } }), /affinity rules/);
  assert.equal(ask({ namespaceSelector: {} }), 'b1');
});
test('affinity: preferred: drawn to one, driven from another', () => {
  const nodes = table();
  place(nodes, labelled('db', 'db'), 'b1');
  place(nodes, labelled('noisy', 'noisy'), 'a1');
  const preferred = (kind: 'podAffinity' | 'podAntiAffinity', app: string) => ({
    affinity: {
      [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term(app, HOST) }] },
    },
  });
  assert.equal(answer(nodes, labelled('p', 'web', preferred('podAffinity', 'db'))), 'b1');
  assert.notEqual(answer(nodes, labelled('p', 'web', preferred('podAntiAffinity', 'noisy'))), 'a1');
});
test('affinity: a node changes its zone: what stands on it goes along', () => {
  const nodes = table();
  place(nodes, labelled('db', 'db'), 'b1');
  const wanting = labelled('p', 'web', near(term('db', ZONE)));
  assert.equal(answer(nodes, wanting), 'b1');
  nodes.node(node('b1', { labels: { [ZONE]: 'c' } }));
  nodes.node(node('a1', { labels: { [ZONE]: 'b' }, spec: { unschedulable: false } }));
  assert.equal(answer(nodes, wanting), 'b1');
});

const spread = (constraint: Partial<TopologySpreadConstraint> = {}) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: ZONE,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...constraint,
    },
  ],
});
test('topology spread: hard: the emptiest zone is not left behind', () => {
  const nodes = table();
  place(nodes, labelled('p1', 'web'), 'b1');
  assert.match(answer(nodes, labelled('p2', 'web', spread())), /^a/);
  place(nodes, labelled('p2', 'web'), 'a1');
  place(nodes, labelled('p3', 'web'), 'a2');
  assert.equal(answer(nodes, labelled('p4', 'web', spread())), 'b1');
  nodes.node(node('b1', { labels: { [ZONE]: 'b' }, spec: { unschedulable: true } }));
  assert.equal(
    answer(nodes, labelled('p4', 'web', spread())),
    "1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints",
  );
});
test('topology spread: nodes without the label, zones that it may not use, too few zones', () => {
  const nodes = table();
  nodes.node(node('c1'));
  place(nodes, labelled('p1', 'web'), 'a1');
  const only = { nodeSelector: { [ZONE]: 'a' } };
  assert.match(answer(nodes, labelled('p', 'web', { ...spread(), ...only })), /^a/);
  const nowhere = answer(nodes, labelled('p', 'web', { ...spread(), nodeSelector: { [HOST]: 'c1' } }));
  assert.match(nowhere, /1 node\(s\) didn't match pod topology spread constraints \(missing required label\)/);
  place(nodes, labelled('p2', 'web'), 'b1');
  const minDomains = answer(nodes, labelled('p', 'web', spread({ minDomains: 3 })));
  assert.match(minDomains, /3 node\(s\) didn't match pod topology spread constraints/);
});
test('topology spread: soft: the least crowded zone is preferred', () => {
  const nodes = table();
  for (let i = 0; i < 3; i++) place(nodes, labelled(`b${i}`, 'web'), 'b1');
  assert.match(answer(nodes, labelled('p', 'web', spread({ whenUnsatisfiable: 'ScheduleAnyway' }))), /^a/);
});
