//! The shapes that methods have: one request and one answer, or streams of them.
import type { Call, CallHandler } from '../http2/call.ts';
import { Malformed } from '../wire/buffers.ts';
import type { Message, Of, Table } from '../wire/message.ts';
import { end, type Gateway } from './gateway.ts';
import { Code, Failed } from './status.ts';

export type Method = (gateway: Gateway, call: Call) => CallHandler;

/** `answer` ends the call, now or later, or throws `Failed`. */
export function unary<T extends Table>(
  request: Message<T>,
  answer: (gateway: Gateway, request: Of<Message<T>>, call: Call) => void,
): Method {
  return (gateway, call) => {
    let body: Uint8Array | undefined;
    return {
      message(bytes) {
        body ??= bytes;
      },
      halfClosed: () =>
        guarded(call, () => {
          if (body === undefined) throw new Failed(Code.internal, 'grpc: a call without a request');
          gateway.check(call);
          answer(gateway, request.decode(body), call);
        }),
      canceled() {},
    };
  };
}

/** As `unary`, in several steps; `signal` tells that nobody waits any more. */
export function unaryTask<T extends Table>(
  request: Message<T>,
  work: (gateway: Gateway, request: Of<Message<T>>, signal: AbortSignal, call: Call) => Promise<Uint8Array | undefined>,
): Method {
  return (gateway, call) => {
    const abort = new AbortController();
    const handler = unary(request, (_, body) => {
      gateway.enter(call, (why) => abort.abort(why));
      const over = (last: () => void): void => {
        gateway.leave(call);
        last();
      };
      work(gateway, body, abort.signal, call).then(
        (answer) => over(() => (answer === undefined ? call.end(Code.ok) : call.reply(answer))),
        (error: unknown) => over(() => guarded(call, () => end(call, error))),
      );
    })(gateway, call);
    return { ...handler, canceled: () => abort.abort(CANCELED) };
  };
}
export const CANCELED: Failed = new Failed(Code.canceled, 'context canceled');

/** What is wrong with a request ends its call; anything else is a bug, and is thrown. */
export function guarded(call: Call, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Malformed)
      return call.end(Code.internal, `grpc: error unmarshalling request: ${error.message}`);
    end(call, error);
  }
}

export const refuses =
  (code: Code, message: string): Method =>
  (_, call) => ({
    message() {},
    halfClosed: () => call.end(code, message),
    canceled: () => call.end(Code.canceled),
  });
