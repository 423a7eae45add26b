//! All that decisions are made from: nodes and their pods, whom Services and owners select, images, nominations, budgets.
import type { Budget } from './budget.ts';
import { Images } from './images.ts';
import { Nominations } from './nominations.ts';
import { NodeTable } from './node-table.ts';
import { Owners } from './owners.ts';

export class Cluster {
  readonly table = new NodeTable();
  readonly owners = new Owners();
  readonly images = new Images();
  readonly nominations = new Nominations();
  /** PodDisruptionBudgets by key. */
  readonly budgets = new Map<string, Budget>();
  budgetEpoch = 0;
  /** Uids of pods whose victims are being told to go. */
  readonly preempting = new Set<string>();

  setBudget(key: string, budget: Budget | undefined): void {
    this.budgetEpoch++;
    if (budget === undefined) this.budgets.delete(key);
    else this.budgets.set(key, budget);
  }
}
