//! Runs a Controller: keeps its caches, holds its leadership, feeds its keys to its workers.

import { unreachable } from '../../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../../runtime/host.ts';
import { suffix } from '../../../runtime/random.ts';
import type { Resource } from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { User } from '../../apiserver/protocol.ts';
import type { UsedCache } from '../cache.ts';
import { createClient } from '../client.ts';
import { startElection } from '../election/index.ts';
import type { ElectionEvent, ElectionTimes } from '../election/protocol.ts';
import { createRecorder } from '../events.ts';
import { informers } from '../informer/set.ts';
import { measuresOf } from '../measures.ts';
import {
  type Cache,
  type CacheChange,
  type Controller,
  type ControllerIo,
  controllerAddress,
  type Watch,
} from '../protocol.ts';
import { Children } from './children.ts';
import { reconcilerMachine } from './machine.ts';
import type { ReconcilerEffect, ReconcilerEvent } from './protocol.ts';
import { Work } from './work.ts';

export interface ControllerOptions {
  /** Its actors are `controller/<manager>/<controller>`. */
  readonly manager: string;
  readonly user: User;
  /** Absent: it is the only one, and leads. */
  readonly leaderElection?: { readonly identity: string; readonly times?: ElectionTimes };
}
const SHUTDOWN_MS = 5_000;

/** What a Lease calls this process. Another draw after a restart, so that a successor is never taken for itself. */
export const leaderIdentity = (host: Host): string =>
  `${host.id}_${suffix(host.ports.random.fork(`identity/${host.id}/${host.ports.clock.now()}`), 10)}`;

export function startController(
  host: Host,
  controller: Controller,
  options: ControllerOptions,
): ActorHandle<ReconcilerEvent> {
  const shell = new Shell(host, controller, options);
  return host.start({
    address: controllerAddress(options.manager, controller.name),
    machine: reconcilerMachine,
    input: undefined,
    onStart: (self) => shell.start(self),
    onStop: () => shell.end(),
    perform: (effect, self) => shell.perform(effect, self),
    shutdown: { event: { type: 'controller.stop' }, shutdownMs: SHUTDOWN_MS },
  });
}

class Shell {
  readonly #host: Host;
  readonly #controller: Controller;
  readonly #options: ControllerOptions;
  readonly #caches: (readonly [Watch, UsedCache<KubeObject>])[] = [];
  /** The first of each resource. */
  readonly #byResource = new Map<string, UsedCache<KubeObject>>();
  /** What it has begun to watch while it ran. */
  readonly #followed = new Map<string, UsedCache<KubeObject>>();
  #work!: Work;
  #children!: Children;
  #io!: ControllerIo;
  #election: ActorHandle<ElectionEvent> | undefined;
  constructor(host: Host, controller: Controller, options: ControllerOptions) {
    this.#host = host;
    this.#controller = controller;
    this.#options = options;
  }

  start(self: Self<ReconcilerEvent>): void {
    const controller = this.#controller;
    this.#work = new Work(controller, self, measuresOf(this.#host, this.#options.manager));
    this.#children = new Children(this.#host, this.#options.manager, (error) =>
      self.send({ type: 'controller.failed', error }),
    );
    this.#io = this.#makeIo(self);
    const set = informers(this.#host);
    let missing = controller.watches.length;
    for (const watch of controller.watches as readonly Watch[]) {
      const cache = set.get(watch, {
        changed: this.#heard(watch, self),
        synced: () => {
          if (--missing === 0) self.send({ type: 'caches.synced' });
        },
      });
      this.#caches.push([watch, cache]);
      const kind = kindOf(watch.resource);
      if (!this.#byResource.has(kind)) this.#byResource.set(kind, cache);
    }
    if (controller.watches.length === 0) self.send({ type: 'caches.synced' });
  }
  #heard(watch: Watch, self: Self<ReconcilerEvent>): (change: CacheChange<KubeObject>) => void {
    return (change) => {
      if (!this.#work.running || watch.keys === undefined) return;
      try {
        for (const key of watch.keys(change, this.#io)) this.#work.add(key);
      } catch (error) {
        self.send({ type: 'controller.failed', error });
      }
    };
  }
  #unfollow(kind: string): void {
    this.#followed.get(kind)?.release();
    if (this.#followed.delete(kind)) this.#byResource.delete(kind);
  }
  #unfollowAll(): void {
    for (const kind of [...this.#followed.keys()]) this.#unfollow(kind);
  }
  end(): void {
    this.#work.stop();
    this.#unfollowAll();
    this.#children.end();
    for (const [, cache] of this.#caches) cache.release();
    this.#election?.kill(); // in order it is over already; after a failure the next one of us holds the same Lease
  }

  perform(effect: ReconcilerEffect, self: Self<ReconcilerEvent>): void {
    switch (effect.type) {
      case 'election.start':
        return this.#elect(self);
      case 'election.stop':
        if (this.#election === undefined) self.send({ type: 'election.ended' });
        else this.#election.stop();
        return;
      case 'work.start':
        this.#work.start();
        this.#controller.start?.(this.#io, this.#children);
        for (const [watch, cache] of this.#caches) {
          if (watch.keys === undefined) continue;
          for (const object of cache.list())
            for (const key of watch.keys({ type: 'added', object }, this.#io)) this.#work.add(key);
        }
        return;
      case 'work.run':
        return this.#work.run(this.#io);
      case 'work.stop':
        this.#work.stop();
        this.#unfollowAll();
        return this.#children.clear();
      case 'actor.fail':
        throw effect.error;
      default:
        return unreachable(effect);
    }
  }

  #elect(self: Self<ReconcilerEvent>): void {
    const { leaderElection, manager, user } = this.#options;
    if (leaderElection === undefined) return self.send({ type: 'election.won' });
    this.#election = startElection(
      this.#host,
      { ...leaderElection, manager, name: this.#controller.name, user },
      {
        won: () => self.send({ type: 'election.won' }),
        lost: () => self.send({ type: 'election.lost' }),
        ended: () => {
          this.#election = undefined;
          self.send({ type: 'election.ended' });
        },
      },
    );
  }

  #makeIo(self: Self<ReconcilerEvent>): ControllerIo {
    const { name } = this.#controller;
    const { manager, user } = this.#options;
    const set = informers(this.#host);
    const who = { id: `${manager}/${name}`, random: self.random, clock: self.clock };
    const client = createClient(this.#host.cluster, user, who, set);
    return {
      name,
      client,
      cache: <T extends KubeObject>(resource: Resource<T>): Cache<T> => {
        const cache = this.#byResource.get(kindOf(resource));
        if (cache === undefined) throw new Error(`${name} watches no ${resource.resource}`);
        return cache as unknown as Cache<T>;
      },
      events: createRecorder({
        client,
        clock: self.clock,
        random: self.random,
        component: name,
        run: (task) => void self.run(task, () => undefined),
      }),
      clock: self.clock,
      random: self.random,
      logger: self.logger,
      follow: (watch) => {
        const kind = kindOf(watch.resource);
        if (this.#byResource.has(kind) || !this.#work.running) return;
        const any = watch as unknown as Watch;
        const cache = set.get(any, { changed: this.#heard(any, self) });
        this.#followed.set(kind, cache);
        this.#byResource.set(kind, cache);
      },
      unfollow: (resource) => this.#unfollow(kindOf(resource)),
      enqueue: (key, afterMs) => this.#work.add(key, afterMs),
    };
  }
}
const kindOf = (resource: Resource): string => `${resource.group}/${resource.resource}`;
