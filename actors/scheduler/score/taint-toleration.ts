//! Rather where fewer PreferNoSchedule taints are not tolerated.
import { tolerates } from '../../api/toleration.ts';
import { proportional, type Score } from './score.ts';

export const softTaints: Score = {
  name: 'TaintToleration',
  weight: 3,
  prepare: ({ tolerations }, nodes) => {
    if (!nodes.some((node) => node.softTaints.length > 0)) return undefined;
    const relevant = tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return (node) => {
      let count = 0;
      for (const taint of node.softTaints) if (!tolerates(relevant, taint)) count++;
      return count;
    };
  },
  normalize: (scores) => proportional(scores, true),
};
