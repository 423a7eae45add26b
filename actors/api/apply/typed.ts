//! An object beside its type: which fields it has, how two differ, one merged into another, fields taken out of one.
//! The rules are those of structured-merge-diff, which Kubernetes' server-side apply is made of.
import { equal, isObject, type Json, type JsonObject, put } from '../json.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, isField, isKey, keyElement, nameOf, valueElement } from './path.ts';
import { type ApplyType, ATOMIC, DEDUCED } from './type.ts';

type Value = Json | undefined;

/** What a value is made of, under its type; undefined: it is one value. */
interface Parts {
  readonly parts: ReadonlyMap<string, Value>;
  readonly typeOf: (element: string) => ApplyType;
  /** Undefined: a list, whose items are always members of a set. */
  readonly declared: ((element: string) => boolean) | undefined;
}
const isNothing = (value: Value): boolean => value === undefined || value === null;

const hasParts = (value: Value, type: ApplyType): boolean =>
  isObject(value)
    ? type.kind === 'deduced' || type.kind === 'granular'
    : Array.isArray(value) && (type.kind === 'set' || type.kind === 'listMap');
export function partsOf(value: Value, type: ApplyType): Parts | undefined {
  if (isObject(value)) {
    if (type.kind === 'deduced')
      return fields(
        value,
        () => DEDUCED,
        () => true,
      );
    if (type.kind !== 'granular') return undefined;
    return fields(value, (name) => type.field(name) ?? ATOMIC, type.declared);
  }
  if (!Array.isArray(value)) return undefined;
  if (type.kind === 'set')
    return {
      parts: firstOf(value.map((item) => [valueElement(item), item])),
      typeOf: () => ATOMIC,
      declared: undefined,
    };
  if (type.kind !== 'listMap') return undefined;
  const items = firstOf(value.map((item) => [elementOf(item, type), item]));
  return { parts: items, typeOf: () => type.items, declared: undefined };
}
const fields = (
  value: JsonObject,
  typeOf: (name: string) => ApplyType,
  declared: (name: string) => boolean,
): Parts => ({
  parts: fieldsIn(value),
  typeOf: (element) => typeOf(nameOf(element)),
  declared: (element) => declared(nameOf(element)),
});
function fieldsIn(value: JsonObject): ReadonlyMap<string, Json> {
  const result = new Map<string, Json>();
  for (const name in value) {
    const part = value[name];
    if (part !== undefined) result.set(fieldElement(name), part);
  }
  return result;
}
/** Stored lists may name an item twice: the first stands for it. */
function firstOf(items: readonly (readonly [string, Json])[]): ReadonlyMap<string, Json> {
  const result = new Map<string, Json>();
  for (const [element, item] of items) if (!result.has(element)) result.set(element, item);
  return result;
}
export function elementOf(item: Json, type: Extract<ApplyType, { kind: 'listMap' }>): string {
  const keys: JsonObject = {};
  for (const key of type.keys) {
    const value = (isObject(item) ? item[key] : undefined) ?? type.defaults[key];
    if (value !== undefined) keys[key] = value;
  }
  return keyElement(keys);
}

/** Every field that the value speaks of. */
export function fieldsOf(value: Value, type: ApplyType): FieldSet {
  const made = partsOf(value, type);
  if (made === undefined) return FieldSet.EMPTY;
  const members = new Set<string>();
  const children = new Map<string, FieldSet>();
  for (const [element, part] of made.parts) {
    const below = made.typeOf(element);
    const single = !hasParts(part, below);
    if (single && !(isNothing(part) && below.kind !== 'atomic')) members.add(element);
    if (!single) children.set(element, fieldsOf(part, below));
    const empty = isNothing(part) || (isObject(part) && Object.keys(part).length === 0);
    if (made.declared === undefined || empty || !made.declared(element)) members.add(element);
  }
  return FieldSet.of(members, children);
}

export interface Difference {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}
export const NO_DIFFERENCE: Difference = {
  added: FieldSet.EMPTY,
  modified: FieldSet.EMPTY,
  removed: FieldSet.EMPTY,
};
export function compare(before: Value, after: Value, type: ApplyType): Difference {
  if (before === after) return NO_DIFFERENCE;
  if (isNothing(before)) return { ...NO_DIFFERENCE, added: everyPart(after, type) };
  if (isNothing(after)) return { ...NO_DIFFERENCE, removed: everyPart(before, type) };
  const [left, right] = [partsOf(before, type), partsOf(after, type)];
  return left === undefined || right === undefined ? NO_DIFFERENCE : differ(left, right);
}
class Found {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();
  add(element: string, below: FieldSet): void {
    this.members.add(element);
    this.under(element, below);
  }
  under(element: string, below: FieldSet): void {
    if (!below.isEmpty) this.children.set(element, below);
  }
  get set(): FieldSet {
    return FieldSet.of(this.members, this.children);
  }
}
function differ(left: Parts, right: Parts): Difference {
  let difference: Readonly<Record<keyof Difference, Found>> | undefined;
  const found = (): NonNullable<typeof difference> => {
    difference ??= { added: new Found(), modified: new Found(), removed: new Found() };
    return difference;
  };
  for (const [element, before] of left.parts) {
    const after = right.parts.get(element);
    if (before === after || isNothing(before)) continue;
    const type = left.typeOf(element);
    if (isNothing(after)) {
      found().removed.add(element, everyPart(before, type));
      continue;
    }
    const [was, is] = [partsOf(before, type), partsOf(after, type)];
    if (was === undefined || is === undefined) {
      if (!equal(before, after)) found().modified.add(element, FieldSet.EMPTY);
      continue;
    }
    const below = differ(was, is);
    if (below === NO_DIFFERENCE) continue;
    const into = found();
    into.added.under(element, below.added);
    into.modified.under(element, below.modified);
    into.removed.under(element, below.removed);
  }
  for (const [element, after] of right.parts)
    if (!isNothing(after) && isNothing(left.parts.get(element)))
      found().added.add(element, everyPart(after, right.typeOf(element)));
  return difference === undefined
    ? NO_DIFFERENCE
    : { added: difference.added.set, modified: difference.modified.set, removed: difference.removed.set };
}
/** Of what is there on one side only: all of it. Most of what a create writes, so objects are walked as they are. */
function everyPart(value: Value, type: ApplyType): FieldSet {
  if (!hasParts(value, type)) return FieldSet.EMPTY;
  const found = new Found();
  if (isObject(value)) {
    for (const name in value) {
      const part = value[name];
      if (isNothing(part)) continue;
      const below = type.kind === 'granular' ? (type.field(name) ?? ATOMIC) : DEDUCED;
      found.add(fieldElement(name), everyPart(part, below));
    }
    return found.set;
  }
  const made = partsOf(value, type)!;
  for (const [element, part] of made.parts)
    if (!isNothing(part)) found.add(element, everyPart(part, made.typeOf(element)));
  return found.set;
}

/** `config` laid over `live`: what it says counts, what it does not speak of stays. */
export function merge(live: Value, config: Value, type: ApplyType): Value {
  if (config === undefined) return live;
  const right = partsOf(config, type);
  const left = partsOf(live, type);
  if (right === undefined || left === undefined) return config;
  if (isObject(config)) {
    const result: JsonObject = { ...(live as JsonObject) };
    for (const [element, part] of right.parts)
      put(result, nameOf(element), merge(left.parts.get(element), part, right.typeOf(element)) as Json);
    return result;
  }
  return mergeLists(live as Json[], config as Json[], type);
}
/** Items of both in the order of `config`; those that only `live` has keep their places among them. */
function mergeLists(live: readonly Json[], config: readonly Json[], type: ApplyType): Json[] {
  const named = (items: readonly Json[]): [string, Json][] =>
    items.map((item) => [type.kind === 'listMap' ? elementOf(item, type) : valueElement(item), item]);
  const [lefts, rights] = [named(live), named(config)];
  const [there, wanted] = [firstOf(lefts), firstOf(rights)];
  const shared = rights.map(([element]) => element).filter((element) => there.has(element));
  const itemType = type.kind === 'listMap' ? type.items : ATOMIC;
  const result: Json[] = [];
  let [l, r, next] = [0, 0, 0];
  while (l < lefts.length || r < rights.length) {
    const [left, right] = [lefts[l], rights[r]];
    if (left !== undefined && right?.[0] !== left[0]) {
      if (!wanted.has(left[0])) {
        result.push(left[1]);
        l++;
        continue;
      }
      // A shared item whose turn in the order of `config` it is not.
      if (right === undefined || shared[next] !== left[0]) {
        l++;
        continue;
      }
    }
    if (right === undefined) break;
    if (there.has(right[0])) next++;
    result.push(merge(there.get(right[0]), right[1], itemType) as Json);
    if (left?.[0] === right[0]) l++;
    r++;
  }
  return result;
}

/**
 * Without the fields and items that are members of `fields`. Undefined: nothing is left. `emptied`: what stands for an
 * inner object that has nothing left; null keeps its name.
 */
export function without(value: Value, fields: FieldSet, type: ApplyType, emptied?: null): Value {
  if (fields.isEmpty) return value;
  const made = partsOf(value, type);
  if (made === undefined) return value;
  const kept = (element: string, part: Json): Json | undefined => {
    if (fields.members.has(element)) return undefined;
    const below = fields.child(element);
    if (below.isEmpty) return part;
    const left = without(part, below, made.typeOf(element), emptied) as Json | undefined;
    return left === undefined && isObject(part) ? emptied : left;
  };
  if (Array.isArray(value)) {
    const result = value.flatMap((item) => {
      const element = type.kind === 'listMap' ? elementOf(item, type) : valueElement(item);
      const left = kept(element, item);
      return left === undefined ? [] : [left];
    });
    return result.length === 0 ? undefined : result;
  }
  const result: JsonObject = {};
  for (const [element, part] of made.parts) {
    const left = kept(element, part as Json);
    if (left !== undefined) put(result, nameOf(element), left);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/** The set, with every named field that has something below it as a member too. */
export function withParents(fields: FieldSet, type: ApplyType): FieldSet {
  const members = new Set(fields.members);
  const children = new Map<string, FieldSet>();
  for (const [element, child] of fields.children) {
    const granular = type.kind === 'granular' || type.kind === 'deduced';
    if (isField(element) && granular) members.add(element);
    children.set(element, withParents(child, below(element, type)));
  }
  return FieldSet.of(members, children);
}
function below(element: string, type: ApplyType): ApplyType {
  if (type.kind === 'deduced') return DEDUCED;
  if (isField(element) && type.kind === 'granular') return type.field(nameOf(element)) ?? ATOMIC;
  return isKey(element) && type.kind === 'listMap' ? type.items : ATOMIC;
}
