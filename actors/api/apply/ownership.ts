//! What a write does to the owners of fields: an update takes what it changed, an apply owns what it says and gives up
//! what it no longer says. The rules of structured-merge-diff's Updater.
import type { JsonObject } from '../json.ts';
import type { Conflict } from './conflict.ts';
import { FieldSet } from './field-set.ts';
import { type Identity, idOf, type Manager, type Managers } from './managers.ts';
import type { ApplyType } from './type.ts';
import { compare, type Difference, fieldsOf, merge, NO_DIFFERENCE, without, withParents } from './typed.ts';

/** An object as another version of its resource shows it, and that version's type. */
export interface Version {
  readonly type: ApplyType;
  readonly of: (object: JsonObject) => JsonObject;
}
export interface Versions {
  /** Undefined: nobody serves that version any more. */
  version(apiVersion: string): Version | undefined;
}
interface Changed {
  readonly managers: Managers;
  readonly difference: Difference;
}
export type Applied =
  | { readonly object: JsonObject; readonly managers: Managers }
  | { readonly conflicts: readonly Conflict[] };

/** `live` became `after` by `who`: it owns what differs. Both in the version that it speaks. */
export function updated(
  versions: Versions,
  live: JsonObject,
  after: JsonObject,
  managers: Managers,
  who: Identity,
  nowText: string,
  ignored: (fields: FieldSet) => FieldSet,
): Managers {
  // Whoever it is, it is nobody yet: what it did before counts like what others did.
  const { managers: left, difference } = moved(versions, live, after, managers, who.apiVersion);
  const id = idOf(who);
  const before = left.get(id);
  const taken = ignored(difference.modified.union(difference.added));
  const result = new Map(left);
  if (!taken.isEmpty)
    result.set(id, { ...who, time: nowText, fields: (before?.fields ?? FieldSet.EMPTY).union(taken) });
  return withoutEmpty(result);
}

/** `config` applied to `live`, both in the version of `who`. */
export function applied(
  versions: Versions,
  live: JsonObject,
  config: JsonObject,
  managers: Managers,
  who: Identity,
  nowText: string,
  ignored: (fields: FieldSet) => FieldSet,
  force: boolean,
): Applied {
  const type = typeOf(versions, who.apiVersion);
  const id = idOf(who);
  const last = managers.get(id);
  const fields = ignored(fieldsOf(config, type));
  const own: Manager = { ...who, time: last?.fields.equals(fields) ? last.time : nowText, fields };
  const claimed = new Map(managers).set(id, own);
  const merged = merge(live, config, type) as JsonObject;
  const object = last === undefined ? merged : pruned(versions, merged, claimed, own, last);
  const change = moved(versions, live, object, claimed, who.apiVersion, id);
  const conflicts = force ? [] : conflictsOf(claimed, change, id);
  return conflicts.length > 0 ? { conflicts } : { object, managers: withoutEmpty(change.managers) };
}

function typeOf(versions: Versions, apiVersion: string): ApplyType {
  const version = versions.version(apiVersion);
  if (version === undefined) throw new Error(`no version ${apiVersion} of what is written`);
  return version.type;
}
const withoutEmpty = (managers: Managers): Managers =>
  new Map([...managers].filter(([, { fields }]) => !fields.isEmpty));

/** What changed is nobody's any more but that of `except`, who applies. */
function moved(
  versions: Versions,
  live: JsonObject,
  after: JsonObject,
  managers: Managers,
  apiVersion: string,
  except?: string,
): Changed & { readonly differences: ReadonlyMap<string, Difference> } {
  const differences = new Map([[apiVersion, compare(live, after, typeOf(versions, apiVersion))]]);
  const differenceIn = (version: string): Difference => {
    let known = differences.get(version);
    if (known === undefined) {
      const other = versions.version(version);
      known = other === undefined ? NO_DIFFERENCE : compare(other.of(live), other.of(after), other.type);
      differences.set(version, known);
    }
    return known;
  };
  const result = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    // Nobody can read what it owns any more: it is dropped, as kube-apiserver does.
    if (versions.version(manager.apiVersion) === undefined) continue;
    const { added, modified, removed } = differenceIn(manager.apiVersion);
    const lost = modified.union(added).union(removed);
    result.set(id, id === except ? manager : { ...manager, fields: manager.fields.difference(lost) });
  }
  return { managers: result, difference: differences.get(apiVersion)!, differences };
}
function conflictsOf(
  managers: Managers,
  { differences }: { readonly differences: ReadonlyMap<string, Difference> },
  except: string,
): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  for (const [id, manager] of managers) {
    if (id === except) continue;
    const { modified, added } = differences.get(manager.apiVersion) ?? NO_DIFFERENCE;
    for (const path of manager.fields.intersection(modified.union(added)).paths()) conflicts.push({ manager, path });
  }
  return conflicts;
}

/** Without what `last` had and nobody has now. */
function pruned(versions: Versions, merged: JsonObject, managers: Managers, own: Manager, last: Manager): JsonObject {
  const then = versions.version(last.apiVersion);
  if (last.fields.isEmpty || then === undefined) return merged;
  const { type } = then;
  const whole = then.of(merged);
  let result = (without(whole, withParents(last.fields, type), type) ?? {}) as JsonObject;
  let owned = FieldSet.EMPTY;
  for (const manager of managers.values())
    if (manager.apiVersion === last.apiVersion) owned = owned.union(manager.fields);
  // An object that somebody owns as a whole, `{}`, stays by its name, so that what the server has put into it can stay.
  result = addedBack(whole, result, type, (missing) => missing.difference(withParents(owned, type)), null);
  for (const version of new Set([...managers.values()].map(({ apiVersion }) => apiVersion))) {
    if (version === last.apiVersion) continue;
    const other = versions.version(version);
    if (other === undefined) continue;
    let theirs = FieldSet.EMPTY;
    for (const manager of managers.values()) if (manager.apiVersion === version) theirs = theirs.union(manager.fields);
    const back = addedBack(other.of(whole), other.of(result), other.type, (missing) =>
      missing.difference(withParents(theirs, other.type)),
    );
    result = then.of(back);
  }
  // What nobody ever owned stays.
  result = addedBack(whole, result, type, (missing) => missing.intersection(withParents(last.fields, type)));
  return versions.version(own.apiVersion)!.of(result);
}
/** `whole` without those of the fields that `part` lacks which `drop` says. */
function addedBack(
  whole: JsonObject,
  part: JsonObject,
  type: ApplyType,
  drop: (missing: FieldSet) => FieldSet,
  emptied?: null,
): JsonObject {
  const has = withParents(fieldsOf(whole, type), type);
  const left = withParents(fieldsOf(part, type), type);
  return (without(whole, drop(has.difference(left)), type, emptied) ?? {}) as JsonObject;
}
