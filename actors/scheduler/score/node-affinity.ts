//! Preferred node affinity: the sum of the weights of the terms that match.
import { matchesTerm } from '../../api/node-selector.ts';
import { proportional, type Score } from './score.ts';

export const preferredAffinity: Score = {
  name: 'NodeAffinity',
  weight: 2,
  prepare: ({ pod }) => {
    const preferences = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferences.length === 0) return undefined;
    return ({ node }) => {
      let sum = 0;
      if (node !== undefined)
        for (const { weight, preference } of preferences) if (matchesTerm(preference, node)) sum += weight;
      return sum;
    };
  },
  normalize: (scores) => proportional(scores),
};
