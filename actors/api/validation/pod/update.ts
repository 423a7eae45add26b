//! What may change of a pod that there is (ValidatePodUpdate, ValidatePodEphemeralContainersUpdate).
import { forbidden, invalid, required } from '../../field-error.ts';
import { goDiff } from '../../go-diff.ts';
import { asGo, podSpecAsGo, shownAll, shownAs } from '../../go-struct.ts';
import {
  equal,
  get,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  semanticEqual,
  textOf,
} from '../../json.ts';
import { type Errors, isNull, range } from '../check.ts';
import { imageOfPod } from '../container/containers.ts';
import { MIRROR } from './annotations.ts';
import { tolerations } from './selectors.ts';

const CHANGED = `pod updates may not change fields other than ${[
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')}`;
const IMAGES = ['containers', 'initContainers'] as const;

export function podUpdate(errors: Errors, spec: JsonObject, old: JsonObject): void {
  for (const list of IMAGES) if (!images(errors, `spec.${list}`, listOf(spec[list]), listOf(old[list]))) return;
  if (!deadline(errors, spec['activeDeadlineSeconds'], old['activeDeadlineSeconds'])) return;
  addedTolerations(errors, listOf(spec['tolerations']), listOf(old['tolerations']));
  fewerGates(errors, listOf(spec['schedulingGates']), listOf(old['schedulingGates']));
  if (semanticEqual(spec, old)) return;
  const rest = masked(errors, spec, old);
  if (semanticEqual(rest, old)) return;
  errors.push(forbidden('spec', `${CHANGED}\n${goDiff(podSpecAsGo(old), podSpecAsGo(rest))}`));
}
/** Whether there is more to say. */
function images(errors: Errors, path: string, list: readonly Json[], old: readonly Json[]): boolean {
  if (list.length !== old.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  list.forEach((item, i) => {
    const container = objectOf(item);
    if (textOf(container['image']) === '') errors.push(required(`${path}[${i}].image`));
    imageOfPod(errors, `${path}[${i}]`, container);
  });
  return true;
}
function deadline(errors: Errors, now: Json | undefined, before: Json | undefined): boolean {
  const at = 'spec.activeDeadlineSeconds';
  const found = errors.length;
  if (isNull(now)) {
    if (!isNull(before)) errors.push(invalid(at, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  range(errors, at, now, 0, 0x7fffffff);
  if (errors.length === found && typeof before === 'number' && before < numberOf(now))
    errors.push(invalid(at, now, 'must be less than or equal to previous value'));
  return errors.length === found;
}
function addedTolerations(errors: Errors, now: readonly Json[], before: readonly Json[]): void {
  const at = 'spec.tolerations';
  const rest = (toleration: Json): JsonObject => {
    const { tolerationSeconds: _, ...others } = objectOf(toleration);
    return others;
  };
  const kept = now.map(rest);
  if (!before.every((one) => kept.some((other) => semanticEqual(other, rest(one)))))
    errors.push(forbidden(at, 'existing toleration can not be modified except its tolerationSeconds'));
  else tolerations(errors, at, now);
}
function fewerGates(errors: Errors, now: readonly Json[], before: readonly Json[]): void {
  const known = new Set(before.map((gate) => textOf(get(gate, 'name'))));
  const last = new Map(now.map((gate, i) => [textOf(get(gate, 'name')), i]));
  for (const [gate, i] of last) {
    if (known.has(gate)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${gate}'`;
    errors.push(forbidden(`spec.schedulingGates[${i}].name`, detail));
  }
}

/** The new spec, with the old one's values where it may differ. */
function masked(errors: Errors, spec: JsonObject, old: JsonObject): JsonObject {
  const rest: JsonObject = { ...spec };
  const keep = (field: string): void => {
    if (old[field] === undefined) delete rest[field];
    else rest[field] = old[field];
  };
  for (const list of IMAGES)
    if (rest[list] !== undefined)
      rest[list] = listOf(rest[list]).map((item, i) => ({
        ...objectOf(item),
        image: get(old, list, i, 'image') ?? '',
      }));
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) keep(field);
  if (numberOf(old['terminationGracePeriodSeconds']) < 0 && rest['terminationGracePeriodSeconds'] === 1)
    keep('terminationGracePeriodSeconds');
  if (listOf(old['schedulingGates']).length === 0) return rest;
  // A pod that is not to be scheduled yet may be narrowed.
  if (!semanticEqual(rest['nodeSelector'], old['nodeSelector'])) {
    narrowedSelector(errors, rest['nodeSelector'], objectOf(old['nodeSelector']));
    keep('nodeSelector');
  }
  const [now, before] = [get(rest, 'affinity', 'nodeAffinity'), get(old, 'affinity', 'nodeAffinity')];
  if (!semanticEqual(now, before)) {
    narrowedAffinity(errors, now, before);
    const { nodeAffinity: _, ...others } = objectOf(rest['affinity']);
    const affinity = { ...others, ...(isNull(before) ? {} : { nodeAffinity: before }) };
    if (Object.keys(affinity).length === 0) delete rest['affinity'];
    else rest['affinity'] = affinity;
  }
  return rest;
}
function narrowedSelector(errors: Errors, now: Json | undefined, before: JsonObject): void {
  if (Object.entries(before).every(([key, value]) => get(now, key) === value)) return;
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
  errors.push(invalid('spec.nodeSelector', now ?? null, detail));
}
function narrowedAffinity(errors: Errors, now: Json | undefined, before: Json | undefined): void {
  const [next, terms] = [now, before].map((one) =>
    listOf(get(one, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')),
  ) as [readonly Json[], readonly Json[]];
  const at = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  if (terms.length === 0) return;
  if (terms.length !== next.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    const shown = next.length === 0 ? 'null' : shownAll('NodeSelectorTerm', [...next]);
    return void errors.push({ ...invalid(at, [...next], detail), shown });
  }
  terms.forEach((term, i) => {
    if (onlyAdded(next[i]!, term)) return;
    const detail = 'only additions are allowed (no mutations or deletions)';
    errors.push({ ...invalid(`${at}[${i}]`, next[i], detail), shown: shownAs('NodeSelectorTerm', next[i]) });
  });
}
function onlyAdded(now: Json, before: Json): boolean {
  const lists = ['matchExpressions', 'matchFields'].map((field) => [
    listOf(get(now, field)),
    listOf(get(before, field)),
  ]);
  // A term that says nothing matches nothing.
  if (lists.every(([, old]) => old!.length === 0)) return lists.every(([next]) => next!.length === 0);
  return lists.every(([next, old]) => semanticEqual(next!.slice(0, old!.length), old));
}

/** Containers that came to look stay as they came. */
export function ephemeralUpdate(errors: Errors, object: JsonObject, old: JsonObject): void {
  if (get(old, 'metadata', 'annotations', MIRROR) !== undefined) {
    errors.splice(0, errors.length, forbidden('', 'static pods do not support ephemeral containers'));
    return;
  }
  const at = 'spec.ephemeralContainers';
  const now = new Map(listOf(get(object, 'spec', 'ephemeralContainers')).map((one) => [get(one, 'name'), one]));
  for (const before of listOf(get(old, 'spec', 'ephemeralContainers'))) {
    const own = JSON.stringify(textOf(get(before, 'name')));
    const after = now.get(get(before, 'name'));
    if (!isObject(after)) errors.push(forbidden(at, `existing ephemeral containers ${own} may not be removed\n`));
    else if (!equal(after, before) && !semanticEqual(after, before)) {
      const diff = goDiff(asGo('EphemeralContainer', before), asGo('EphemeralContainer', after));
      errors.push(forbidden(at, `existing ephemeral containers ${own} may not be changed\n${diff}`));
    }
  }
}
