//! For tests of plans: a Deployment whose ReplicaSets do at once what they are told. Images ending in `bad` never run.
//! run.
import type { Deployment, DeploymentSpec, ReplicaSet } from '../../api/types/workload.ts';
import { REVISION } from './annotations.ts';
import { plan } from './logic.ts';
import { sameStatus } from './status.ts';

const STEPS_MAX = 200;

export class Rollout {
  now = Date.parse('2026-01-01T00:00:00Z');
  deployment: Deployment;
  /** In the order in which they were made. */
  sets: ReplicaSet[] = [];
  oldPodsRun = false;

  constructor(spec: Partial<DeploymentSpec>) {
    const labels = { app: 'web' };
    const container = { name: 'web', image: 'nginx:1', imagePullPolicy: 'IfNotPresent' } as const;
    this.deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'default',
        uid: 'd',
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [container],
            restartPolicy: 'Always',
            schedulerName: 'default-scheduler',
            terminationGracePeriodSeconds: 30,
          },
        },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        ...spec,
      },
      status: {},
    };
  }
  change(spec: Partial<DeploymentSpec>): void {
    const { metadata } = this.deployment;
    this.deployment = {
      ...this.deployment,
      metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
      spec: { ...this.deployment.spec, ...spec },
    };
  }
  setImage(image: string): void {
    const { template } = this.deployment.spec;
    const containers = template.spec.containers.map((one) => ({ ...one, image }));
    this.change({ template: { ...template, spec: { ...template.spec, containers } } });
  }
  /** One reconcile; false when it changed nothing. */
  step(): boolean {
    this.now += 1_000;
    const { decisions, revision, status } = plan(this.deployment, this.sets, this.oldPodsRun, this.now);
    for (const decision of decisions) {
      if (decision.type === 'set.create') this.sets.push(this.#made(decision.set as ReplicaSet));
      else this.sets = this.sets.filter((set) => decision.type !== 'set.delete' || set !== decision.set);
      if (decision.type === 'set.update')
        this.sets = this.sets.map((set) => (set.metadata.uid === decision.set.metadata.uid ? decision.set : set));
    }
    const changed = decisions.length > 0 || revision !== undefined || !sameStatus(this.deployment.status, status);
    const { metadata } = this.deployment;
    const annotations =
      revision === undefined ? metadata.annotations : { ...metadata.annotations, [REVISION]: revision };
    this.deployment = {
      ...this.deployment,
      metadata: annotations === undefined ? metadata : { ...metadata, annotations },
      status,
    };
    return changed;
  }
  /** Until nothing changes any more; `look` sees every state in between. */
  settle(look: () => void = () => {}): void {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const moved = this.step();
      look();
      const ran = this.#run();
      look();
      if (!moved && !ran) return;
    }
    throw new Error('the rollout does not settle');
  }
  pods(): number {
    return this.sets.reduce((sum, set) => sum + set.spec.replicas, 0);
  }
  available(): number {
    return this.sets.reduce((sum, { spec, status }) => sum + Math.min(spec.replicas, status.availableReplicas ?? 0), 0);
  }
  sizes(): number[] {
    return this.sets.map((set) => set.spec.replicas);
  }

  #made(draft: ReplicaSet): ReplicaSet {
    const at = new Date(this.now).toISOString();
    const metadata = {
      ...draft.metadata,
      uid: `rs-${draft.metadata.name}`,
      resourceVersion: '1',
      creationTimestamp: at,
    };
    return { ...draft, apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, status: { replicas: 0 } };
  }
  /** Every set reaches its size. */
  #run(): boolean {
    let ran = false;
    this.sets = this.sets.map((set) => {
      const { replicas } = set.spec;
      const runs = set.spec.template.spec.containers[0]?.image.endsWith('bad') ? 0 : replicas;
      if (set.status.replicas === replicas && (set.status.availableReplicas ?? 0) === runs) return set;
      ran = true;
      return { ...set, status: { replicas, readyReplicas: runs, availableReplicas: runs } };
    });
    return ran;
  }
}
