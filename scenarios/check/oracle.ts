//! The same question as linearizability.ts, answered by trying everything: every order, every subset of what may have
//! happened, every revision that an untold write may have had. Shares no code with it. For a handful of operations.
import type { Operation, Seen } from './history.ts';

interface Key {
  readonly seen: Required<Seen> | null;
  readonly revision: number;
}

/** Of one key: `operations` are gets, puts, deletes and txns of that key only. */
export function explainable(operations: readonly Operation[]): boolean {
  const list = operations.filter(({ outcome }) => outcome.is !== 'failed');
  const told = list.flatMap(({ outcome }) =>
    outcome.is === 'ok'
      ? [outcome.output.revision ?? 0, ...Object.values(outcome.output.seen ?? {}).map((s) => s?.modRevision ?? 0)]
      : [],
  );
  const highest = Math.max(1, ...told) + list.length;
  const search = (left: readonly Operation[], key: Key): boolean => {
    if (left.every(({ outcome }) => outcome.is === 'unknown')) return true;
    const earliest = Math.min(...left.map(({ returned }) => returned ?? Number.POSITIVE_INFINITY));
    return left.some(
      (one) =>
        one.call < earliest &&
        after(key, one, highest).some((next) =>
          search(
            left.filter((other) => other !== one),
            next,
          ),
        ),
    );
  };
  return search(list, { seen: null, revision: 0 });
}

function after(key: Key, { input, outcome }: Operation, highest: number): Key[] {
  const output = outcome.is === 'ok' ? outcome.output : {};
  const { revision } = output;
  if (revision !== undefined && revision < key.revision) return [];
  const answered: Key = { seen: key.seen, revision: Math.max(key.revision, revision ?? 0) };
  let write: string | null | undefined;
  if (input.op === 'put') write = input.value;
  else if (input.op === 'delete') write = null;
  else if (input.op === 'txn') {
    const { when } = input;
    const holds =
      when === undefined ||
      ('mod' in when ? (key.seen?.modRevision ?? 0) === when.mod : key.seen?.value === when.value);
    if (when !== undefined && output.succeeded !== undefined && output.succeeded !== holds) return [];
    if (holds) write = input.writes[0]!.value;
  }
  if (write === undefined) {
    const seen = Object.values(output.seen ?? {})[0];
    return seen === undefined || agrees(seen, answered) ? [answered] : [];
  }
  const deleted = Object.values(output.deleted ?? {})[0];
  if (write === null && deleted !== undefined && deleted !== (key.seen !== null)) return [];
  if (write === null && key.seen === null) return [answered];
  const results: Key[] = [];
  const made = Object.values(output.put ?? {})[0];
  for (let at = key.revision + 1; at <= highest; at++) {
    if (revision !== undefined && at !== revision) continue;
    const seen =
      write === null
        ? null
        : {
            value: write,
            modRevision: at,
            createRevision: key.seen?.createRevision ?? at,
            version: (key.seen?.version ?? 0) + 1,
          };
    if (made?.version !== undefined && made.version !== seen?.version) continue;
    if (made?.createRevision !== undefined && made.createRevision !== seen?.createRevision) continue;
    results.push({ seen, revision: at });
  }
  return results;
}

function agrees(seen: Seen | null, { seen: now, revision }: Key): boolean {
  if (seen === null || now === null) return seen === now;
  return (
    seen.value === now.value &&
    seen.modRevision === now.modRevision &&
    seen.modRevision <= revision &&
    (seen.version ?? now.version) === now.version &&
    (seen.createRevision ?? now.createRevision) === now.createRevision
  );
}
