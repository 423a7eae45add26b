//! A range, with every option that etcd has. What can be told without looking at every key is.

import type { Mvcc } from './mvcc.ts';
import type { KeyValue, OpResult, RangeOp, SortTarget } from './protocol.ts';
import type { Version } from './version.ts';

export type RangeResult = Omit<Extract<OpResult, { readonly op: 'range' }>, 'op'>;
export type RangeQuery = Omit<RangeOp, 'op'>;

/** The revision that is asked for by name; as etcd's, 0 and less are now. */
export const asked = ({ revision = 0 }: Pick<RangeOp, 'revision'>): number | undefined =>
  revision > 0 ? revision : undefined;

/** At a revision that can be read (`Mvcc.unreadable` is asked first). */
export function rangeOf(mvcc: Mvcc, query: RangeQuery, at = asked(query) ?? mvcc.revision): RangeResult {
  const { key, end, countOnly } = query;
  if (end === undefined || end === '') {
    const found = mvcc.versionAt(key, at);
    if (countOnly || found === undefined) return { kvs: [], more: false, count: found ? 1 : 0 };
    const kept = passes(query, found) ? [found.kv(query.keysOnly)] : [];
    return { kvs: kept, more: false, count: 1 };
  }
  const count = mvcc.count(key, end, at);
  if (countOnly || count === 0) return { kvs: [], more: false, count };
  const { kept, more } = chosen(mvcc, query, key, end, at, count);
  const kvs: KeyValue[] = [];
  const maxBytes = query.maxBytes ?? Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (const version of kept) {
    bytes += query.keysOnly ? 0 : version.size;
    if (bytes > maxBytes && kvs.length > 0) return { kvs, more: true, count };
    kvs.push(version.kv(query.keysOnly));
  }
  return { kvs, more, count };
}

interface Chosen {
  readonly kept: readonly Version[];
  readonly more: boolean;
}
/** As etcd's applyRange: filters and orders are about all keys, then comes the limit. */
function chosen(mvcc: Mvcc, query: RangeQuery, key: string, end: string, at: number, count: number): Chosen {
  const { sortOrder, sortTarget = 'key' } = query;
  const limit = query.limit && query.limit > 0 ? query.limit : Number.POSITIVE_INFINITY;
  const filtered = Boolean(query.minMod || query.maxMod || query.minCreate || query.maxCreate);
  const kept: Version[] = [];
  if (sortTarget === 'key' && !filtered) {
    const maxBytes = query.keysOnly ? Number.POSITIVE_INFINITY : (query.maxBytes ?? Number.POSITIVE_INFINITY);
    let bytes = 0;
    const take = (found: Version): boolean => {
      kept.push(found);
      bytes += found.size;
      return kept.length < limit && bytes <= maxBytes;
    };
    mvcc.scan(key, end, at, take, sortOrder === 'descend');
    return { kept, more: count > kept.length };
  }
  // Without an order etcd looks for one key more than the limit, then sorts these by another target than the key.
  const enough = sortOrder === undefined && !filtered ? limit + 1 : Number.POSITIVE_INFINITY;
  let seen = 0;
  mvcc.scan(key, end, at, (found) => {
    if (passes(query, found)) kept.push(found);
    return ++seen < enough;
  });
  if (sortTarget !== 'key') kept.sort(sortOrder === 'descend' ? reversed(BY[sortTarget]) : BY[sortTarget]);
  else if (sortOrder === 'descend') kept.reverse();
  const more = kept.length > limit;
  if (more) kept.length = limit;
  return { kept, more };
}

const passes = ({ minMod, maxMod, minCreate, maxCreate }: RangeQuery, { mod, create }: Version): boolean =>
  !(maxMod && mod > maxMod) &&
  !(minMod && mod < minMod) &&
  !(maxCreate && create > maxCreate) &&
  !(minCreate && create < minCreate);

type Order = (a: Version, b: Version) => number;
const BY: Readonly<Record<SortTarget, Order>> = {
  key: () => 0,
  version: (a, b) => a.version - b.version,
  create: (a, b) => a.create - b.create,
  mod: (a, b) => a.mod - b.mod,
  value: (a, b) => Buffer.compare(a.value, b.value),
};
const reversed =
  (order: Order): Order =>
  (a, b) =>
    order(b, a);
