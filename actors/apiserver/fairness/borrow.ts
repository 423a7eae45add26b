//! Who borrows seats of whom, decided every ten seconds by what each level has wanted
//! (k8s.io/apiserver/pkg/util/flowcontrol apf_controller.go updateBorrowing, conc_alloc.go).

export const PERIOD_MS = 10_000;

export interface Borrower {
  /** What it never lends. */
  readonly least: number;
  readonly nominal: number;
  /** With all that it may borrow. */
  readonly most: number;
  /** Most that it has wanted at once in the last period. */
  readonly high: number;
  /** What it is likely to want. */
  readonly target: number;
}

/** Seats of each until the next period, in the order of `levels`; they are as many as all nominal ones together. */
export function currentSeats(levels: readonly Borrower[]): readonly number[] {
  const all = sum(levels.map(({ nominal }) => nominal));
  // What it needs just now is not lent, up to its nominal seats.
  const lower = levels.map(({ least, nominal, high }) => Math.max(least, Math.min(nominal, high)));
  const items = levels.map(({ most, target }, i) => ({ low: lower[i]!, high: most, target: Math.max(1, target) }));
  return shares(items, all).map(Math.round);
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

interface Item {
  readonly low: number;
  readonly high: number;
  readonly target: number;
}
/** The same part of each target, within its bounds, so that it is `wanted` together. */
function shares(items: readonly Item[], wanted: number): readonly number[] {
  const at = (part: number): number[] =>
    items.map(({ low, high, target }) => Math.min(high, Math.max(low, part * target)));
  let [below, above] = [0, Math.max(...items.map(({ high, target }) => high / target))];
  if (sum(at(above)) <= wanted) return at(above);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (below + above) / 2;
    if (sum(at(middle)) > wanted) above = middle;
    else below = middle;
  }
  return at(below);
}
/** Enough that a double changes no more. */
const HALVINGS = 60;
