//! Priority and fairness: which level a request is of, and when it may begin. What the cluster says about it is read
//! from the watch caches as it is at each request; until they are there, what every cluster begins with holds.
import type { Clock, Stop } from '../../../runtime/ports.ts';
import { objectOf } from '../../api/json.ts';
import type { Action } from '../access/rule.ts';
import { stored } from '../admission/lookup.ts';
import type { Caches } from '../cache/caches.ts';
import { IN_FLIGHT_MAX } from '../logic.ts';
import type { User } from '../protocol.ts';
import { currentSeats, PERIOD_MS } from './borrow.ts';
import { type Flow, flowOf, inOrder, type Schema } from './classify.ts';
import { smoothed } from './demand.ts';
import { Level, type Rejection } from './level.ts';
import { type LevelOf, limitsOf } from './limits.ts';
import { LEVELS, SCHEMAS } from './objects.ts';
import type { FlowSchemaSpec, LevelSpec } from './types.ts';
import { ONE_SEAT, seatsMax, type Work, workOf } from './width.ts';

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
  #periodAt: number;
  constructor(caches: Caches, clock: Clock) {
    this.#caches = caches;
    this.#clock = clock;
    this.#periodAt = this.#now();
  }
  #now(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now();
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
  /** The seats that it takes. */
  workOf({ level }: Placed, action: Action, query: URLSearchParams): Work {
    const own = this.#levels.get(level.name);
    if (own === undefined) return ONE_SEAT;
    const { nominal, queuing } = own.limits;
    return workOf(action, query, this.#caches, seatsMax(nominal, queuing?.handSize));
  }
  /** As Level.enter. */
  enter({ flow, level }: Placed, work: Work, start: () => void, reject: (why: Rejection) => void): Stop {
    const own = this.#levels.get(level.name);
    if (own === undefined) {
      start();
      return () => {};
    }
    this.#borrow();
    const leave = own.enter(flow.schema.name, flow.distinguisher, start, reject, work);
    return () => {
      leave();
      this.#borrow();
    };
  }
  /** Of all levels; those that are exempt have no queues. */
  get names(): readonly string[] {
    return [...this.#specs.keys()].sort();
  }
  level(name: string): Level | undefined {
    return this.#levels.get(name);
  }
  get levels(): Iterable<Level> {
    return this.#levels.values();
  }

  /** Once a period, at the first request of it: when nobody asks, nothing has to be lent. */
  #borrow(): void {
    const now = this.#now();
    if (now - this.#periodAt < PERIOD_MS) return;
    this.#periodAt = now;
    const levels = [...this.#levels.values()];
    const seats = currentSeats(
      levels.map((level) => {
        const wanted = level.demand.take(now);
        level.target = smoothed(level.target, wanted);
        const { nominal, reserved, most } = level.limits;
        return { least: reserved, nominal, most, high: wanted.high, target: level.target };
      }),
    );
    levels.forEach((level, i) => {
      level.current = seats[i]!;
    });
    for (const level of levels) level.dispatch();
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
        resized(before, limit);
      else this.#levels.set(name, new Level(name, limit, this.#ports()));
    }
  }
  #ports(): ConstructorParameters<typeof Level>[2] {
    const clock = this.#clock;
    return {
      now: () => this.#now(),
      after: (ms, run) => {
        const timer = clock.setTimeout(run, ms);
        return () => clock.clearTimeout(timer);
      },
    };
  }
}
/** What it has borrowed is decided anew at the next period. */
function resized(level: Level, limits: Level['limits']): void {
  if (limits.nominal !== level.limits.nominal) level.current = limits.nominal;
  level.limits = limits;
}
