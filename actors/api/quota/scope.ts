//! Which objects a quota is about: `scopes` and `scopeSelector` (pkg/quota/v1/evaluator/core podMatchesScopeFunc).
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { qosClass } from '../qos.ts';

interface Named {
  readonly group: string;
  readonly resource: string;
}

/** All scopes must hold. Only pods have scopes, and claims one. */
export function isInScope(of: Named, object: JsonObject, quota: Json): boolean {
  const asked = [
    ...listOf(get(quota, 'spec', 'scopes')).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...listOf(get(quota, 'spec', 'scopeSelector', 'matchExpressions')),
  ];
  return asked.every((one) => holds(of, object, objectOf(one)));
}
function holds({ group, resource }: Named, object: JsonObject, selector: JsonObject): boolean {
  const spec = object['spec'];
  const scope = textOf(selector['scopeName']);
  if (group !== '') return false;
  if (resource === 'persistentvolumeclaims')
    return scope === 'VolumeAttributesClass' && chosen(selector, textOf(get(spec, 'volumeAttributesClassName')));
  if (resource !== 'pods') return false;
  switch (scope) {
    case 'Terminating':
      return isTerminating(spec);
    case 'NotTerminating':
      return !isTerminating(spec);
    case 'BestEffort':
      return qosClass(object) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(object) !== 'BestEffort';
    case 'PriorityClass':
      return chosen(selector, textOf(get(spec, 'priorityClassName')));
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(spec);
    default:
      return false;
  }
}
export function isTerminating(spec: Json | undefined): boolean {
  const seconds = get(spec, 'activeDeadlineSeconds');
  return typeof seconds === 'number' && seconds >= 0;
}
function chosen(selector: JsonObject, value: string): boolean {
  const values = listOf(selector['values']);
  switch (selector['operator']) {
    case 'In':
      return value !== '' && values.includes(value);
    case 'NotIn':
      return value === '' || !values.includes(value);
    case 'DoesNotExist':
      return value === '';
    default:
      return value !== '';
  }
}
function crossesNamespaces(spec: Json | undefined): boolean {
  const crosses = (term: Json | undefined): boolean =>
    isObject(get(term, 'namespaceSelector')) || listOf(get(term, 'namespaces')).length > 0;
  return ['podAffinity', 'podAntiAffinity'].some((kind) => {
    const affinity = get(spec, 'affinity', kind);
    return (
      listOf(get(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')).some(crosses) ||
      listOf(get(affinity, 'preferredDuringSchedulingIgnoredDuringExecution')).some((one) =>
        crosses(get(one, 'podAffinityTerm')),
      )
    );
  });
}
