//! Waiting for a slow reader.
import type { Call } from '../http2/call.ts';

/** Until the client has read what was sent, or has gone. */
export const drained = (call: Call, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const gone = (): void => reject(signal.reason);
    if (signal.aborted) return gone();
    signal.addEventListener('abort', gone, { once: true });
    call.onDrain = () => {
      signal.removeEventListener('abort', gone);
      resolve();
    };
  });
