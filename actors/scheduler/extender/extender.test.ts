import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { EVENTS, NODES, PODS, PRIORITY_CLASSES } from '../../api/resource.ts';
import { Story } from '../../controllers/manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { DEFAULT_CONFIGURATION, type ExtenderConfiguration } from '../config/configuration.ts';
import { startScheduler } from '../index.ts';
import { durationMs } from './extender.ts';
import type { ExtenderDoor, ExtenderRequest } from './protocol.ts';

const user = { name: 'system:kube-scheduler', groups: ['system:masters', 'system:authenticated'] };
type Answer = (verb: string, body: Readonly<Record<string, unknown>>) => Result<object>;

/** Three nodes and a scheduler with one extender, which answers by a function. */
class Cluster extends Story {
  readonly asked: string[] = [];
  constructor(extender: Partial<ExtenderConfiguration>, answer: Answer) {
    super(51);
    for (const name of ['n1', 'n2', 'n3']) {
      this.node(name);
      const status = { allocatable: { cpu: '4', memory: '8Gi', pods: '110', 'example.com/gpu': '0' } };
      this.do('capacity', this.client.patch(NODES, '', name, { status }, { subresource: 'status' }));
      this.do('ready', this.client.patch(NODES, '', name, { spec: { taints: null } }));
    }
    const door: ExtenderDoor = {
      post: ({ url, body }: ExtenderRequest, done) => {
        const verb = url.split('/').at(-1)!;
        this.asked.push(verb);
        const timer = this.clock.setTimeout(() => {
          const result = answer(verb, JSON.parse(body) as Readonly<Record<string, unknown>>);
          done(result.ok ? ok(JSON.stringify(result.value)) : result);
        }, 5);
        return () => this.clock.clearTimeout(timer);
      },
    };
    const extenders = [{ urlPrefix: 'http://extender', nodeCacheCapable: true, ...extender }];
    startScheduler(this.world.host('s1'), {
      user,
      configuration: { ...DEFAULT_CONFIGURATION, extenders },
      extenders: door,
    });
  }
  want(name: string, requests: object = {}, spec: object = {}): void {
    const container = { name: 'main', image: 'nginx', resources: { requests, limits: requests } };
    this.create(PODS, 'default', name, { spec: { containers: [container], ...spec } });
  }
  on = (name: string): string | undefined => this.seen(PODS).get(`default/${name}`)?.spec.nodeName;
  why = (name: string): string | undefined =>
    this.seen(PODS)
      .get(`default/${name}`)
      ?.status.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.message;
}

test('extender: filters and prioritizes: its nodes, its favourite, in any spelling', () => {
  const cluster = new Cluster({ filterVerb: 'filter', prioritizeVerb: 'rank', weight: 5 }, (verb, body) => {
    const names = body['NodeNames'] as string[];
    if (verb === 'rank') return ok(names.map((Host) => ({ Host, Score: Host === 'n3' ? 10 : 0 })));
    return ok({ nodenames: names.filter((name) => name !== 'n1'), failedNodes: { n1: 'too far' } });
  });
  for (let i = 0; i < 4; i++) cluster.want(`p${i}`);
  cluster.until('all are bound', () => [0, 1, 2, 3].every((i) => cluster.on(`p${i}`) !== undefined));
  assert.deepEqual(new Set([0, 1, 2, 3].map((i) => cluster.on(`p${i}`))), new Set(['n3']));
});
test('extender: no node left: its words are told beside those of the filters', () => {
  const cluster = new Cluster({ filterVerb: 'filter' }, (_, body) => {
    const names = body['NodeNames'] as string[];
    return ok({
      NodeNames: [],
      FailedAndUnresolvableNodes: Object.fromEntries(names.map((name) => [name, 'no licence'])),
    });
  });
  cluster.want('p');
  cluster.until('it says why', () => cluster.why('p') !== undefined);
  assert.match(cluster.why('p')!, /^0\/3 nodes are available: 3 no licence\. /);
});
test('extender: it fails: the pod waits and says so, unless it can be ignored', () => {
  const broken: Answer = () => fail('Unavailable', 'connect ECONNREFUSED');
  const strict = new Cluster({ filterVerb: 'filter' }, broken);
  strict.want('p');
  strict.until('it says why', () => strict.why('p') !== undefined);
  assert.equal(strict.why('p'), 'running extender "http://extender": connect ECONNREFUSED');
  strict.world.advance(5_000);
  assert.ok(strict.asked.length >= 3, 'asked again after a back-off');
  const ignored = new Cluster({ filterVerb: 'filter', ignorable: true }, broken);
  ignored.want('p');
  ignored.until('bound', () => ignored.on('p') !== undefined);
});
test('extender: managed resources: asked only about pods that want them, and counted by nobody else', () => {
  const managedResources = [{ name: 'example.com/gpu', ignoredByScheduler: true }];
  const cluster = new Cluster({ filterVerb: 'filter', bindVerb: 'bind', managedResources }, (verb, body) => {
    if (verb === 'filter') return ok({ NodeNames: ['n2'] });
    return body['Node'] === 'n2' ? ok({ Error: 'the device is taken' }) : ok({});
  });
  cluster.want('plain');
  cluster.until('bound', () => cluster.on('plain') !== undefined);
  assert.deepEqual(cluster.asked, []);
  cluster.want('gpu', { 'example.com/gpu': '1' });
  cluster.until('it says why', () => cluster.why('gpu') !== undefined);
  assert.equal(cluster.why('gpu'), 'binding rejected: the device is taken');
});
test('extender: preemption: the victims that it leaves, on the node that it leaves', () => {
  const cluster = new Cluster({ preemptVerb: 'preempt' }, (_, body) => {
    const victims = body['NodeNameToMetaVictims'] as Readonly<Record<string, object>>;
    return ok({ NodeNameToMetaVictims: { n2: victims['n2'] } });
  });
  cluster.create(PRIORITY_CLASSES, '', 'important', { value: 1_000 });
  for (let i = 0; i < 3; i++) cluster.want(`low${i}`, { cpu: '4' }, { terminationGracePeriodSeconds: 0 });
  cluster.until('full', () => [0, 1, 2].every((i) => cluster.on(`low${i}`) !== undefined));
  cluster.want('high', { cpu: '4' }, { priorityClassName: 'important' });
  cluster.until('bound', () => cluster.on('high') !== undefined);
  assert.equal(cluster.on('high'), 'n2');
  const told = () =>
    cluster
      .seen(EVENTS)
      .list('default')
      .filter(({ reason }) => reason === 'Preempted');
  cluster.until('the Event', () => told().length === 1);
});
test("extender: a duration: as Go's", () => {
  assert.deepEqual(['5s', '1m30s', '250ms', '', 'x', undefined].map(durationMs), [
    5_000,
    90_000,
    250,
    undefined,
    undefined,
    undefined,
  ]);
});
