//! What the comparison asks of two stores. Keys are one character a byte, as in actors/etcd/protocol.ts; so are values
//! here, for reading what a failure prints. `R`: a revision, as a place in the case or, resolved, as a number.

/** `head`: the store's newest when it is asked; `base`: where the case began; `zero`: the number itself. */
export interface Place {
  readonly from: 'head' | 'base' | 'zero';
  readonly plus: number;
}
export type SortTarget = 'key' | 'version' | 'create' | 'mod' | 'value';

export interface RangeOp<R> {
  readonly op: 'range';
  readonly key: string;
  readonly end?: string;
  readonly limit?: number;
  readonly revision?: R;
  readonly sortOrder?: 'ascend' | 'descend';
  readonly sortTarget?: SortTarget;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly minMod?: R;
  readonly maxMod?: R;
  readonly minCreate?: R;
  readonly maxCreate?: R;
}
export interface PutOp {
  readonly op: 'put';
  readonly key: string;
  readonly value: string;
  readonly lease?: string;
  readonly prevKv?: boolean;
  readonly ignoreValue?: boolean;
  readonly ignoreLease?: boolean;
}
export interface DeleteOp {
  readonly op: 'delete';
  readonly key: string;
  readonly end?: string;
  readonly prevKv?: boolean;
}
export type Compare<R> = {
  readonly key: string;
  readonly end?: string;
  readonly op: '=' | '!=' | '<' | '>';
} & (
  | { readonly target: 'mod' | 'create'; readonly value: R }
  | { readonly target: 'version'; readonly value: number }
  | { readonly target: 'value' | 'lease'; readonly value: string }
);
export interface TxnOp<R> {
  readonly op: 'txn';
  readonly compare: readonly Compare<R>[];
  readonly then: readonly KeyOp<R>[];
  readonly else: readonly KeyOp<R>[];
}
export type KeyOp<R> = RangeOp<R> | PutOp | DeleteOp | TxnOp<R>;
export type LeaseOp =
  | { readonly op: 'grant'; readonly lease: string; readonly ttl: number }
  | { readonly op: 'revoke' | 'keepAlive' | 'timeToLive'; readonly lease: string }
  | { readonly op: 'leases' };
export interface CompactOp<R> {
  readonly op: 'compact';
  readonly revision: R;
  readonly physical?: boolean;
}
export type Operation<R> = KeyOp<R> | LeaseOp | CompactOp<R>;
export interface WatchOp<R> {
  readonly op: 'watch';
  readonly key: string;
  readonly end?: string;
  readonly startRevision?: R;
  readonly prevKv?: boolean;
  readonly noPut?: boolean;
  readonly noDelete?: boolean;
}
export type Step = Operation<Place> | WatchOp<Place>;

const REVISIONS = ['revision', 'minMod', 'maxMod', 'minCreate', 'maxCreate', 'startRevision'] as const;

/** The same with numbers for places. */
export function resolve<T extends Step>(
  step: T,
  number: (place: Place) => number,
): Operation<number> & WatchOp<number> {
  const out: Record<string, unknown> = { ...step };
  for (const name of REVISIONS) if (out[name] !== undefined) out[name] = number(out[name] as Place);
  if (step.op === 'txn') {
    out['compare'] = step.compare.map((one) =>
      one.target === 'mod' || one.target === 'create' ? { ...one, value: number(one.value) } : one,
    );
    out['then'] = step.then.map((one) => resolve(one, number));
    out['else'] = step.else.map((one) => resolve(one, number));
  }
  return out as unknown as Operation<number> & WatchOp<number>;
}
