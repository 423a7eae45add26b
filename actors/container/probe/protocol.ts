import type { Address } from '../../../runtime/address.ts';
import type { EngineRequest } from '../../engine/protocol.ts';

export type ProbeEvent =
  | { readonly type: 'probe.answered'; readonly ok: boolean; readonly message: string }
  /** Nobody could try: that counts neither way. */
  | { readonly type: 'probe.unanswered' };
export type ProbeEffect =
  | { readonly type: 'probe.run' }
  /** Every failure is told as an event; only a threshold changes anything. */
  | { readonly type: 'failure.record'; readonly message: string }
  | { readonly type: 'verdict.report'; readonly ok: boolean };

export interface ProbeLimits {
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}
export interface ProbeOrder {
  readonly address: Address;
  readonly engine: Address;
  readonly request: EngineRequest;
  readonly timeoutMs: number;
  readonly limits: ProbeLimits;
  /** A startup probe is over with its first success. */
  readonly once: boolean;
  failed(message: string): void;
  verdict(ok: boolean): void;
}
