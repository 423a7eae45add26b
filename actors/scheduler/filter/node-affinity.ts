//! nodeSelector and required node affinity.
import { matchesAny } from '../../api/node-selector.ts';
import { type Filter, never } from './filter.ts';

const REFUSAL = never("node(s) didn't match Pod's node affinity/selector");

export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  prepare: ({ pod, requiredTerms }) => {
    const wanted = Object.entries(pod.spec.nodeSelector ?? {});
    if (wanted.length === 0 && requiredTerms === undefined) return undefined;
    return ({ node }) => {
      if (node === undefined) return REFUSAL;
      for (const [key, value] of wanted) if (node.metadata.labels?.[key] !== value) return REFUSAL;
      return requiredTerms === undefined || matchesAny(requiredTerms, node) ? undefined : REFUSAL;
    };
  },
};
