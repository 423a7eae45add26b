//! A client of etcd over the bus that knows what it does not know: each operation ends as ok, failed or unknown.

import type { Compare, EtcdReply, EtcdRequest, KeyValue, OpResult } from '../../actors/etcd/protocol.ts';
import { fail } from '../../runtime/fault.ts';
import type { Clock, Message } from '../../runtime/ports.ts';
import { ask, pause, type Task } from '../../runtime/task.ts';
import type { Condition, Input, Outcome, Output, Seen, Write } from '../check/history.ts';

export interface ClientPorts {
  /** The mailbox that is asked. */
  readonly subject: string;
  readonly clock: Clock;
}
export interface Patience {
  /** For one answer. */
  readonly tryMs: number;
  /** For the operation with all its retries. Below the time that etcd remembers request ids (60 s). */
  readonly totalMs: number;
  readonly pauseMs: number;
  /** False: a time-out is the end, as for etcd's own clients. */
  readonly retries?: boolean;
}

/** A retry has the same id, so it is the same operation. */
export function* perform(ports: ClientPorts, id: string, input: Input, patience: Patience): Task<Outcome> {
  const { subject, clock } = ports;
  const deadline = clock.now() + patience.totalMs;
  const request = toRequest(id, input);
  let sent = false;
  let why = fail('Timeout', 'not tried').fault;
  while (clock.now() < deadline) {
    const result = yield* ask<Message>(subject, request as Message, Math.min(patience.tryMs, deadline - clock.now()));
    if (result.ok) return { is: 'ok', output: toOutput(input, result.value as EtcdReply) };
    why = result.fault;
    // What was refused did not happen, a refusal of `Busy` or `Unavailable` included; any other fault tells nothing.
    if (why.reason !== 'Unavailable' && why.reason !== 'Busy' && why.reason !== 'Invalid') sent = true;
    if (why.reason === 'Invalid' || (why.reason === 'Timeout' && patience.retries === false)) break;
    yield* pause(patience.pauseMs);
  }
  return { is: sent ? 'unknown' : 'failed', why: `${why.reason}: ${why.message}` };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);
export const toSeen = (kv: KeyValue): Seen => ({
  value: text(kv.value),
  modRevision: kv.modRevision,
  createRevision: kv.createRevision,
  version: kv.version,
});

export function toRequest(id: string, input: Input): EtcdRequest {
  const txn = (writes: readonly Write[], compare: readonly Compare[] = [], reads: readonly string[] = []) =>
    ({
      type: 'etcd.txn',
      id,
      compare,
      // biome-ignore lint/suspicious/noThenProperty: etcd's word, and nobody awaits it
      then: writes.map(({ key, value }) =>
        value === null ? { op: 'delete', key, subjects: [] } : { op: 'put', key, value: bytes(value), subjects: [] },
      ),
      else: reads.map((key) => ({ op: 'range', key })),
    }) as const satisfies EtcdRequest;
  switch (input.op) {
    case 'get':
      return { type: 'etcd.range', key: input.key, ...(input.serializable ? { serializable: true } : {}) };
    case 'put':
      return txn([input]);
    case 'delete':
      return txn([{ key: input.key, value: null }]);
    case 'txn':
      return txn(input.writes, input.when ? [compare(input.when)] : [], input.reads);
  }
}
const compare = (when: Condition): Compare =>
  'mod' in when
    ? { key: when.key, target: 'mod', op: '=', value: when.mod }
    : { key: when.key, target: 'value', op: '=', value: bytes(when.value) };

/** Throws at an answer that contradicts itself or is none to this question. */
export function toOutput(input: Input, reply: EtcdReply): Output {
  if (input.op === 'get') {
    if (reply.type !== 'etcd.ranged') throw new Error(`a get was answered with ${JSON.stringify(reply)}`);
    return { revision: reply.revision, seen: { [input.key]: reply.kvs[0] ? toSeen(reply.kvs[0]) : null } };
  }
  if (reply.type !== 'etcd.txned') throw new Error(`a write was answered with ${JSON.stringify(reply)}`);
  const { revision, succeeded, results } = reply;
  const when = input.op === 'txn' ? input.when : undefined;
  if (when !== undefined && !succeeded) {
    const reads = input.op === 'txn' ? (input.reads ?? []) : [];
    return { revision, succeeded, seen: Object.fromEntries(reads.map((key, i) => [key, ranged(results[i])])) };
  }
  const put: Record<string, { version: number; createRevision: number }> = {};
  const deleted: Record<string, boolean> = {};
  const writes: readonly Write[] = input.op === 'txn' ? input.writes : [{ value: null, ...input }];
  writes.forEach(({ key, value }, i) => {
    const result = results[i];
    if (value === null && result?.op === 'delete') deleted[key] = result.deleted > 0;
    else if (value !== null && result?.op === 'put') {
      if (result.modRevision !== revision)
        throw new Error(`${key} was written at ${result.modRevision} by an answer of revision ${revision}`);
      put[key] = { version: result.version, createRevision: result.createRevision };
    } else throw new Error(`operation ${i} was answered with ${JSON.stringify(result)}`);
  });
  return { revision, put, deleted, ...(when === undefined ? {} : { succeeded }) };
}
function ranged(result: OpResult | undefined): Seen | null {
  if (result?.op !== 'range') throw new Error(`a read was answered with ${JSON.stringify(result)}`);
  return result.kvs[0] ? toSeen(result.kvs[0]) : null;
}
