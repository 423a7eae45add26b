//! The scores with Kubernetes' default weights.
import { balancedAllocation } from './balanced-allocation.ts';
import { preferredPodAffinity } from './inter-pod-affinity.ts';
import { leastAllocated } from './least-allocated.ts';
import { preferredAffinity } from './node-affinity.ts';
import type { Score } from './score.ts';
import { softTaints } from './taint-toleration.ts';
import { topologySpread } from './topology-spread.ts';

export const SCORES: readonly Score[] = [
  softTaints,
  preferredAffinity,
  leastAllocated,
  topologySpread,
  preferredPodAffinity,
  balancedAllocation,
];
