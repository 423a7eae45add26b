import type { Bus, Clock } from '../../../runtime/ports.ts';
import { openWriter } from '../../../runtime/stream.ts';

/** Where lines go. `more` once there is room again, or (`false`) the reader has gone. */
export interface LogSink {
  write(bytes: Uint8Array, more: (open: boolean) => void): void;
  end(): void;
  /** The reader may go while nothing is written. */
  onGone(handler: () => void): void;
}

export function streamSink(bus: Bus, clock: Clock, subject: string): LogSink {
  let waiting: ((open: boolean) => void) | undefined;
  let gone = (): void => {};
  const wake = (open: boolean): void => {
    const next = waiting;
    waiting = undefined;
    next?.(open);
  };
  const writer = openWriter(bus, clock, subject, {
    onDrain: () => wake(true),
    onGone: () => {
      wake(false);
      gone();
    },
  });
  return {
    write: (bytes, more) => {
      if (writer.gone) more(false);
      else if (writer.write(bytes)) more(true);
      else waiting = more;
    },
    end: () => writer.end(),
    onGone: (handler) => {
      gone = handler;
    },
  };
}
