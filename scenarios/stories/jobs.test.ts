import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JOBS, PODS } from '../../actors/api/resource.ts';
import type { Job, JobSpec } from '../../actors/api/types/batch.ts';
import type { Pod } from '../../actors/api/types/pod.ts';
import { SimCluster } from '../sim/cluster.ts';
import { job } from '../sim/objects.ts';
import { Transcript } from '../sim/transcript.ts';

const workloads = [
  { image: 'works', behaviour: { runTimeMs: 3_000, exitCode: 0, termExitCode: 143 } },
  { image: 'fails', behaviour: { runTimeMs: 1_000, exitCode: 1 } },
  { image: 'stays', behaviour: { termExitCode: 143 } },
];
const FINALIZER = 'batch.kubernetes.io/job-tracking';
const conditions = ({ status }: Job): string =>
  (status.conditions ?? []).map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(' ');
const told = (one: Job): string => {
  const { active, ready, terminating, succeeded, failed, completedIndexes, failedIndexes } = one.status;
  const counts = Object.entries({ active, ready, terminating, succeeded, failed, completedIndexes, failedIndexes });
  const numbers = counts.flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  return `${numbers.join(', ') || 'nothing'}; ${conditions(one)}`;
};
const podTold = ({ metadata, status }: Pod): string =>
  [status.phase, metadata.finalizers?.includes(FINALIZER) ? 'tracked' : 'counted']
    .concat(metadata.deletionTimestamp === undefined ? [] : ['leaving'])
    .join(', ');
const isOver = (cluster: SimCluster, name: string): boolean =>
  /(Complete|Failed)=True/.test(conditions(cluster.get(JOBS, name)));

/** A Job from its first moment to its last, and a while after: nothing is written any more. */
function play(name: string, image: string, spec: Partial<JobSpec>, seed = 11): SimCluster {
  const cluster = new SimCluster({ seed, nodes: 2, workloads });
  const transcript = new Transcript(cluster).follow(JOBS, told).follow(PODS, podTold).events('Job');
  cluster.create(JOBS, job(name, image, spec));
  cluster.until('it is over', () => isOver(cluster, name));
  cluster.world.advance(5_000);
  const revision = cluster.get(JOBS, name).metadata.resourceVersion;
  cluster.world.advance(600_000);
  assert.equal(cluster.get(JOBS, name).metadata.resourceVersion, revision, 'quiet');
  transcript.check(`job-${name}`, import.meta.url);
  return cluster;
}

test('jobs: three completions, two at a time: counted, then complete', () => {
  const cluster = play('three', 'works', { completions: 3, parallelism: 2 });
  assert.equal(cluster.get(JOBS, 'three').status.succeeded, 3);
});
test('jobs: Indexed: each index once', () => {
  const cluster = play('indexed', 'works', { completionMode: 'Indexed', completions: 3, parallelism: 3 });
  assert.equal(cluster.get(JOBS, 'indexed').status.completedIndexes, '0-2');
});
test('jobs: it fails: again after 10 and 20 s, until the limit', () => {
  const cluster = play('failing', 'fails', { backoffLimit: 2 });
  assert.equal(cluster.get(JOBS, 'failing').status.failed, 3);
});
test('jobs: an index fails for good: the others go on, the Job fails at the end', () => {
  const spec = { completionMode: 'Indexed', completions: 2, parallelism: 1, backoffLimitPerIndex: 1 } as const;
  play('each', 'fails', spec);
});
test('jobs: longer than its deadline: its pods are ended, then it has failed', () => {
  play('late', 'stays', { activeDeadlineSeconds: 20, parallelism: 2, completions: 2 });
});
/** How its machine stands; undefined: it has none. */
const runOf = (cluster: SimCluster, name: string): unknown =>
  cluster.world
    .host('main')
    .actors()
    .find(({ address }) => address.component === 'job' && address.name.startsWith(`default.${name}.`))
    ?.snapshot().value;
test('jobs: its machine shows how it stands: running, backing off, running again, and none when it is over', () => {
  const cluster = new SimCluster({ seed: 16, nodes: 1, workloads });
  cluster.create(JOBS, job('shown', 'fails', { backoffLimit: 1 }));
  const seen: unknown[] = [];
  cluster.until('it is over', () => {
    const value = runOf(cluster, 'shown');
    if (value !== undefined && value !== seen.at(-1)) seen.push(value);
    return isOver(cluster, 'shown');
  });
  assert.deepEqual(seen, ['running', 'backingOff', 'running']);
  cluster.world.advance(2_000);
  assert.equal(runOf(cluster, 'shown'), undefined);
});
test('jobs: suspended and resumed: no pod meanwhile, a new start after; a finished Job lets go of its pods', () => {
  const cluster = new SimCluster({ seed: 12, nodes: 1, workloads });
  cluster.create(JOBS, job('pausing', 'works', { completions: 2, parallelism: 2, suspend: true }));
  const one = () => cluster.get(JOBS, 'pausing');
  const suspend = (yes: boolean): void => {
    cluster.do(cluster.client.patch(JOBS, 'default', 'pausing', { spec: { suspend: yes } }));
  };
  cluster.until('it says so', () => conditions(one()) === 'Suspended=True/JobSuspended');
  assert.deepEqual([one().status.startTime, cluster.list(PODS, 'default').length], [undefined, 0]);
  suspend(false);
  cluster.until('two run', () => one().status.ready === 2);
  suspend(true);
  cluster.until('none is left', () => cluster.list(PODS, 'default').length === 0, 60_000);
  cluster.until('it says so', () => conditions(one()) === 'Suspended=True/JobSuspended');
  assert.deepEqual(
    [one().status.startTime, one().status.failed, one().status.active],
    [undefined, undefined, undefined],
  );
  suspend(false);
  cluster.until('it is over', () => isOver(cluster, 'pausing'));
  assert.equal(one().status.succeeded, 2);
  cluster.delete(JOBS, 'pausing');
  cluster.until('its pods go with it', () => cluster.list(PODS, 'default').length === 0, 60_000);
});
test('jobs: a pod deleted by somebody: counts as failed, once, and is replaced', () => {
  const cluster = new SimCluster({ seed: 13, nodes: 1, workloads });
  cluster.create(JOBS, job('robbed', 'works', { completions: 1 }));
  cluster.until('it runs', () => cluster.get(JOBS, 'robbed').status.ready === 1);
  const [first] = cluster.list(PODS, 'default');
  cluster.delete(PODS, first!.metadata.name);
  cluster.until('it is over', () => isOver(cluster, 'robbed'));
  const { succeeded, failed, uncountedTerminatedPods } = cluster.get(JOBS, 'robbed').status;
  assert.deepEqual([succeeded, failed, uncountedTerminatedPods], [1, 1, {}]);
  assert.ok(!cluster.list(PODS, 'default').some(({ metadata }) => metadata.uid === first!.metadata.uid));
});
test('jobs: orphaned: the pods lose owner and finalizer; a Job of that selector adopts them', () => {
  const cluster = new SimCluster({ seed: 14, nodes: 1, workloads });
  cluster.create(JOBS, job('first', 'stays', {}));
  cluster.until('it runs', () => cluster.get(JOBS, 'first').status.ready === 1);
  const { selector, template } = cluster.get(JOBS, 'first').spec;
  cluster.do(cluster.client.delete(JOBS, 'default', 'first', { propagationPolicy: 'Orphan' }));
  const pod = () => cluster.list(PODS, 'default')[0]!;
  cluster.until('free', () => !pod().metadata.finalizers && !pod().metadata.ownerReferences?.length);
  cluster.create(JOBS, job('second', 'stays', { manualSelector: true, selector, template } as never));
  cluster.until('adopted', () => pod().metadata.ownerReferences?.[0]?.name === 'second');
  assert.deepEqual(pod().metadata.finalizers, [FINALIZER]);
  cluster.world.advance(10_000);
  assert.equal(cluster.list(PODS, 'default').length, 1);
});
test('jobs: elastic: completions and parallelism of an Indexed Job shrink together', () => {
  const cluster = new SimCluster({ seed: 15, nodes: 1, workloads });
  cluster.create(JOBS, job('elastic', 'stays', { completionMode: 'Indexed', completions: 4, parallelism: 4 }));
  cluster.until('four', () => cluster.get(JOBS, 'elastic').status.ready === 4);
  cluster.do(cluster.client.patch(JOBS, 'default', 'elastic', { spec: { completions: 2, parallelism: 2 } }));
  cluster.until('two', () => cluster.list(PODS, 'default').length === 2, 60_000);
  const names = cluster.list(PODS, 'default').map(({ metadata }) => metadata.name.slice(0, 10));
  assert.deepEqual(names, ['elastic-0-', 'elastic-1-']);
});
test('jobs: messages are late, the manager and a node die: no success is lost or counted twice', () => {
  for (const seed of [1, 2, 3]) {
    const cluster = new SimCluster({ seed, nodes: 2, workloads, latencyMs: [0.1, 60] });
    const publish = cluster.world.bus.publish.bind(cluster.world.bus);
    const random = cluster.world.random.fork('loss');
    let lossy = true;
    cluster.world.bus.publish = (subject, message, meta) => {
      if (lossy && subject.startsWith('k.sim.watch.') && random.float() < 0.2) return;
      publish(subject, message, meta);
    };
    cluster.create(JOBS, job('many', 'works', { completions: 12, parallelism: 4 }));
    cluster.world.advance(4_000);
    cluster.crash('main');
    cluster.start('main');
    cluster.world.advance(5_000);
    cluster.crash('main');
    cluster.start('main');
    cluster.world.advance(10_000);
    lossy = false;
    cluster.until('it is over', () => isOver(cluster, 'many'), 900_000);
    const { succeeded, uncountedTerminatedPods } = cluster.get(JOBS, 'many').status;
    const ended = cluster.list(PODS, 'default').filter(({ status }) => status.phase === 'Succeeded').length;
    assert.deepEqual([succeeded, uncountedTerminatedPods], [ended, {}], `seed ${seed}`);
    assert.equal(ended, 12, `seed ${seed}`);
  }
});
test('jobs: success policy: the leader has succeeded: the others end, and have neither failed nor succeeded', () => {
  const obliging = { image: 'obliging', behaviour: { termExitCode: 0 } };
  const cluster = new SimCluster({ seed: 17, nodes: 1, workloads: [obliging] });
  const successPolicy = { rules: [{ succeededIndexes: '0', succeededCount: 1 }] };
  const spec = { completionMode: 'Indexed', completions: 3, parallelism: 3, successPolicy } as const;
  cluster.create(JOBS, job('led', 'obliging', spec));
  cluster.until('three', () => cluster.get(JOBS, 'led').status.ready === 3);
  const leader = cluster.list(PODS, 'default').find(({ metadata }) => metadata.name.startsWith('led-0-'));
  cluster.delete(PODS, leader!.metadata.name);
  cluster.until('it is over', () => isOver(cluster, 'led'));
  const one = cluster.get(JOBS, 'led');
  assert.equal(conditions(one), 'SuccessCriteriaMet=True/SuccessPolicy Complete=True/SuccessPolicy');
  assert.deepEqual([one.status.succeeded, one.status.failed, one.status.completedIndexes], [1, undefined, '0']);
});
test('jobs: replaced only when failed: a pod that is leaving has no other beside it', () => {
  const cluster = new SimCluster({
    seed: 18,
    nodes: 1,
    workloads: [{ image: 'stays', behaviour: { stopDelayMs: 5_000, termExitCode: 1 } }],
  });
  cluster.create(JOBS, job('alone', 'stays', { podReplacementPolicy: 'Failed' }));
  cluster.until('it runs', () => cluster.get(JOBS, 'alone').status.ready === 1);
  const [first] = cluster.list(PODS, 'default');
  cluster.delete(PODS, first!.metadata.name);
  cluster.until('another runs', () => {
    const pods = cluster
      .list(PODS, 'default')
      .filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending');
    assert.ok(pods.length <= 1, 'one at a time');
    return pods.length === 1 && pods[0]?.metadata.uid !== first?.metadata.uid;
  });
  assert.equal(cluster.get(JOBS, 'alone').status.failed, 1);
});
test('jobs: managed by another controller: nothing is done about it', () => {
  const cluster = new SimCluster({ seed: 19, nodes: 1, workloads });
  cluster.create(JOBS, job('foreign', 'works', { managedBy: 'example.com/other' }));
  cluster.world.advance(30_000);
  assert.deepEqual([cluster.list(PODS, 'default').length, cluster.get(JOBS, 'foreign').status], [0, {}]);
});
