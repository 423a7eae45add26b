//! All that decisions are made from: nodes and their pods, whom Services and owners select, images, nominations,
//! budgets.
import type { PodDisruptionBudget } from '../api/types/workload.ts';
import { Inventory } from './devices/inventory.ts';
import { Images } from './images.ts';
import { NodeTable } from './node-table.ts';
import { Nominations } from './nominations.ts';
import { Owners } from './owners.ts';
import { Storage } from './volumes/storage.ts';

export class Cluster {
  readonly table = new NodeTable();
  readonly owners = new Owners();
  readonly images = new Images();
  readonly storage = new Storage();
  readonly devices = new Inventory();
  readonly nominations = new Nominations((node) => this.table.get(node)?.touch());
  /** PodDisruptionBudgets by key. */
  readonly budgets = new Map<string, PodDisruptionBudget>();
  budgetEpoch = 0;
  /** Uids of pods whose victims are being told to go. */
  readonly preempting = new Set<string>();

  setBudget(key: string, budget: PodDisruptionBudget | undefined): void {
    this.budgetEpoch++;
    if (budget === undefined) this.budgets.delete(key);
    else this.budgets.set(key, budget);
  }
}
