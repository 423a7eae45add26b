//! The KV service: Range, Put, DeleteRange, Txn, Compact.
import type { Compare, EtcdRequest, Operation, OpResult, RangeOp, SortOrder, SortTarget } from '../../protocol.ts';
import { Malformed } from '../wire/buffers.ts';
import {
  CompactionRequest,
  type CompareMessage,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  type RequestOp,
  type ResponseOp,
  TxnRequest,
  TxnResponse,
} from '../wire/kv.ts';
import type { GivenOf, Of } from '../wire/message.ts';
import { HeaderMessage, HeaderOnly } from '../wire/services.ts';
import { type Method, unary } from './method.ts';
import { Code, Failed } from './status.ts';

const ORDERS: readonly (SortOrder | undefined)[] = [undefined, 'ascend', 'descend'];
const TARGETS: readonly SortTarget[] = ['key', 'version', 'create', 'mod', 'value'];

function rangeOf(request: Of<typeof RangeRequest>): Omit<RangeOp, 'op'> {
  const { sortOrder, sortTarget, serializable: _, ...rest } = request;
  if (sortOrder === 0 && sortTarget === 0) return rest;
  if (ORDERS.length <= sortOrder || TARGETS[sortTarget] === undefined)
    throw new Failed(Code.invalidArgument, 'etcdserver: invalid sort option');
  // As etcd: a target without an order is sorted upwards.
  const order = ORDERS[sortOrder];
  return { ...rest, ...(order === undefined ? {} : { sortOrder: order }), sortTarget: TARGETS[sortTarget]! };
}
type Txn = Extract<EtcdRequest, { readonly type: 'etcd.txn' }>;
const single = (id: string, operation: Operation): Txn => ({
  type: 'etcd.txn',
  id,
  compare: [],
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  then: [operation],
  else: [],
});

const Range = unary(RangeRequest, (gateway, request, call) => {
  const { serializable } = request;
  gateway.ask(call, { type: 'etcd.range', ...rangeOf(request), serializable }, ({ revision, kvs, more, count }) =>
    call.reply(RangeResponse.encode({ header: gateway.header(revision), kvs, more, count })),
  );
});

const Put = unary(PutRequest, (gateway, request, call) => {
  gateway.ask(call, single(gateway.nextId(), { op: 'put', ...request }), ({ revision, results }) => {
    const { prevKv } = results[0] as Extract<OpResult, { op: 'put' }>;
    call.reply(PutResponse.encode({ header: gateway.header(revision), prevKv }));
  });
});

const DeleteRange = unary(DeleteRangeRequest, (gateway, request, call) => {
  gateway.ask(call, single(gateway.nextId(), { op: 'delete', ...request }), ({ revision, results }) => {
    const { deleted, prevKvs } = results[0] as Extract<OpResult, { op: 'delete' }>;
    call.reply(DeleteRangeResponse.encode({ header: gateway.header(revision), deleted, prevKvs }));
  });
});

const TxnMethod = unary(TxnRequest, (gateway, request, call) => {
  const txn = { type: 'etcd.txn', id: gateway.nextId(), ...txnOf(request, 1) } as const;
  gateway.ask(call, txn, ({ revision, succeeded, results }) => {
    // As etcd: what is inside tells the revision alone.
    const inner = HeaderMessage.encode({ revision });
    const responses = results.map((result) => responseOf(result, inner));
    call.reply(TxnResponse.encode({ header: gateway.header(revision), succeeded, responses }));
  });
});
/** A txn in a txn takes a place among its operations, so that deeper ones would be refused for their number. */
const DEPTH_MAX = 128;

function txnOf(request: Of<typeof TxnRequest>, depth: number): Pick<Txn, 'compare' | 'then' | 'else'> {
  if (depth > DEPTH_MAX) throw new Failed(Code.invalidArgument, 'etcdserver: too many operations in txn request');
  return {
    compare: request.compare.map(compareOf),
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: request.success.map((one) => operationOf(one, depth)),
    else: request.failure.map((one) => operationOf(one, depth)),
  };
}
function operationOf({ range, put, delete: remove, txn }: Of<typeof RequestOp>, depth: number): Operation {
  if (range) return { op: 'range', ...rangeOf(range) };
  if (put) return { op: 'put', ...put };
  if (remove) return { op: 'delete', ...remove };
  if (txn) return { op: 'txn', ...txnOf(TxnRequest.decode(txn), depth + 1) };
  throw new Failed(Code.invalidArgument, 'etcdserver: key not found');
}
const RESULTS: readonly Compare['op'][] = ['=', '>', '<', '!='];
const COMPARED: readonly Compare['target'][] = ['version', 'create', 'mod', 'value', 'lease'];

function compareOf(message: Of<typeof CompareMessage>): Compare {
  const { key, end, result, target } = message;
  const [op, of] = [RESULTS[result], COMPARED[target]];
  if (op === undefined || of === undefined) throw new Malformed('unknown compare');
  return { key, ...(end ? { end } : {}), op, target: of, value: message[of]! };
}
function responseOf(result: OpResult, header: Uint8Array): GivenOf<typeof ResponseOp> {
  switch (result.op) {
    case 'range':
      return { range: { header, kvs: result.kvs, more: result.more, count: result.count } };
    case 'put':
      return { put: { header, prevKv: result.prevKv } };
    case 'delete':
      return { delete: { header, deleted: result.deleted, prevKvs: result.prevKvs } };
    case 'txn': {
      const responses = result.results.map((one) => responseOf(one, header));
      return { txn: TxnResponse.encode({ header, succeeded: result.succeeded, responses: responses }) };
    }
  }
}

const Compact = unary(CompactionRequest, (gateway, request, call) => {
  gateway.ask(call, { type: 'etcd.compact', ...request }, ({ revision }) =>
    call.reply(HeaderOnly.encode({ header: gateway.header(revision) })),
  );
});

export const KV: Readonly<Record<string, Method>> = { Range, Put, DeleteRange, Txn: TxnMethod, Compact };
