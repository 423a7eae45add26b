//! What a member that does not lead sends to the one that does.
import { fail, type Result } from '../../runtime/fault.ts';
import type { Message } from '../../runtime/ports.ts';
import { ask, pause, type Task } from '../../runtime/task.ts';
import type { EtcdReply, EtcdRequest } from './protocol.ts';

/** Between members, to `etcd/<name>`. Who does not lead refuses: `Unavailable`. */
export type MemberRequest =
  | { readonly type: 'member.forward'; readonly request: EtcdRequest }
  /** How far must a read that comes now have read the log? */
  | { readonly type: 'member.readIndex' }
  | { readonly type: 'member.join'; readonly name: string; readonly clientUrls: readonly string[] };
export type MemberReply =
  | { readonly type: 'member.index'; readonly sequence: number }
  | { readonly type: 'member.joining' };

export interface ToLeader {
  /** Its mailbox's subject; undefined: none is known. */
  readonly subject: () => string | undefined;
  /** This member leads now. */
  readonly leading: () => boolean;
  readonly now: () => number;
}
/** etcd's: 5 s and two elections' time (server/config ReqTimeout). */
export const REQUEST_MS = 7_000;
const ATTEMPT_MS = 2_000;
const RETRY_MS = 100;

/**
 * Until somebody who leads has answered, at most REQUEST_MS: safe, because a request that changes something has an id
 * and all others may be repeated. `again`: this member leads by now.
 */
export function* toLeader(request: MemberRequest, to: ToLeader): Task<Result<EtcdReply | MemberReply> | 'again'> {
  const deadline = to.now() + REQUEST_MS;
  let sent = false;
  for (;;) {
    const left = deadline - to.now();
    if (left <= 0) return sent ? TIMED_OUT : NO_LEADER;
    if (to.leading()) return 'again';
    const subject = to.subject();
    if (subject !== undefined) {
      const attempt = Math.min(left, ATTEMPT_MS);
      const got: Result<Message> = yield* ask(subject, request as Message, attempt);
      if (got.ok) return got as Result<EtcdReply | MemberReply>;
      const { reason } = got.fault;
      if (reason !== 'Unavailable' && reason !== 'Timeout') return sent && reason === 'Busy' ? TIMED_OUT : got;
      if (reason === 'Timeout') sent = true;
    }
    yield* pause(RETRY_MS);
  }
}
const TIMED_OUT = fail('Timeout', 'etcdserver: request timed out');
const NO_LEADER = fail('Unavailable', 'etcdserver: no leader');
export const NOT_LEADER = fail('Unavailable', 'etcdserver: not leader');
