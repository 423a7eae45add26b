//! What the API server says of a CustomResourceDefinition: which names it has, whether it is served
//! (apiextensions-apiserver pkg/controller/status, establish).
import { asJson, equal, get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';

const ONE = ['plural', 'singular', 'kind', 'listKind'] as const;
type Names = JsonObject;
const accepted = (crd: Json): Names => objectOf(get(crd, 'status', 'acceptedNames'));

/** The status that it should have, given the others of its group. The same object when it has it. */
export function withNames<T extends object>(crd: T, others: readonly object[], now: string): T {
  const object = asJson(crd);
  const spec = objectOf(object['spec']);
  const wanted = objectOf(spec['names']);
  const before = accepted(object);
  const taken = takenBy(others.filter((one) => get(one, 'spec', 'group') === spec['group']));
  const names: Names = { ...before };
  let conflict: { reason: string; message: string } | undefined;
  const used = (name: string): string => `${JSON.stringify(name)} is already in use`;
  const take = (field: (typeof ONE)[number], among: ReadonlySet<string>, reason: string): void => {
    const name = textOf(wanted[field]);
    if (name !== textOf(before[field]) && among.has(name)) conflict = { reason, message: used(name) };
    else names[field] = name;
  };
  take('plural', taken.resources, 'PluralConflict');
  take('singular', taken.resources, 'SingularConflict');
  const short = listOf(wanted['shortNames']).map(textOf);
  const had = listOf(before['shortNames']);
  const clashes = short.filter((name) => !had.includes(name) && taken.resources.has(name)).map(used);
  if (clashes.length > 0)
    conflict = {
      reason: 'ShortNamesConflict',
      message: clashes.length === 1 ? (clashes[0] ?? '') : `[${clashes.join(', ')}]`,
    };
  else if (short.length > 0) names['shortNames'] = short;
  else delete names['shortNames'];
  take('kind', taken.kinds, 'KindConflict');
  take('listKind', taken.kinds, 'ListKindConflict');
  if (wanted['categories'] === undefined) delete names['categories'];
  else names['categories'] = wanted['categories'];
  const conditions = conditionsOf(listOf(get(object, 'status', 'conditions')), conflict, now);
  const status = { ...objectOf(object['status']), acceptedNames: names, conditions };
  return equal(status, object['status']) ? crd : ({ ...object, status } as T);
}
function takenBy(others: readonly object[]): { resources: ReadonlySet<string>; kinds: ReadonlySet<string> } {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of others) {
    const { plural, singular, shortNames, kind, listKind } = accepted(asJson(other));
    for (const name of [plural, singular, ...listOf(shortNames)]) resources.add(textOf(name));
    for (const name of [kind, listKind]) kinds.add(textOf(name));
  }
  resources.delete('');
  kinds.delete('');
  return { resources, kinds };
}
function conditionsOf(
  before: readonly Json[],
  conflict: { reason: string; message: string } | undefined,
  now: string,
): Json[] {
  const held = before.some((one) => get(one, 'type') === 'Established' && get(one, 'status') === 'True');
  const names: JsonObject =
    conflict === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...conflict };
  const established: JsonObject =
    conflict === undefined
      ? {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
      : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  return withCondition(held ? before : withCondition(before, established, now), names, now, 0);
}
/** With a condition in its place; the time of the last one that said the same stays. */
export function withCondition(before: readonly Json[], condition: JsonObject, now: string, first = -1): Json[] {
  const at = before.findIndex((one) => get(one, 'type') === condition['type']);
  const old = before[at];
  const time = get(old, 'status') === condition['status'] ? (get(old, 'lastTransitionTime') ?? now) : now;
  const next = isObject(old) ? { ...old, ...condition } : condition;
  const done: JsonObject = { type: '', status: '', ...next, lastTransitionTime: time };
  if (at >= 0) return before.map((one, i) => (i === at ? done : one));
  return first === 0 ? [done, ...before] : [...before, done];
}
