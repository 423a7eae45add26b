//! Follows APIServices for one server: the catalog hears of others' groups at once, rounds keep the objects in order.
import type { Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { Task } from '../../../runtime/task.ts';
import { stored } from '../admission/lookup.ts';
import type { Entry } from '../cache/entry.ts';
import type { Selection } from '../cache/selection.ts';
import type { Stored } from '../storage/streams.ts';
import type { Engine } from '../verbs/engine.ts';
import { checkRemotes, orderServices } from './order.ts';
import { API_SERVICES } from './remotes.ts';

/** kube-aggregator looks at each every 30 s; at one that fails sooner, with a delay that grows. */
const CHECK_MS = 30_000;
const RETRY_MS = 1_000;
/** What comes at once becomes one round. */
const GATHER_MS = 10;
const SLICES = stored('discovery.k8s.io', 'v1', 'endpointslices');
const SERVICES = stored('', 'v1', 'services');

export interface AggregatorDeps {
  readonly engine: Engine;
  readonly life: string;
  /** Whether what this server answers itself is listed: for one that clients reach over HTTPS. */
  readonly registers: boolean;
  run<T>(task: Task<T>, done: (value: T) => void): Stop;
  after(ms: number, run: () => void): Stop;
}

export class Aggregator {
  readonly #deps: AggregatorDeps;
  #rounds = 0;
  #failures = 0;
  #working = false;
  #again = false;
  #first = true;
  #watchesServices = false;
  #timer: Stop = () => {};
  constructor(deps: AggregatorDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { engine } = this.#deps;
    this.#follow(API_SERVICES.storage, () => {
      this.#refresh();
      this.#soon();
    });
    engine.catalog.onChange(() => {
      if (this.#deps.registers) this.#soon();
    });
    this.#refresh();
    this.#soon();
  }
  stop(): void {
    this.#timer();
  }

  #refresh(): void {
    const { engine } = this.#deps;
    const { cache } = engine.caches.feed(API_SERVICES.storage);
    engine.catalog.replaceRemotes(cache.all());
    if (this.#watchesServices || engine.catalog.remotes.list().length === 0) return;
    this.#watchesServices = true;
    for (const storage of [SERVICES, SLICES])
      this.#follow(storage, (entry) => {
        if (engine.catalog.remotes.list().some(({ service }) => service.namespace === entry.namespace)) this.#soon();
      });
  }
  #follow(storage: Stored, event: (entry: Entry) => void): void {
    const { cache } = this.#deps.engine.caches.feed(storage);
    const told = (_type: string, entry: Entry): void => event(entry);
    cache.watchers.add({ selection: EVERYTHING, after: cache.revision, event: told, end: () => {} });
  }
  #soon(): void {
    this.#failures = 0;
    this.#at(GATHER_MS);
  }
  #at(ms: number): void {
    this.#timer();
    this.#timer = this.#deps.after(ms, () => this.#round());
  }
  #round(): void {
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = true;
    const { engine, run } = this.#deps;
    const ended = (result: Result<void>): void => {
      this.#working = false;
      if (result.ok) this.#first = false;
      const list = engine.catalog.remotes.list();
      if (this.#again) {
        this.#again = false;
        return this.#soon();
      }
      if (!result.ok || list.some(({ available }) => !available)) {
        this.#failures++;
        this.#at(Math.min(CHECK_MS, RETRY_MS * 2 ** Math.min(this.#failures, 5)));
      } else if (list.length > 0) this.#at(CHECK_MS);
    };
    run(this.#work(), ended);
  }
  *#work(): Task<Result<void>> {
    const { engine, life, registers } = this.#deps;
    const id = `${life}:apiservices:${++this.#rounds}`;
    const ordered = yield* orderServices(engine, id, !registers ? 'none' : this.#first ? 'all' : 'custom');
    if (!ordered.ok) return ordered;
    const checked = yield* checkRemotes(engine, `${id}:check`);
    if (!checked.ok) return checked;
    if (checked.value) engine.catalog.touch();
    return { ok: true, value: undefined };
  }
}
const EVERYTHING: Selection = { namespace: '', name: '', node: '', all: true, matches: () => true };
