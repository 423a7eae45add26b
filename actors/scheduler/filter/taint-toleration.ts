//! Taints keep pods away that do not tolerate them.
import { untolerated } from '../../api/toleration.ts';
import { type Filter, never } from './filter.ts';

// Older versions named the taint; these words do not, so that nodes with different taints add up.
const REFUSAL = never('node(s) had untolerated taint(s)');

export const taintToleration: Filter = {
  name: 'TaintToleration',
  prepare:
    ({ tolerations }) =>
    (node) =>
      node.hardTaints.length > 0 && untolerated(tolerations, node.hardTaints) !== undefined ? REFUSAL : undefined,
};
