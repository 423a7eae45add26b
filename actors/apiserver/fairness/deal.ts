//! Shuffle sharding: a flow's hand of queues, the same each time. Two flows seldom hold the same hand, so that one
//! which fills its queues leaves others at least one.

const PRIME = 1_099_511_628_211n;
const BASIS = 14_695_981_039_346_656_037n;
/** FNV-1a of 64 bits, mixed once more: its high bits are those that a division keeps. */
export function hashOf(text: string): bigint {
  let hash = BASIS;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * PRIME);
  hash = BigInt.asUintN(64, (hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn);
  return hash ^ (hash >> 33n);
}
/** `hand` distinct numbers below `deck`. */
export function handOf(hash: bigint, deck: number, hand: number): readonly number[] {
  const cards = Array.from({ length: deck }, (_, i) => i);
  let left = hash;
  for (let dealt = 0; dealt < Math.min(hand, deck); dealt++) {
    const size = BigInt(deck - dealt);
    const at = dealt + Number(left % size);
    left /= size;
    [cards[dealt], cards[at]] = [cards[at]!, cards[dealt]!];
  }
  return cards.slice(0, hand);
}
