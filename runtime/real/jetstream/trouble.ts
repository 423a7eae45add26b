//! What a JetStream server refuses, in one sentence that says what to do.
import type { ApiError } from 'nats';

/** Codes of nats-server's errors.json. */
const WRONG_LAST_SEQUENCE = 10_071;
export const JETSTREAM_OFF = 10_076;
const SENTENCES: Readonly<Record<number, string>> = {
  10005: 'there are not enough servers for that many replicas: start more, or use fewer replicas',
  10023: 'the server has no room for the stream: give JetStream more storage (max_file_store)',
  10028: 'the account may not use JetStream that much: raise its limits',
  10035: 'JetStream is not enabled for this account: set `jetstream` for it in the server’s configuration',
  10039: 'JetStream is not enabled for this account: set `jetstream` for it in the server’s configuration',
  10047: 'the server has no room for the stream: give JetStream more storage (max_file_store)',
  10052: 'the stream has other settings: delete it (nats stream rm) if nothing in it is needed',
  10058: 'a stream of that name exists with other settings: use the same number of replicas as before',
  10074: 'this server is not part of a cluster, so a stream has one replica: use 1, or start a cluster',
  10076: 'JetStream is not enabled on the server: start it with -js, or `jetstream {}` in its configuration',
  10077: 'the stream has reached its size limit: let it have more',
};
/** It may be otherwise soon: a cluster without a leader, a server that starts. */
const PASSING = new Set([10_003, 10_005, 10_008, 10_009, 10_118]);

const api = (error: unknown): ApiError | undefined => (error as { readonly api_error?: ApiError }).api_error;
export const refusedAs = (err_code: number): Error => Object.assign(new Error('refused'), { api_error: { err_code } });
export const isConflict = (error: unknown): boolean => api(error)?.err_code === WRONG_LAST_SEQUENCE;
/** Asked again it may succeed. */
export function isPassing(error: unknown): boolean {
  const refused = api(error);
  if (refused !== undefined) return PASSING.has(refused.err_code ?? 0);
  const { code } = error as { readonly code?: string };
  return code === 'TIMEOUT' || code === 'CONNECTION_CLOSED' || code === 'DISCONNECT' || code === '503';
}
export function sentence(error: unknown): string {
  const refused = api(error);
  if (refused !== undefined) return SENTENCES[refused.err_code ?? 0] ?? refused.description;
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code === '503') return 'no JetStream server answers: is there a quorum of them?';
  return message;
}
