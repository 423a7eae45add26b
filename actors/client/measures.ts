//! What client-go and component-base count of a manager's queues and Leases, by their names.
import type { Host } from '../../runtime/host.ts';
import type { Stop } from '../../runtime/ports.ts';
import type { QueueObserver, WorkQueue } from '../../runtime/queue.ts';
import { powers, Registry } from './registry.ts';

const SECONDS = powers(1e-8, 10, 10);
const TABLE = {
  leader_election_master_status: {
    help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
    type: 'gauge',
  },
  workqueue_adds_total: { help: 'Total number of adds handled by workqueue', type: 'counter' },
  workqueue_depth: { help: 'Current depth of workqueue', type: 'gauge' },
  workqueue_longest_running_processor_seconds: {
    help: 'How many seconds has the longest running processor for workqueue been running.',
    type: 'gauge',
  },
  workqueue_queue_duration_seconds: {
    help: 'How long in seconds an item stays in workqueue before being requested.',
    type: 'histogram',
    buckets: SECONDS,
  },
  workqueue_retries_total: { help: 'Total number of retries handled by workqueue', type: 'counter' },
  workqueue_unfinished_work_seconds: {
    help: "How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
    type: 'gauge',
  },
  workqueue_work_duration_seconds: {
    help: 'How long in seconds processing an item from workqueue takes.',
    type: 'histogram',
    buckets: SECONDS,
  },
} as const;

export class ManagerMeasures {
  readonly #registry = new Registry<keyof typeof TABLE>(TABLE);
  /** Several controllers may call theirs alike. */
  readonly #queues = new Map<WorkQueue, string>();

  observer(queue: string): QueueObserver {
    const labels = { name: queue };
    const registry = this.#registry;
    registry.add('workqueue_adds_total', labels, 0);
    registry.add('workqueue_retries_total', labels, 0);
    return {
      added: () => registry.add('workqueue_adds_total', labels),
      taken: (ms) => registry.observe('workqueue_queue_duration_seconds', ms / 1_000, labels),
      ended: (ms) => registry.observe('workqueue_work_duration_seconds', ms / 1_000, labels),
      retried: () => registry.add('workqueue_retries_total', labels),
    };
  }
  /** Until it is stopped. */
  follow(name: string, queue: WorkQueue): Stop {
    this.#queues.set(queue, name);
    return () => this.#queues.delete(queue);
  }
  leads(lease: string, leads: boolean): void {
    this.#registry.set('leader_election_master_status', { name: lease }, leads ? 1 : 0);
  }
  text(): string {
    const registry = this.#registry;
    for (const name of ['depth', 'longest_running_processor_seconds', 'unfinished_work_seconds'] as const)
      registry.clear(`workqueue_${name}`);
    for (const name of new Set(this.#queues.values())) {
      const queues = [...this.#queues].filter(([, called]) => called === name).map(([queue]) => queue);
      const working = queues.flatMap((queue) => queue.working).map((ms) => ms / 1_000);
      const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
      registry.set('workqueue_depth', { name }, sum(queues.map((queue) => queue.length)));
      registry.set('workqueue_longest_running_processor_seconds', { name }, Math.max(0, ...working));
      registry.set('workqueue_unfinished_work_seconds', { name }, sum(working));
    }
    return registry.text();
  }
}

const ofHosts = new WeakMap<Host, Map<string, ManagerMeasures>>();
/** Of one manager (or scheduler) of this host: they outlive its restarts, as those of a process would. */
export function measuresOf(host: Host, manager: string): ManagerMeasures {
  let all = ofHosts.get(host);
  if (all === undefined) {
    all = new Map();
    ofHosts.set(host, all);
  }
  let one = all.get(manager);
  if (one === undefined) {
    one = new ManagerMeasures();
    all.set(manager, one);
  }
  return one;
}
