//! Rather where more CPU and memory are free.
import type { Score } from './score.ts';

export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare:
    ({ requests }) =>
    (node) => {
      let sum = 0;
      let resources = 0;
      if (node.allocatableMilliCpu > 0) {
        sum += free(node.allocatableMilliCpu, node.scoredMilliCpu + requests.scoredMilliCpu);
        resources++;
      }
      if (node.allocatableMemory > 0) {
        sum += free(node.allocatableMemory, node.scoredMemory + requests.scoredMemory);
        resources++;
      }
      return resources === 0 ? 0 : Math.trunc(sum / resources);
    },
};
const free = (allocatable: number, requested: number): number =>
  requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * 100) / allocatable);
