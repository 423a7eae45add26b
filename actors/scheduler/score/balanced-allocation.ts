//! Rather where CPU and memory are used in like measure, so that neither is stranded.
import type { Score } from './score.ts';

export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare: ({ requests }) => {
    if (requests.milliCpu === 0 && requests.memory === 0) return undefined;
    return (node) => {
      if (node.allocatableMilliCpu === 0 || node.allocatableMemory === 0) return 100;
      const cpu = Math.min(1, (node.milliCpu + requests.milliCpu) / node.allocatableMilliCpu);
      const memory = Math.min(1, (node.memory + requests.memory) / node.allocatableMemory);
      // Of two values the standard deviation is half their distance.
      return Math.trunc((1 - Math.abs(cpu - memory) / 2) * 100);
    };
  },
};
