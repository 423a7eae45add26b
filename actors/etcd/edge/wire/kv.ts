//! The KV and Watch services' messages: etcd's rpc.proto and kv.proto, fields named as the actor's protocol has them.
//! `header` is written as bytes that are ready.
import { data, flag, id, int, key, many, message, one, text } from './message.ts';

export const KeyValueMessage = message({
  key: key(1),
  createRevision: int(2),
  modRevision: int(3),
  version: int(4),
  value: data(5),
  lease: id(6),
});
/** 0 put, 1 delete. */
export const EventMessage = message({ type: int(1), kv: one(2, KeyValueMessage), prevKv: one(3, KeyValueMessage) });

export const RangeRequest = message({
  key: key(1),
  end: key(2),
  limit: int(3),
  revision: int(4),
  sortOrder: int(5),
  sortTarget: int(6),
  serializable: flag(7),
  keysOnly: flag(8),
  countOnly: flag(9),
  minMod: int(10),
  maxMod: int(11),
  minCreate: int(12),
  maxCreate: int(13),
});
export const RangeResponse = message({
  header: data(1),
  kvs: many(one(2, KeyValueMessage)),
  more: flag(3),
  count: int(4),
});
export const PutRequest = message({
  key: key(1),
  value: data(2),
  lease: id(3),
  prevKv: flag(4),
  ignoreValue: flag(5),
  ignoreLease: flag(6),
});
export const PutResponse = message({ header: data(1), prevKv: one(2, KeyValueMessage) });
export const DeleteRangeRequest = message({ key: key(1), end: key(2), prevKv: flag(3) });
export const DeleteRangeResponse = message({
  header: data(1),
  deleted: int(2),
  prevKvs: many(one(3, KeyValueMessage)),
});
/** `result`: 0 equal, 1 greater, 2 less, 3 not equal. `target`: 0 version, 1 create, 2 mod, 3 value, 4 lease. */
export const CompareMessage = message({
  result: int(1),
  target: int(2),
  key: key(3),
  version: int(4),
  create: int(5),
  mod: int(6),
  value: data(7),
  lease: id(8),
  end: key(64),
});
/** A txn within a txn: its bytes, for it is a message that contains itself. */
export const RequestOp = message({
  range: one(1, RangeRequest),
  put: one(2, PutRequest),
  delete: one(3, DeleteRangeRequest),
  txn: data(4),
});
export const TxnRequest = message({
  compare: many(one(1, CompareMessage)),
  success: many(one(2, RequestOp)),
  failure: many(one(3, RequestOp)),
});
export const ResponseOp = message({
  range: one(1, RangeResponse),
  put: one(2, PutResponse),
  delete: one(3, DeleteRangeResponse),
  txn: data(4),
});
export const TxnResponse = message({ header: data(1), succeeded: flag(2), responses: many(one(3, ResponseOp)) });
export const CompactionRequest = message({ revision: int(1), physical: flag(2) });

export const WatchCreateRequest = message({
  key: key(1),
  end: key(2),
  startRevision: int(3),
  progressNotify: flag(4),
  filters: many(int(5)),
  prevKv: flag(6),
  watchId: int(7),
  fragment: flag(8),
});
export const WatchCancelRequest = message({ watchId: int(1) });
export const WatchProgressRequest = message({});
export const WatchRequest = message({
  create: one(1, WatchCreateRequest),
  cancel: one(2, WatchCancelRequest),
  progress: one(3, WatchProgressRequest),
});
export const WatchResponse = message({
  header: data(1),
  watchId: int(2),
  created: flag(3),
  canceled: flag(4),
  compactRevision: int(5),
  cancelReason: text(6),
  fragment: flag(7),
  events: many(one(11, EventMessage)),
});
