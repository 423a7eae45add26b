//! From a decision to a bound pod: PreBind, Bind, each plugin in turn.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Task } from '../../runtime/task.ts';
import type { Placement } from './framework/plugin.ts';
import type { Profile } from './framework/profile.ts';

/** `elsewhere`: an extender that binds instead of the plugins. */
export function* bindPod(
  { plugins }: Profile,
  placement: Placement,
  elsewhere?: Task<Result<unknown>>,
): Task<Result<void>> {
  for (const { plugin } of plugins.preBind) {
    const task = plugin.preBind!(placement);
    if (task === undefined) continue;
    const done = yield* task;
    if (!done.ok) return fail(done.fault.reason, `running PreBind plugin "${plugin.name}": ${done.fault.message}`);
  }
  if (elsewhere !== undefined) {
    const bound = yield* elsewhere;
    return bound.ok ? ok(undefined) : bound;
  }
  for (const { plugin } of plugins.bind) {
    const task = plugin.bind!(placement);
    if (task === undefined) continue;
    const bound = yield* task;
    return bound.ok ? ok(undefined) : bound;
  }
  return fail('InternalError', 'no Bind plugin takes the pod');
}
