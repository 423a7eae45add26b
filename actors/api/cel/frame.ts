//! One evaluation under way.
import { Cancelled, Failure } from './failure.ts';
import type { Value } from './value.ts';

export class Frame {
  readonly slots: (Value | undefined)[];
  cost = 0;
  readonly #limit: number;
  constructor(slots: (Value | undefined)[], limit: number) {
    this.slots = slots;
    this.#limit = limit;
  }
  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new Cancelled();
  }
}
export type Code = (frame: Frame) => Value;
export function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Failure('no such overload');
  return value;
}
/** cel-go common/cost.go and interpreter/runtimecost.go. */
export const COST = {
  /** Of a variable and of each field behind it. */
  select: 1,
  call: 1,
  list: 10,
  map: 30,
  struct: 40,
  /** Of each turn of a macro, beside what its own expressions cost: cel-go expands it to calls that cost this. */
  turn: {
    all: 3,
    exists: 4,
    exists_one: 0,
    map: 12,
    filter: 0,
    sortBy: 12,
    transformList: 12,
    transformMap: 3,
    transformMapEntry: 2,
  },
  /** Of the look at whether all() and exists() may stop, when they do. */
  stopped: { all: 2, exists: 3 },
  /** Of one that filter keeps, and that exists_one counts. */
  kept: { filter: 13, exists_one: 2 },
  /** At the end: the result is a variable. */
  result: {
    all: 1,
    exists: 1,
    exists_one: 2,
    map: 1,
    filter: 1,
    sortBy: 1,
    transformList: 1,
    transformMap: 1,
    transformMapEntry: 1,
  },
  /** Of sorting so many. */
  sorted: (count: number): number => 11 + 2 * count * count,
} as const;
