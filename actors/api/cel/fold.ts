//! Macros over lists and maps.
import { Failure } from './failure.ts';
import { COST, type Code, type Frame, truth } from './frame.ts';
import type { Generator, Slots } from './generate.ts';
import type { Fold } from './syntax/ast.ts';
import { HeldMap, type Key, keyOf, List, MapValue, type Value } from './value.ts';

type Turn = readonly [index: Value, item: Value];

export function foldCode(generator: Generator, expr: Fold, slots: Slots): Code {
  const range = generator.code(expr.range, slots);
  const [first, indexPlace] = expr.index === undefined ? [slots, -1] : generator.with(slots, expr.index);
  const [inner, itemPlace] = generator.with(first, expr.item);
  const filter = expr.filter === undefined ? undefined : generator.code(expr.filter, inner);
  const body = generator.code(expr.body, inner);
  const { kind } = expr;
  function* turns(frame: Frame): Generator_<Turn> {
    for (const turn of membersOf(range(frame), expr.index !== undefined)) {
      frame.charge(COST.turn[kind]);
      if (indexPlace >= 0) frame.slots[indexPlace] = turn[0];
      frame.slots[itemPlace] = turn[1];
      if (filter === undefined || truth(filter(frame))) yield turn;
    }
    frame.charge(COST.result[kind]);
  }
  switch (kind) {
    case 'all':
      return (frame) => quantified(frame, turns(frame), body, false);
    case 'exists':
      return (frame) => quantified(frame, turns(frame), body, true);
    case 'exists_one':
      return (frame) => {
        let count = 0;
        for (const _ of turns(frame)) {
          if (!truth(body(frame))) continue;
          count++;
          frame.charge(COST.kept.exists_one);
        }
        return count === 1;
      };
    case 'filter':
      return (frame) => {
        const kept: Value[] = [];
        for (const [, item] of turns(frame)) {
          if (!truth(body(frame))) continue;
          frame.charge(COST.kept.filter);
          kept.push(item);
        }
        return new List(kept);
      };
    case 'map':
    case 'transformList':
      return (frame) => {
        const found: Value[] = [];
        for (const _ of turns(frame)) found.push(body(frame));
        return new List(found);
      };
    case 'transformMap':
      return (frame) => {
        const held = new Map<Key, Value>();
        for (const [index] of turns(frame)) held.set(keyOf(index)!, body(frame));
        return new HeldMap(held);
      };
    case 'transformMapEntry':
      return (frame) => {
        const held = new Map<Key, Value>();
        for (const _ of turns(frame)) addEntries(held, body(frame));
        return new HeldMap(held);
      };
  }
}
type Generator_<T> = globalThis.Generator<T, void, undefined>;

function quantified(frame: Frame, turns: Iterable<Turn>, body: Code, decides: boolean): boolean {
  let failure: Failure | undefined;
  for (const _ of turns) {
    try {
      if (truth(body(frame)) === decides) return decides;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return !decides;
}
/** Of a map: keys; with two variables keys and values. */
function membersOf(range: Value, two: boolean): readonly Turn[] {
  if (range instanceof List) return range.items.map((item, i): Turn => [BigInt(i), item]);
  if (range instanceof MapValue) return range.keys().map((key): Turn => [key, two ? range.get(key)! : key]);
  throw new Failure('no such overload');
}
function addEntries(held: Map<Key, Value>, entries: Value): void {
  if (!(entries instanceof MapValue)) throw new Failure('no such overload');
  for (const key of entries.keys()) {
    if (held.has(key)) throw new Failure(`insert failed: key ${String(key)} already exists`);
    held.set(key, entries.get(key)!);
  }
}
