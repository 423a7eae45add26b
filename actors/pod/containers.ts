//! The containers of one pod: their actors, what each has reported, whose turn it is.
import { address } from '../../runtime/address.ts';
import type { Result } from '../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { Task } from '../../runtime/task.ts';
import type { Container, ContainerStatus, Pod } from '../api/types/pod.ts';
import type { ContainerEvent, Known, StartContainer } from '../container/protocol.ts';
import type { ContainerRecord, ContainerSpec, EngineEvent } from '../engine/protocol.ts';
import { knownOf } from './known.ts';
import { isSidecar, policyOf, progressOf } from './logic.ts';
import type { PodOrder, Progress } from './protocol.ts';

export interface ContainersPorts {
  configure(container: Container, attempt: number): Task<Result<ContainerSpec>>;
  changed(progress: Progress): void;
  failed(name: string): void;
}

export class PodContainers {
  readonly statuses = new Map<string, ContainerStatus>();
  readonly #host: Host;
  readonly #order: PodOrder;
  readonly #start: StartContainer;
  readonly #ports: ContainersPorts;
  readonly #begun = new Set<string>();
  /** Begun and not ended; the handle comes a moment later. */
  readonly #live = new Map<string, ActorHandle<ContainerEvent> | undefined>();
  #records: ContainerRecord[];
  /** There was a sandbox before this one: init containers run again. */
  #again: boolean;
  #stopMs: number | undefined;
  /** These alone are added while the pod runs. */
  #ephemeral: readonly Container[];

  constructor(host: Host, order: PodOrder, start: StartContainer, ports: ContainersPorts) {
    this.#host = host;
    this.#order = order;
    this.#start = start;
    this.#ports = ports;
    this.#ephemeral = order.pod.spec.ephemeralContainers ?? [];
    const {
      initContainerStatuses = [],
      containerStatuses = [],
      ephemeralContainerStatuses = [],
    } = order.pod.status ?? {};
    for (const status of [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses])
      this.statuses.set(status.name, status);
    this.#records = [...(order.held?.containers ?? [])];
    this.#again = order.held === undefined && this.statuses.size > 0;
  }

  get progress(): Progress {
    const live = new Set(this.#live.keys());
    if (this.#stopMs !== undefined) return { stage: live.size === 0 ? 'idle' : 'over', begin: [] };
    return progressOf(
      { ...this.#order.pod.spec, ephemeralContainers: this.#ephemeral },
      this.statuses,
      this.#begun,
      live,
    );
  }
  /** True: there are new ones to begin. */
  update({ spec }: Pod): boolean {
    this.#ephemeral = spec.ephemeralContainers ?? [];
    return this.#ephemeral.some(({ name }) => !this.#begun.has(name));
  }
  begin(name: string): void {
    const { pod, engine } = this.#order;
    const { metadata, spec } = pod;
    const init = spec.initContainers?.find((container) => container.name === name);
    const ephemeral = this.#ephemeral.find((one) => one.name === name);
    const container = init ?? spec.containers.find((one) => one.name === name) ?? ephemeral;
    if (container === undefined || this.#begun.has(name) || this.#stopMs !== undefined) return;
    const { namespace = '', uid } = metadata;
    this.#begun.add(name);
    this.#live.set(name, undefined);
    const handle = this.#start(this.#host, {
      address: address('container', namespace, `${metadata.name}/${name}`),
      engine,
      pod: { namespace, name: metadata.name, uid, graceMs: (spec.terminationGracePeriodSeconds ?? 30) * 1_000 },
      container,
      policy: container === ephemeral ? 'Never' : policyOf(spec, container, init !== undefined),
      known: this.#known(container, init !== undefined),
      configure: (attempt) => this.#ports.configure(container, attempt),
      report: (status) => {
        this.statuses.set(name, status);
        this.#changed();
      },
      record: (type, reason, message) => this.#record(container, init !== undefined, type, reason, message),
      ended: (how) => {
        if (!this.#live.delete(name)) return;
        if (how === 'failed') return this.#ports.failed(name);
        if (this.#stopMs !== undefined) this.#stopNext();
        this.#changed();
      },
    });
    if (this.#live.has(name)) this.#live.set(name, handle);
  }
  exited(event: EngineEvent): void {
    const handle = this.#live.get(event.name);
    if (handle !== undefined) return handle.send(event);
    // It ended before its actor began.
    const { at, exitCode, signal } = event;
    const exit = { at, exitCode, ...(signal === undefined ? {} : { signal }) };
    this.#records = this.#records.map((record) => (record.id === event.id ? { ...record, exit } : record));
  }
  /** Sidecars last. Says how far it is even when nothing runs. */
  stop(graceMs: number): void {
    this.#stopMs = graceMs;
    this.#stopNext();
    this.#changed();
  }
  #stopNext(): void {
    const { initContainers = [] } = this.#order.pod.spec;
    const sidecars = new Set(initContainers.filter(isSidecar).map(({ name }) => name));
    const main = [...this.#live.keys()].filter((name) => !sidecars.has(name));
    for (const name of main.length > 0 ? main : [...this.#live.keys()])
      this.#live.get(name)?.send({ type: 'container.stop', graceMs: this.#stopMs ?? 0 });
  }
  /** What ran is gone with its sandbox; what was told of it stays. */
  forget(): void {
    const handles = [...this.#live.values()];
    this.#live.clear();
    this.#begun.clear();
    this.#records = [];
    this.#again = true;
    for (const handle of handles) handle?.kill();
  }

  #changed(): void {
    this.#ports.changed(this.progress);
  }
  #known(container: Container, isInit: boolean): Known | undefined {
    const { name } = container;
    const known = knownOf(
      this.statuses.get(name),
      this.#records.filter((record) => record.name === name),
    );
    return known !== undefined && isInit && this.#again ? { ...known, again: true } : known;
  }
  #record(container: Container, isInit: boolean, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { name, namespace = '', uid, resourceVersion } = this.#order.pod.metadata;
    const list = isInit ? 'initContainers' : this.#ephemeral.includes(container) ? 'ephemeralContainers' : 'containers';
    const fieldPath = `spec.${list}{${container.name}}`;
    const about = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion, fieldPath };
    this.#order.record(about, type, reason, message);
  }
}
export const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
