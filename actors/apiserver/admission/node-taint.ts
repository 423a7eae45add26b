//! TaintNodesByCondition: nothing is scheduled to a new node before it says that it is ready.
import { get, type JsonObject, listOf, objectOf } from '../../api/json.ts';
import { isOf } from './attributes.ts';
import { done, type Plugin } from './plugin.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';

export const taintNodesByCondition: Plugin = {
  name: 'TaintNodesByCondition',
  handles: (a) => a.operation === 'CREATE' && isOf(a, '', 'nodes'),
  mutate: (_, { object }) => done(taintNewNode(objectOf(object))),
};

function taintNewNode(node: JsonObject): JsonObject {
  const taints = listOf(get(node, 'spec', 'taints'));
  if (taints.some((taint) => get(taint, 'key') === NOT_READY && get(taint, 'effect') === 'NoSchedule')) return node;
  const taint = { key: NOT_READY, effect: 'NoSchedule' };
  return { ...node, spec: { ...objectOf(node['spec']), taints: [...taints, taint] } };
}
