//! Work of several steps (read, decide, write, retry) inside an actor: a generator that yields what it wants and is
//! resumed with the answer. It reads like a promise and replays like a machine: no microtask, no hidden clock.
import type { fail, Result } from './fault.ts';
import type { Bus, Clock, Message, Meta, Stop } from './ports.ts';

export type Wish =
  | { readonly want: 'reply'; readonly subject: string; readonly message: Message; readonly timeoutMs: number }
  | { readonly want: 'pause'; readonly ms: number }
  /** Each runs on its own; the answer is all the results, in order. */
  | { readonly want: 'all'; readonly tasks: readonly Task<unknown>[] };
// biome-ignore lint/suspicious/noExplicitAny: what comes back depends on what was yielded; the helpers below type it
export type Task<T> = Generator<Wish, T, any>;

export function* ask<T extends Message>(subject: string, message: Message, timeoutMs: number): Task<Result<T>> {
  return (yield { want: 'reply', subject, message, timeoutMs }) as Result<T>;
}
export function* pause(ms: number): Task<void> {
  yield { want: 'pause', ms };
}
export function* all<T>(tasks: readonly Task<T>[]): Task<readonly T[]> {
  return (yield { want: 'all', tasks }) as readonly T[];
}

export interface TaskPorts {
  readonly bus: Pick<Bus, 'request'>;
  readonly clock: Clock;
  readonly meta?: Meta;
}

/**
 * Starts it at once. `done` gets what it returns; what it throws (a bug) goes to `failed`. Stopping it runs its
 * `finally` blocks and calls neither.
 */
export function runTask<T>(
  task: Task<T>,
  ports: TaskPorts,
  done: (value: T) => void,
  failed: (error: unknown) => void,
): Stop {
  let stopped = false;
  let inside = false;
  let cancel: Stop = () => {};
  const resume = (answer: unknown): void => {
    if (stopped) return;
    let step: IteratorResult<Wish, T>;
    inside = true;
    try {
      step = task.next(answer);
    } catch (error) {
      if (stopped) return;
      stopped = true;
      return failed(error);
    } finally {
      inside = false;
    }
    // Stopped by its own step: a generator cannot be ended while it runs.
    if (stopped) {
      task.return(undefined as T);
      return;
    }
    if (step.done) {
      stopped = true;
      return done(step.value);
    }
    cancel = perform(step.value, ports, resume, failed);
  };
  resume(undefined);
  return () => {
    if (stopped) return;
    stopped = true;
    if (inside) return;
    cancel();
    task.return(undefined as T);
  };
}

function perform(
  wish: Wish,
  ports: TaskPorts,
  resume: (answer: unknown) => void,
  failed: (error: unknown) => void,
): Stop {
  if (wish.want === 'pause') {
    const timer = ports.clock.setTimeout(() => resume(undefined), wish.ms);
    return () => ports.clock.clearTimeout(timer);
  }
  if (wish.want === 'reply')
    return ports.bus.request(
      wish.subject,
      wish.message,
      wish.timeoutMs,
      (result) => resume(opened(result)),
      ports.meta,
    );
  const results: unknown[] = wish.tasks.map(() => undefined);
  let left = wish.tasks.length;
  if (left === 0) {
    const timer = ports.clock.setTimeout(() => resume([]), 0);
    return () => ports.clock.clearTimeout(timer);
  }
  // Collected first: a task that ends at once must not resume us from inside our own `next`.
  let inside = true;
  const finish = (): void => {
    if (inside) ports.clock.setTimeout(() => resume(results), 0);
    else resume(results);
  };
  const stops = wish.tasks.map((task, i) =>
    runTask(
      task,
      ports,
      (value) => {
        results[i] = value;
        if (--left === 0) finish();
      },
      failed,
    ),
  );
  inside = false;
  return () => {
    for (const stop of stops) stop();
  };
}

/** A reply of `{ type: 'fault', fault }` is how an actor refuses: the asker sees a failed result. */
export const opened = (result: Result<Message>): Result<Message> =>
  result.ok && result.value.type === 'fault'
    ? { ok: false, fault: (result.value as Message & { fault: ReturnType<typeof fail>['fault'] }).fault }
    : result;
