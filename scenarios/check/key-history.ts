//! A history cut into one history a key. Each is judged alone: keys of a linearizable store are linearizable one by
//! one (Herlihy and Wing: locality). A txn over several keys leaves its part in each; that its parts happened at once
//! is for revisions.ts to see.
import type { Condition, Operation, Seen } from './history.ts';

export interface KeyOperation {
  /** What it is part of. */
  readonly of: Operation;
  readonly call: number;
  /** Infinity: unknown. */
  readonly returned: number;
  /** Whether it has to have happened. */
  readonly must: boolean;
  readonly condition?: { readonly mod: number } | { readonly value: string };
  /** null deletes; absent: only reads. */
  readonly write?: string | null;
  readonly told: Told;
}
/** Whatever is absent was not told. */
export interface Told {
  readonly revision?: number;
  readonly succeeded?: boolean;
  readonly seen?: Seen | null;
  readonly version?: number;
  readonly createRevision?: number;
  readonly deleted?: boolean;
  /** The revision of its effect, when somebody saw that effect though the writer was told nothing. */
  readonly effect?: number;
}

/** By key, in order of calls. What certainly did not happen and what nobody could notice is left out. */
export function byKey(operations: readonly Operation[]): ReadonlyMap<string, readonly KeyOperation[]> {
  const keys = new Map<string, KeyOperation[]>();
  for (const operation of operations)
    for (const [key, part] of parts(operation)) {
      const list = keys.get(key);
      if (list) list.push(part);
      else keys.set(key, [part]);
    }
  for (const list of keys.values()) list.sort((a, b) => a.call - b.call);
  return keys;
}

type Asked = Pick<KeyOperation, 'condition' | 'write'>;
function parts(operation: Operation): (readonly [string, KeyOperation])[] {
  const { input, outcome } = operation;
  if (outcome.is === 'failed' || (input.op === 'get' && input.serializable)) return [];
  const must = outcome.is === 'ok';
  const output = outcome.is === 'ok' ? outcome.output : {};
  const { revision, succeeded } = output;
  const reads = input.op === 'get' || succeeded === false;
  const part = (key: string, asked: Asked): readonly [string, KeyOperation] => {
    const told: Told = {
      ...(revision === undefined ? {} : { revision }),
      ...(succeeded === undefined || asked.condition === undefined ? {} : { succeeded }),
      ...(reads && output.seen?.[key] !== undefined ? { seen: output.seen[key] } : {}),
      ...output.put?.[key],
      ...(output.deleted?.[key] === undefined ? {} : { deleted: output.deleted[key] }),
    };
    const returned = operation.returned ?? Number.POSITIVE_INFINITY;
    return [key, { of: operation, call: operation.call, returned, must, ...asked, told }];
  };
  switch (input.op) {
    case 'get':
      return must ? [part(input.key, {})] : [];
    case 'put':
      return [part(input.key, { write: input.value })];
    case 'delete':
      return [part(input.key, { write: null })];
    case 'txn': {
      const { when, writes } = input;
      const asked = new Map<string, Asked>();
      if (succeeded !== false) for (const { key, value } of writes) asked.set(key, { write: value });
      if (when !== undefined && (must || asked.has(when.key)))
        asked.set(when.key, { ...asked.get(when.key), ...lone(when), ...failedWrite(when.key, writes, succeeded) });
      if (succeeded === false) for (const key of input.reads ?? []) if (!asked.has(key)) asked.set(key, {});
      return [...asked].map(([key, one]) => part(key, one));
    }
  }
}

const lone = (when: Condition): Asked => ({
  condition: 'mod' in when ? { mod: when.mod } : { value: when.value },
});
/** The write that its condition held back: the model has to see that it was held back. */
const failedWrite = (key: string, writes: readonly { key: string; value: string | null }[], succeeded?: boolean) => {
  const write = writes.find((one) => one.key === key);
  return write === undefined || succeeded !== false ? {} : { write: write.value };
};

/**
 * An unknown write whose value nobody else writes, and that somebody saw, has happened: at the revision seen, before
 * whoever saw it first returned. Knowing so saves the search from guessing.
 */
export function settled(operations: readonly KeyOperation[]): readonly KeyOperation[] {
  const writers = new Map<string, number>();
  for (const { write } of operations) if (typeof write === 'string') writers.set(write, (writers.get(write) ?? 0) + 1);
  const seen = new Map<string, { readonly effect: number; readonly returned: number }>();
  for (const { told, returned } of operations)
    if (told.seen && returned < (seen.get(told.seen.value)?.returned ?? Number.POSITIVE_INFINITY))
      seen.set(told.seen.value, { effect: told.seen.modRevision, returned });
  return operations.map((operation) => {
    const { must, write } = operation;
    const sight = typeof write === 'string' && writers.get(write) === 1 ? seen.get(write) : undefined;
    if (must || sight === undefined || sight.returned < operation.call) return operation;
    const told: Told = { ...operation.told, effect: sight.effect, ...(operation.condition && { succeeded: true }) };
    return { ...operation, must: true, returned: sight.returned, told };
  });
}
