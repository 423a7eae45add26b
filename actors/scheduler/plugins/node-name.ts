//! A pod that names its node runs there or nowhere.
import { never, type Plugin } from '../framework/plugin.ts';

const REFUSAL = never("node(s) didn't match the requested node name");

export const nodeName = (): Plugin => ({
  name: 'NodeName',
  local: true,
  wakes: [{ on: ['NodeAdd'], hint: ({ pod }, { object }) => pod.spec.nodeName === object.metadata.name }],
  filter: (node, { pod: { pod } }) => (pod.spec.nodeName && pod.spec.nodeName !== node.name ? REFUSAL : undefined),
});
