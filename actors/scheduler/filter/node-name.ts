//! A pod that names its node runs there or nowhere.
import { type Filter, never } from './filter.ts';

const REFUSAL = never("node(s) didn't match the requested node name");

export const nodeName: Filter = {
  name: 'NodeName',
  prepare: ({ pod }) => {
    const wanted = pod.spec.nodeName;
    return wanted ? (node) => (node.name === wanted ? undefined : REFUSAL) : undefined;
  },
};
