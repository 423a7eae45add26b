//! Near which nodes and pods a pod is to be (validateAffinity).
import { forbidden, invalid, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label, qualifiedName } from '../../names.ts';
import { type Errors, labelSelector, name } from '../check.ts';
import { hasOddValues, nodeSelector, nodeSelectorTerm } from './selectors.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const PODS = ['podAffinity', 'podAntiAffinity'] as const;

/** `old`: of the spec that is updated; what is no label's value there may stay. */
export function affinity(errors: Errors, path: string, given: Json | undefined, old: Json | undefined): void {
  if (!isObject(given)) return;
  nodeAffinity(errors, `${path}.nodeAffinity`, objectOf(given['nodeAffinity']), get(old, 'nodeAffinity'));
  const lenient = hasOddSelectors(old);
  for (const kind of PODS) {
    listOf(get(given, kind, REQUIRED)).forEach((term, i) => {
      podAffinityTerm(errors, `${path}.${kind}.${REQUIRED}[${i}]`, objectOf(term), lenient);
    });
    listOf(get(given, kind, PREFERRED)).forEach((item, i) => {
      const at = `${path}.${kind}.${PREFERRED}[${i}]`;
      weight(errors, `${at}.weight`, get(item, 'weight'));
      podAffinityTerm(errors, `${at}.podAffinityTerm`, objectOf(get(item, 'podAffinityTerm')), lenient);
    });
  }
}
function nodeAffinity(errors: Errors, path: string, given: JsonObject, old: Json | undefined): void {
  if (isObject(given[REQUIRED]))
    nodeSelector(errors, `${path}.${REQUIRED}`, given[REQUIRED], hasOddValues(get(old, REQUIRED)));
  listOf(given[PREFERRED]).forEach((item, i) => {
    const at = `${path}.${PREFERRED}[${i}]`;
    weight(errors, `${at}.weight`, get(item, 'weight'));
    // What matches nothing may be preferred.
    nodeSelectorTerm(errors, `${at}.preference`, objectOf(get(item, 'preference')), true);
  });
}
function weight(errors: Errors, at: string, value: Json | undefined): void {
  const number = numberOf(value);
  if (number <= 0 || number > 100) errors.push(invalid(at, number, 'must be in the range 1-100'));
}
const NAMED = ['labelSelector', 'namespaceSelector'] as const;
function podAffinityTerm(errors: Errors, at: string, term: JsonObject, lenient: boolean): void {
  for (const field of NAMED) labelSelector(errors, `${at}.${field}`, term[field], lenient);
  for (const namespace of listOf(term['namespaces'])) name(errors, `${at}.namespace`, namespace, dns1123Label);
  labelKeys(errors, at, term);
  const key = textOf(term['topologyKey']);
  if (key === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
  name(errors, `${at}.topologyKey`, key, qualifiedName);
}
function hasOddSelectors(old: Json | undefined): boolean {
  const found: Errors = [];
  for (const kind of PODS) {
    const preferred = listOf(get(old, kind, PREFERRED)).map((item) => get(item, 'podAffinityTerm'));
    for (const term of [...listOf(get(old, kind, REQUIRED)), ...preferred])
      for (const field of NAMED) labelSelector(found, '', get(term, field));
  }
  return found.length > 0;
}

/** ValidateMatchLabelKeysAndMismatchLabelKeys: the API server adds what they mean to the selector. */
export function labelKeys(errors: Errors, path: string, given: JsonObject): void {
  const [match, mismatch] = [listOf(given['matchLabelKeys']), listOf(given['mismatchLabelKeys'])];
  const selector = given['labelSelector'];
  for (const [field, keys] of [
    ['matchLabelKeys', match],
    ['mismatchLabelKeys', mismatch],
  ] as const) {
    if (keys.length === 0) continue;
    if (!isObject(selector))
      errors.push(forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    else
      keys.forEach((key, i) => {
        name(errors, `${path}.${field}[${i}]`, key, qualifiedName);
      });
  }
  const seen = new Set(Object.keys(objectOf(get(selector, 'matchLabels'))));
  for (const item of listOf(get(selector, 'matchExpressions'))) {
    const key = textOf(get(item, 'key'));
    const i = match.lastIndexOf(key);
    // Its place is told as the constraint's own.
    if (i >= 0 && seen.has(key))
      errors.push(invalid(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    seen.add(key);
  }
  match.forEach((key, i) => {
    if (mismatch.includes(key))
      errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}
