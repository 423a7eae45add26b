//! The expected kind of error: data that crosses the wire and decides the retry. A bug is an exception instead.

/** Runtime reasons and, for what an API server answers, Kubernetes' own StatusReason words (meta/v1 types.go). */
export type FaultReason =
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Busy' // a bound was reached: mailbox, queue, page (Kubernetes: TooManyRequests)
  | 'Conflict'
  | 'Expired' // the revision asked for is no longer there
  | 'Forbidden'
  | 'Gone'
  | 'InternalError'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'NotFound'
  | 'RequestEntityTooLarge'
  | 'Timeout' // no answer in time: it may or may not have happened
  | 'Unauthorized'
  | 'Unavailable' // nobody listens there: it has not happened
  | 'UnsupportedMediaType';

export interface Fault {
  readonly reason: FaultReason;
  /** One sentence: what was wrong and, where it helps, what to do. */
  readonly message: string;
  /** Plain data for programs, e.g. the Kubernetes Status. */
  readonly detail?: unknown;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (reason: FaultReason, message: string, detail?: unknown): { ok: false; fault: Fault } => ({
  ok: false,
  fault: detail === undefined ? { reason, message } : { reason, message, detail },
});

const RETRYABLE: ReadonlySet<FaultReason> = new Set(['Busy', 'Conflict', 'Expired', 'Timeout', 'Unavailable']);
export const retryable = (fault: Fault): boolean => RETRYABLE.has(fault.reason);

/** For states that cannot be: the actor dies and its supervisor decides. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
