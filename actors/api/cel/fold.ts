//! Macros over lists and maps.
import { compare } from './equality.ts';
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
      if (indexPlace >= 0) frame.slots[indexPlace] = turn[0];
      frame.slots[itemPlace] = turn[1];
      if (filter !== undefined && !truth(filter(frame))) continue;
      frame.charge(COST.turn[kind]);
      yield turn;
    }
    frame.charge(COST.result[kind]);
  }
  switch (kind) {
    case 'all':
      return (frame) => quantified(frame, turns(frame), body, 'all');
    case 'exists':
      return (frame) => quantified(frame, turns(frame), body, 'exists');
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
    case 'sortBy':
      return (frame) => {
        const keyed: [Value, Value][] = [];
        for (const [, item] of turns(frame)) keyed.push([body(frame), item]);
        frame.charge(COST.sorted(keyed.length));
        return new List(keyed.sort(([a], [b]) => compare(a, b)).map(([, item]) => item));
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

function quantified(frame: Frame, turns: Generator_<Turn>, body: Code, kind: 'all' | 'exists'): boolean {
  const decides = kind === 'exists';
  let failure: Failure | undefined;
  for (let turn = turns.next(); !turn.done; ) {
    try {
      const decided = truth(body(frame)) === decides;
      const before = frame.cost;
      turn = turns.next();
      if (decided) {
        // The others are not looked at: only whether there are any.
        frame.cost = before;
        frame.charge(COST.result[kind] + (turn.done ? 0 : COST.stopped[kind]));
        return decides;
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failure ??= error;
      turn = turns.next();
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
