//! What is said to an HTTP extender (kube-scheduler/extender/v1), and the port by which it is said.
import type { Result } from '../../../runtime/fault.ts';
import type { Message, Stop } from '../../../runtime/ports.ts';
import type { ExtenderConfiguration } from '../config/configuration.ts';

export interface ExtenderRequest {
  readonly extender: ExtenderConfiguration;
  readonly url: string;
  readonly body: string;
  readonly timeoutMs: number;
}
/** HTTP to extenders. A port, so that a simulation answers from a table. */
export interface ExtenderDoor {
  /** The body of a 200. Other codes and what cannot be reached are faults. */
  post(request: ExtenderRequest, done: (result: Result<string>) => void): Stop;
}
/** How tasks ask it: a subject of the scheduler alone, the bus never sees it. */
export const EXTENDER = 'local.extender';
export interface ExtenderAsked extends Message {
  readonly type: 'extender.post';
  readonly request: ExtenderRequest;
}
export interface ExtenderAnswered extends Message {
  readonly type: 'extender.answer';
  readonly body: string;
}
/** Of a configuration that says nothing of it. */
export const HTTP_TIMEOUT_MS = 5_000;
