//! etcd's errors as gRPC statuses (etcd's api/v3rpc/rpctypes/error.go): clients go by code and text alike.
import type { Fault, FaultReason } from '../../../../runtime/fault.ts';

export const Code = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

const CODES: Readonly<Record<string, Code>> = {
  'key is not provided': Code.invalidArgument,
  'key not found': Code.invalidArgument,
  'value is provided': Code.invalidArgument,
  'lease is provided': Code.invalidArgument,
  'too many operations in txn request': Code.invalidArgument,
  'duplicate key given in txn request': Code.invalidArgument,
  'invalid sort option': Code.invalidArgument,
  'request is too large': Code.invalidArgument,
  'mvcc: required revision has been compacted': Code.outOfRange,
  'mvcc: required revision is a future revision': Code.outOfRange,
  'mvcc: database space exceeded': Code.resourceExhausted,
  'too many requests': Code.resourceExhausted,
  'requested lease not found': Code.notFound,
  'lease already exists': Code.failedPrecondition,
  'too large lease TTL': Code.outOfRange,
  'member not found': Code.notFound,
  'bad leader transferee': Code.failedPrecondition,
  'not leader': Code.failedPrecondition,
  'root user does not exist': Code.failedPrecondition,
  'user name not found': Code.failedPrecondition,
  'role name not found': Code.failedPrecondition,
  'authentication is not enabled': Code.failedPrecondition,
  'no leader': Code.unavailable,
  'leader changed': Code.unavailable,
  'server stopped': Code.unavailable,
  'request timed out': Code.unavailable,
  'unhealthy cluster': Code.unavailable,
  'corrupt cluster': Code.dataLoss,
};
/** Of texts that etcd does not have. */
const REASONS: Partial<Readonly<Record<FaultReason, Code>>> = {
  BadRequest: Code.invalidArgument,
  Invalid: Code.invalidArgument,
  RequestEntityTooLarge: Code.invalidArgument,
  NotFound: Code.notFound,
  Busy: Code.resourceExhausted,
  AlreadyExists: Code.failedPrecondition,
  Conflict: Code.failedPrecondition,
  Expired: Code.outOfRange,
  MethodNotAllowed: Code.unimplemented,
  Timeout: Code.unavailable,
  Unavailable: Code.unavailable,
  InternalError: Code.internal,
};

/** A call that fails as gRPC says it. */
export class Failed extends Error {
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }
}
export const NO_LEADER: Failed = new Failed(Code.unavailable, 'etcdserver: no leader');
export const STOPPED: Failed = new Failed(Code.unavailable, 'etcdserver: server stopped');

export function failedBy({ reason, message }: Fault): Failed {
  const text = message.startsWith('etcdserver: ') ? message.slice('etcdserver: '.length) : '';
  return new Failed(CODES[text] ?? REASONS[reason] ?? Code.unknown, message);
}
