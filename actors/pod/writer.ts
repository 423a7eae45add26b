//! Writes a pod's status: one patch at a time, the newest wins, what has not changed is not written.
import type { Result } from '../../runtime/fault.ts';
import type { Stop } from '../../runtime/ports.ts';
import type { Task } from '../../runtime/task.ts';
import { equal } from '../api/json.ts';
import { PODS } from '../api/resource.ts';
import type { Pod, PodStatus } from '../api/types/pod.ts';
import type { Client } from '../client/protocol.ts';

const AGAIN_LEAST_MS = 500;
const AGAIN_MOST_MS = 10_000;

export interface WriterPorts {
  readonly client: Client;
  run(task: Task<Result<Pod>>, done: (result: Result<Pod>) => void): Stop;
  after(ms: number, then: () => void): Stop;
  /** Everything asked for is written, or the object is gone. */
  settled(): void;
  warn(message: string): void;
}

/**
 * Lists of addresses are merged by address: what is no more of them would stay. Conditions are merged by type: a reason
 * that holds no more would stay.
 */
function patched(status: PodStatus): object {
  const whole = (list: readonly object[]): object => [...list, { $patch: 'replace' }];
  const { podIPs, hostIPs, conditions, ...rest } = status;
  return {
    ...rest,
    ...(podIPs && { podIPs: whole(podIPs) }),
    ...(hostIPs && { hostIPs: whole(hostIPs) }),
    ...(conditions && { conditions: conditions.map((one) => ({ reason: null, message: null, ...one })) }),
  };
}

export class StatusWriter {
  readonly #ports: WriterPorts;
  readonly #pod: { readonly namespace: string; readonly name: string; readonly uid: string };
  #written: PodStatus | undefined;
  #wanted: PodStatus | undefined;
  #busy = false;
  #failures = 0;
  /** The object is gone: nothing is written any more. */
  #over = false;
  constructor(pod: Pod, ports: WriterPorts) {
    const { namespace = '', name, uid } = pod.metadata;
    this.#pod = { namespace, name, uid };
    this.#ports = ports;
    this.#written = pod.status;
  }
  want(status: PodStatus): void {
    if (this.#over) return;
    this.#wanted = this.#busy || this.#differs(status) ? status : undefined;
    this.#next();
  }
  #differs(status: PodStatus): boolean {
    const written = this.#written as Readonly<Record<string, unknown>> | undefined;
    return Object.entries(status).some(([key, value]) => {
      if (key !== 'conditions') return !equal(written?.[key], value);
      // Others write conditions too: only the own ones count.
      const before = (written?.['conditions'] ?? []) as readonly { readonly type: string }[];
      return (
        status.conditions?.some(
          (one) =>
            !equal(
              before.find(({ type }) => type === one.type),
              one,
            ),
        ) ?? false
      );
    });
  }
  #next(): void {
    if (this.#busy) return;
    const status = this.#wanted;
    if (status === undefined || !this.#differs(status)) {
      this.#wanted = undefined;
      return this.#ports.settled();
    }
    this.#busy = true;
    this.#wanted = undefined;
    const { namespace, name, uid } = this.#pod;
    const body = { metadata: { uid }, status: patched(status) };
    const patch = this.#ports.client.patch(PODS, namespace, name, body, { type: 'strategic', subresource: 'status' });
    this.#ports.run(patch, (result) => this.#done(status, result));
  }
  #done(status: PodStatus, result: Result<Pod>): void {
    this.#busy = false;
    if (result.ok) {
      this.#failures = 0;
      this.#written = { ...result.value.status, ...status };
      return this.#next();
    }
    const { reason, message } = result.fault;
    if (reason === 'NotFound') {
      this.#over = true;
      return this.#ports.settled();
    }
    this.#ports.warn(message);
    this.#wanted ??= status;
    this.#busy = true;
    const wait = Math.min(AGAIN_LEAST_MS * 2 ** this.#failures++, AGAIN_MOST_MS);
    this.#ports.after(wait, () => {
      this.#busy = false;
      this.#next();
    });
  }
}
