//! The best of the nodes that fit; among equals the draw decides.
import type { Random } from '../../../runtime/ports.ts';

/** An index into `totals`, which is not empty. */
export function pickBest(totals: ArrayLike<number>, random: Random): number {
  let chosen = 0;
  let equals = 1;
  for (let i = 1; i < totals.length; i++) {
    if (totals[i]! > totals[chosen]!) {
      chosen = i;
      equals = 1;
      // The k-th of equals takes the place with probability 1/k: each is chosen as often as the other.
    } else if (totals[i] === totals[chosen] && random.float() * ++equals < 1) chosen = i;
  }
  return chosen;
}
