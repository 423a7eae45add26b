//! The API server as an actor: boots what must be there, then answers requests over the bus and, through its `Api`,
//! an edge.
import { address, api } from '../../runtime/address.ts';
import { fail, type Result, unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Bus, Delivery, Message, Stop } from '../../runtime/ports.ts';
import { runTask, type Task } from '../../runtime/task.ts';
import type { ResourceInfo } from '../api/resources.ts';
import type { Schema } from '../api/schema.ts';
import { faultOf, internalError } from '../api/status.ts';
import { LOCAL_QUOTA, Quotas } from './admission/quota/quotas.ts';
import { recountAll } from './admission/quota/recount.ts';
import { Aggregator } from './aggregation/aggregator.ts';
import { askRemote } from './aggregation/call.ts';
import { ensureTrust } from './aggregation/trust.ts';
import { announce, bootstrap, bootstrapAccess, type Endpoint } from './bootstrap.ts';
import { Caches } from './cache/caches.ts';
import type { Entry } from './cache/entry.ts';
import type { Selection } from './cache/selection.ts';
import { Catalog } from './catalog/catalog.ts';
import { DEFINITIONS, loadDefinitions, orderDefinitions } from './catalog/definitions.ts';
import { inOrder } from './catalog/in-order.ts';
import { COMPACTION_MS, Compaction } from './compaction.ts';
import { sweepEvents } from './events.ts';
import { asAsked, BUS_IN_FLIGHT_MAX, handedOn, replyOf, VERBS, withStatus } from './logic.ts';
import { type ApiserverEffect, type ApiserverEvent, apiserverMachine } from './machine.ts';
import { Measures } from './measures.ts';
import { LOCAL_OUTSIDE, noWayOut, type Outside, outsideOf } from './outside.ts';
import { OWN_STATUSES } from './own-statuses.ts';
import { API_TIMEOUT_MS, type ApiReply, type ApiRequest, LIST_PAGE_BYTES } from './protocol.ts';
import { Rounds } from './rounds.ts';
import { ServiceNetwork } from './service/network.ts';
import { ServiceUpkeep } from './service/upkeep.ts';
import type { Signer } from './signer.ts';
import { Store } from './storage/store.ts';
import type { Answer, Call, Engine } from './verbs/engine.ts';
import { Snapshots } from './verbs/pages.ts';
import { perform, prepare } from './verbs/perform.ts';
import { type Listener, type WatchOptions, watch } from './verbs/watch.ts';

/** Each as long as a boot may take. */
const ACCESS_TRIES = 30;

export interface ApiserverSpec {
  /** Who it is among its like; default: the host's id. */
  readonly name?: string;
  /** What `edge/load.ts` of actors/api loads. */
  readonly schema: Schema;
  readonly signer: Signer;
  /** How it calls webhooks and other API servers. Absent: it cannot. */
  readonly outside?: Outside;
  /** PEM: whom aggregated API servers are to believe. Absent: they are told nothing. */
  readonly authority?: string;
  /** Default 10.96.0.0/16. */
  readonly serviceCidr?: string;
  /** How often etcd's history is cut, and so how long it is kept at least; 0: never. Default five minutes. */
  readonly compactionMs?: number;
  /** Where it answers HTTPS: an address of Service `kubernetes`. Absent: it does not. */
  readonly endpoint?: Endpoint;
  /** Called at each `ready`, with what an edge works through. */
  readonly onReady?: (api: Api) => void;
}

/** What an HTTPS edge may ask of the server that it belongs to. */
export interface Api {
  readonly engine: Engine;
  readonly host: Host;
  readonly ready: boolean;
  /** As long as the deadline allows; `done` once. Stopping it abandons the request. */
  run<T>(task: Task<T>, done: (value: T) => void): Stop;
  request(call: Call, done: (result: Result<Answer>) => void): Stop;
  /** `done`: the listener has heard the beginning; what it gets ends the watch. */
  watch(call: Call, options: WatchOptions, listener: Listener, done: (result: Result<Stop>) => void): Stop;
}

export function startApiserver(host: Host, spec: ApiserverSpec): ActorHandle<ApiserverEvent> {
  const server = new Server(host, spec);
  return host.start({
    address: address('apiserver', '', spec.name ?? host.id),
    machine: apiserverMachine,
    input: undefined,
    onStart: (self) => server.start(self),
    onStop: () => server.stop(),
    perform: (effect, self) => server.perform(effect, self),
    shutdown: { event: { type: 'apiserver.stop' }, shutdownMs: 5_000 },
  });
}

class Server implements Api {
  readonly host: Host;
  readonly #spec: ApiserverSpec;
  #self!: Self<ApiserverEvent>;
  engine!: Engine;
  #bus!: Pick<Bus, 'request'>;
  /** Requests under way: each can be told that nobody will answer it. */
  readonly #inFlight = new Set<Stop>();
  #draining = false;
  ready = false;
  #offStatus: Stop = () => {};
  #doors: Stop[] = [];
  #life = '';
  #offCompaction: Stop = () => {};
  readonly #upkeep = new ServiceUpkeep();
  readonly #tasks = new Set<Stop>();
  #aggregator: Aggregator | undefined;

  constructor(host: Host, spec: ApiserverSpec) {
    this.host = host;
    this.#spec = spec;
  }

  start(self: Self<ApiserverEvent>): void {
    this.#self = self;
    const { cluster, ports } = this.host;
    this.#life = `apiserver:${self.address.name}:${Math.round(self.clock.now()).toString(36)}:${Math.floor(self.random.float() * 2 ** 40).toString(36)}`;
    const measures = new Measures();
    const store = new Store(cluster, self.clock, self.random, measures);
    const caches = new Caches({
      cluster,
      store,
      now: () => self.clock.now(),
      after: (ms, run) => this.#after(ms, run),
      run: (task, done) => this.run(task, done),
      subscribe: (subject, handler) =>
        self.subscribe(subject, ({ message }) => void handler(message as never) as undefined),
      warn: (fields, message) => self.logger.warn(fields, message),
    });
    // A request of a task is the actor's own: traced, and gone with it. Its answer resumes the task, not the machine.
    const outside = this.#spec.outside ?? noWayOut(self.clock);
    const quotas = new Quotas({
      life: this.#life,
      engine: () => this.engine,
      run: (task, done) => this.run(task, done),
      after: (ms, run) => this.#after(ms, run),
    });
    const bus: Pick<Bus, 'request'> = {
      request: (subject, message, timeoutMs, done) =>
        subject === LOCAL_OUTSIDE
          ? outsideOf(outside, message, done)
          : subject === LOCAL_QUOTA
            ? quotas.receive(message, done)
            : self.request(subject, message, timeoutMs, (result) => void done(result) as never),
    };
    this.#bus = caches.bus(bus);
    this.engine = {
      cluster,
      clock: self.clock,
      random: self.random,
      schema: this.#spec.schema,
      store,
      caches,
      catalog: new Catalog(),
      snapshots: new Snapshots(() => self.clock.now()),
      services: new ServiceNetwork(this.#spec.serviceCidr),
      signer: this.#spec.signer,
      quotas,
      measures,
    };
    this.#offStatus = ports.bus.onStatus((status) => {
      if (status === 'connected') caches.relist();
    });
  }
  stop(): void {
    this.ready = false;
    this.#offStatus();
    this.#offCompaction();
    this.engine.caches.stop();
    this.engine.quotas.stop();
    this.#aggregator?.stop();
    for (const cancel of [...this.#tasks]) cancel();
    this.#tasks.clear();
    this.#draining = false;
    for (const abandon of [...this.#inFlight]) abandon();
  }

  perform(effect: ApiserverEffect, self: Self<ApiserverEvent>): void {
    switch (effect.type) {
      case 'boot':
        self.run(this.#boot(), (result): ApiserverEvent => {
          if (result.ok) return { type: 'boot.done' };
          self.logger.warn({ fault: result.fault }, 'boot failed');
          return { type: 'boot.failed' };
        });
        return;
      case 'doors.open':
        this.ready = true;
        this.#doors = VERBS.map((verb) =>
          self.subscribe(api(this.host.cluster, verb), (delivery) => this.#receive(delivery), { queue: 'api' }),
        );
        this.#followDefinitions();
        this.#aggregate();
        this.#sayStatuses();
        this.#compact(new Compaction());
        this.#spec.onReady?.(this);
        // After the doors: masters need no roles, and boot is short.
        if (this.#spec.endpoint !== undefined) this.run(this.#access(), () => {});
        return;
      case 'doors.close':
        this.#draining = true;
        this.ready = false;
        for (const close of this.#doors) close();
        for (const end of [...this.#watches]) end();
        return this.#settle();
      case 'events.sweep':
        this.run(sweepEvents(this.engine, `${this.#life}:sweep:${self.clock.now()}`), () => {});
        this.run(this.#upkeep.round(this.engine, `${this.#life}:services:${self.clock.now()}`), () => {});
        this.run(recountAll(this.engine, `${this.#life}:recount:${self.clock.now()}`), () => {});
        return;
      default:
        return unreachable(effect);
    }
  }

  *#boot(): Task<Result<void>> {
    const id = `${this.#life}:boot`;
    const done = yield* bootstrap(this.engine, id);
    if (!done.ok) return done;
    const loaded = yield* loadDefinitions(this.engine);
    if (!loaded.ok || this.#spec.endpoint === undefined) return loaded;
    return yield* announce(this.engine, `${id}:${this.#self.clock.now()}`, this.#spec.endpoint, true);
  }

  /** Again and again, an interval after the last. */
  #compact(compaction: Compaction): void {
    const { compactionMs = COMPACTION_MS } = this.#spec;
    if (compactionMs === 0) return;
    this.#offCompaction = this.#after(compactionMs, () => {
      this.run(compaction.round(this.engine, `${this.#life}:compaction:${this.#self.clock.now()}`), (result) => {
        if (!result.ok) this.#self.logger.warn({ fault: result.fault }, 'compaction failed');
        this.#compact(compaction);
      });
    });
  }

  *#access(): Task<void> {
    const id = `${this.#life}:access:${this.#self.clock.now()}`;
    for (let tries = 0; tries < ACCESS_TRIES; tries++) {
      const done = yield* this.#shared(`${id}:${tries}`);
      if (done.ok) return;
      this.#self.logger.warn({ fault: done.fault }, 'the roles of the cluster could not be made');
    }
  }

  *#shared(id: string): Task<Result<void>> {
    const done = yield* bootstrapAccess(this.engine, id);
    const { authority } = this.#spec;
    return done.ok && authority !== undefined ? yield* ensureTrust(this.engine, `${id}:trust`, authority) : done;
  }

  /** A task of the actor: its bugs are the actor's death, and it does not outlive it. */
  run<T>(task: Task<T>, done: (value: T) => void): Stop {
    return this.#run(task, done, (error) => void this.#self.run(thrown(error), () => undefined));
  }
  #run<T>(task: Task<T>, done: (value: T) => void, failed: (error: unknown) => void): Stop {
    let over = false;
    // Assigned late: a task may end inside runTask.
    let cancel: Stop = () => {};
    const end = (): void => {
      over = true;
      this.#tasks.delete(cancel);
    };
    cancel = runTask(
      task,
      { bus: this.#bus, clock: this.#self.clock },
      (value) => {
        end();
        done(value);
      },
      (error) => {
        end();
        failed(error);
      },
    );
    if (!over) this.#tasks.add(cancel);
    return () => {
      end();
      cancel();
    };
  }
  request(call: Call, done: (result: Result<Answer>) => void): Stop {
    return this.#counted(perform(this.engine, call), done);
  }
  readonly #watches = new Set<Stop>();
  watch(call: Call, options: WatchOptions, listener: Listener, done: (result: Result<Stop>) => void): Stop {
    const end = (): void => listener.end();
    const forget = (): void => void this.#watches.delete(end);
    const { custom } = call.info;
    const told =
      custom?.conversion === undefined
        ? listener
        : inOrder(this.engine, call.info, (task, next) => this.run(task, next), listener);
    const cancel = this.run(watch(this.engine, call, options, told), (result) => {
      if (!result.ok) return done(result);
      this.#watches.add(end);
      done({
        ok: true,
        value: () => {
          forget();
          result.value();
        },
      });
    });
    return cancel;
  }

  #receive(delivery: Delivery): undefined {
    const reply = (message: ApiReply): void => delivery.reply?.(message as Message);
    if (this.#inFlight.size >= BUS_IN_FLIGHT_MAX)
      return void reply({
        type: 'fault',
        fault: withStatus(fail('Busy', 'too many requests, please try again later').fault),
      });
    const request = delivery.message as ApiRequest;
    const remote = this.engine.catalog.remotes.of(request.group, request.version);
    if (remote !== undefined)
      return void this.#counted(askRemote(this.engine, remote, request), (answer) => reply(handedOn(answer)));
    const prepared = prepare(this.engine.catalog, request);
    if (!prepared.ok) return void reply(replyOf(prepared, []));
    const warnings: string[] = [];
    const call: Call = { ...prepared.value, deadline: this.#self.clock.now() + API_TIMEOUT_MS - 500, warnings };
    this.#counted(perform(this.engine, call, LIST_PAGE_BYTES), (result) => {
      const answer = replyOf(result, warnings);
      reply(answer.type === 'api.list' ? { ...answer, items: asAsked(call, answer.items) } : answer);
    });
  }
  /** A bug that one request meets is that request's 500, as in kube-apiserver: the others go on. */
  #counted<T>(task: Task<Result<T>>, done: (value: Result<T>) => void): Stop {
    const abandon = (): void => {
      ended();
      done(fail('Timeout', 'the server has stopped before it answered'));
    };
    const ended = (): void => {
      if (this.#inFlight.delete(abandon)) this.#settle();
    };
    this.#inFlight.add(abandon);
    const stop = this.#run(
      task,
      (value) => {
        ended();
        done(value);
      },
      (error) => {
        ended();
        this.#self.logger.error({ error: error instanceof Error ? error.stack : String(error) }, 'request failed');
        done({ ok: false, fault: faultOf(internalError(String(error))) });
      },
    );
    return () => {
      stop();
      ended();
    };
  }
  /** The catalog hears of a definition before any watcher does. */
  #followDefinitions(): void {
    const { catalog } = this.engine;
    const rounds = this.#rounds((round) => orderDefinitions(this.engine, `${this.#life}:definitions:${round}`));
    this.#follow(DEFINITIONS, (all) => {
      catalog.replace(all);
      rounds.ask();
    });
  }
  #sayStatuses(): void {
    for (const [name, infos, round] of OWN_STATUSES) {
      const rounds = this.#rounds((number) => round(this.engine, `${this.#life}:${name}:${number}`));
      for (const info of infos) this.#follow(info, () => rounds.ask());
    }
  }
  /** Now, and at each change. */
  #follow({ storage }: ResourceInfo, changed: (all: Iterable<Entry>) => void): void {
    const { cache } = this.engine.caches.feed(storage);
    const told = (): void => changed(cache.all());
    cache.watchers.add({ selection: EVERYTHING, after: cache.revision, event: told, end: () => {} });
    told();
  }
  #rounds(round: (number: number) => Task<Result<void>>): Rounds {
    return new Rounds({ run: (task, done) => this.run(task, done), after: (ms, run) => this.#after(ms, run) }, round);
  }
  #aggregate(): void {
    this.#aggregator = new Aggregator({
      engine: this.engine,
      life: this.#life,
      registers: this.#spec.endpoint !== undefined,
      run: (task, done) => this.run(task, done),
      after: (ms, run) => this.#after(ms, run),
    });
    this.#aggregator.start();
  }
  #settle(): void {
    if (this.#draining && this.#inFlight.size === 0) this.#self.send({ type: 'requests.ended' });
  }
  #after(ms: number, run: () => void): Stop {
    const timer = this.#self.clock.setTimeout(run, ms);
    return () => this.#self.clock.clearTimeout(timer);
  }
}
const EVERYTHING: Selection = { namespace: '', name: '', node: '', all: true, matches: () => true };
function* thrown(error: unknown): Task<void> {
  throw error;
}
