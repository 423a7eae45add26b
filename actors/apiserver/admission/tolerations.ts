//! DefaultTolerationSeconds: a pod stays five minutes on a node that is not ready or not reachable.
import { get, type Json, type JsonObject, listOf, objectOf } from '../../api/json.ts';
import { isOf } from './attributes.ts';
import { done, type Plugin } from './plugin.ts';

const SECONDS = 300;
const KEYS: readonly string[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export const defaultTolerationSeconds: Plugin = {
  name: 'DefaultTolerationSeconds',
  handles: (a) => (a.operation === 'CREATE' || a.operation === 'UPDATE') && isOf(a, '', 'pods'),
  mutate: (_, { object }) => done(defaultTolerations(objectOf(object))),
};

function defaultTolerations(pod: JsonObject): JsonObject {
  const given = listOf(get(pod, 'spec', 'tolerations'));
  const added = KEYS.filter((key) => !given.some((toleration) => tolerates(toleration, key))).map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: SECONDS,
  }));
  if (added.length === 0) return pod;
  return { ...pod, spec: { ...objectOf(pod['spec']), tolerations: [...given, ...added] } };
}
function tolerates(toleration: Json, key: string): boolean {
  const named = get(toleration, 'key') ?? '';
  const effect = get(toleration, 'effect') ?? '';
  return (named === key || named === '') && (effect === 'NoExecute' || effect === '');
}
