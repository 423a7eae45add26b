//! Priority and fairness: which level a request is of, and when it may begin. What the cluster says about it is read
//! from the watch caches as it is at each request; until they are there, what every cluster begins with holds.
import type { Clock, Stop } from '../../../runtime/ports.ts';
import { objectOf } from '../../api/json.ts';
import type { Action } from '../access/rule.ts';
import { stored } from '../admission/lookup.ts';
import type { Caches } from '../cache/caches.ts';
import { IN_FLIGHT_MAX } from '../logic.ts';
import type { User } from '../protocol.ts';
import { type Flow, flowOf, inOrder, type Schema } from './classify.ts';
import { Level, type Rejection } from './level.ts';
import { type LevelOf, limitsOf } from './limits.ts';
import { LEVELS, SCHEMAS } from './objects.ts';
import type { FlowSchemaSpec, LevelSpec } from './types.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
const FLOW_SCHEMAS = stored(GROUP, 'v1', 'flowschemas');
const PRIORITY_LEVELS = stored(GROUP, 'v1', 'prioritylevelconfigurations');
/** As kube-apiserver adds both up (--max-requests-inflight, --max-mutating-requests-inflight). */
const SEATS = IN_FLIGHT_MAX.reading + IN_FLIGHT_MAX.writing;
/** They are there whatever was deleted. */
const MANDATORY = ['exempt', 'catch-all'] as const;

export interface Placed {
  readonly flow: Flow;
  readonly level: LevelOf;
}
export class Fairness {
  readonly #caches: Caches;
  readonly #clock: Clock;
  readonly #levels = new Map<string, Level>();
  #schemas: readonly Schema[] = [];
  #specs: ReadonlyMap<string, LevelOf> = new Map();
  #known = '';
  constructor(caches: Caches, clock: Clock) {
    this.#caches = caches;
    this.#clock = clock;
  }

  placeOf(user: User, action: Action): Placed {
    this.#refresh();
    const flow = flowOf(this.#schemas, user, action);
    const level = flow && this.#specs.get(flow.schema.spec.priorityLevelConfiguration.name);
    if (flow !== undefined && level !== undefined) return { flow, level };
    // A schema whose level is not there is none.
    const others = this.#schemas.filter(({ spec }) => this.#specs.has(spec.priorityLevelConfiguration.name));
    const next = flowOf(others, user, action) ?? { schema: others.at(-1)!, distinguisher: user.name };
    return { flow: next, level: this.#specs.get(next.schema.spec.priorityLevelConfiguration.name)! };
  }
  /** As Level.enter. */
  enter({ flow, level }: Placed, start: () => void, reject: (why: Rejection) => void): Stop {
    const own = this.#levels.get(level.name);
    if (own === undefined) {
      start();
      return () => {};
    }
    const leave = own.enter(flow.schema.name, flow.distinguisher, start, reject);
    return () => {
      leave();
      // What has become free may be lent.
      for (const other of this.#levels.values()) other.dispatch();
    };
  }
  get levels(): Iterable<Level> {
    return this.#levels.values();
  }

  #refresh(): void {
    const schemas = this.#caches.feed(FLOW_SCHEMAS);
    const levels = this.#caches.feed(PRIORITY_LEVELS);
    const fresh = schemas.fresh && levels.fresh;
    const known = fresh ? `${schemas.cache.revision} ${levels.cache.revision}` : 'initial';
    if (known === this.#known || (!fresh && this.#known !== '')) return;
    this.#known = known;
    const named = (specs: Readonly<Record<string, object>>): readonly (readonly [string, string, object])[] =>
      Object.entries(specs).map(([name, spec]) => [name, '', spec]);
    const read = (all: Iterable<{ readonly object: { readonly metadata: { name: string; uid?: string } } }>) =>
      [...all].map(({ object }) => {
        const { name, uid = '' } = object.metadata;
        return [name, uid, objectOf((object as { spec?: unknown }).spec)] as const;
      });
    this.#configure(
      fresh ? read(schemas.cache.all()) : named(SCHEMAS),
      fresh ? read(levels.cache.all()) : named(LEVELS),
    );
  }
  #configure(
    schemas: readonly (readonly [string, string, object])[],
    levels: readonly (readonly [string, string, object])[],
  ): void {
    const specs = new Map(levels.map(([name, uid, spec]) => [name, { name, uid, spec: spec as LevelSpec }]));
    const rules = new Map(schemas.map(([name, uid, spec]) => [name, { name, uid, spec: spec as FlowSchemaSpec }]));
    for (const name of MANDATORY) {
      if (!specs.has(name)) specs.set(name, { name, uid: '', spec: LEVELS[name]! });
      if (!rules.has(name)) rules.set(name, { name, uid: '', spec: SCHEMAS[name]! });
    }
    this.#specs = specs;
    this.#schemas = inOrder([...rules.values()]);
    const limits = limitsOf([...specs.values()], SEATS);
    for (const name of this.#levels.keys()) if (!limits.has(name)) this.#levels.delete(name);
    for (const [name, limit] of limits) {
      const before = this.#levels.get(name);
      // Who waits in queues that are no more keeps his place there; the new ones begin empty.
      if (before !== undefined && JSON.stringify(before.limits.queuing) === JSON.stringify(limit.queuing))
        before.limits = limit;
      else this.#levels.set(name, new Level(name, limit, this.#ports(name)));
    }
  }
  #ports(name: string): ConstructorParameters<typeof Level>[2] {
    const clock = this.#clock;
    return {
      now: () => clock.monotonic?.() ?? clock.now(),
      after: (ms, run) => {
        const timer = clock.setTimeout(run, ms);
        return () => clock.clearTimeout(timer);
      },
      lends: () => {
        // What is in use, and what each other level keeps for itself though it does not use it.
        let taken = 0;
        for (const level of this.#levels.values())
          taken += level.name === name ? level.executing : Math.max(level.executing, level.limits.reserved);
        return taken < SEATS;
      },
    };
  }
}
