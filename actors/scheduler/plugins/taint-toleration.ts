//! Taints keep pods away that do not tolerate them; soft ones only count against a node.
import { tolerates, untolerated } from '../../api/toleration.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Toleration } from '../../api/types/pod.ts';
import { never, type Plugin } from '../framework/plugin.ts';
import { proportional } from '../framework/score.ts';

// Older versions named the taint; these words do not, so that nodes with different taints add up.
const REFUSAL = never('node(s) had untolerated taint(s)');

export const taintToleration = (): Plugin<null, readonly Toleration[]> => ({
  name: 'TaintToleration',
  local: true,
  wakes: [
    {
      on: ['NodeAdd', 'NodeTaintChange'],
      hint: ({ tolerations }, { object }) => untolerated(tolerations, hardTaints(object as Node)) === undefined,
    },
  ],
  filter: ({ hardTaints }, { pod: { tolerations } }) =>
    hardTaints.length > 0 && untolerated(tolerations, hardTaints) !== undefined ? REFUSAL : undefined,
  preScore: ({ pod: { tolerations } }) => ({
    state: tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
  }),
  score: ({ softTaints }, _, relevant) => {
    let count = 0;
    for (const taint of softTaints) if (!tolerates(relevant, taint)) count++;
    return count;
  },
  normalize: (scores) => proportional(scores, true),
});
const hardTaints = ({ spec }: Node) => (spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
