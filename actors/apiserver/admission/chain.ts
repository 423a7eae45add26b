//! Admission, in Kubernetes' order: what may be, and what is filled in that depends on other objects.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { JsonObject } from '../../api/json.ts';
import type { Call, Engine } from '../verbs/engine.ts';
import { namespaceLifecycle } from './namespace.ts';
import { taintNewNode } from './node-taint.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';
import { defaultTolerations } from './tolerations.ts';

export type Admission = (engine: Engine, call: Call, object: JsonObject) => Task<Result<JsonObject>>;

export function* admitCreate(engine: Engine, call: Call, object: JsonObject): Task<Result<JsonObject>> {
  const { info } = call;
  const allowed = yield* namespaceLifecycle(engine, call);
  if (!allowed.ok) return allowed;
  if (info.group !== '') return ok(object);
  if (info.resource === 'nodes') return ok(taintNewNode(object));
  if (info.resource !== 'pods') return ok(object);
  const accounted = yield* serviceAccount(engine, call, object);
  if (!accounted.ok) return accounted;
  const ranked = yield* priority(engine, call, accounted.value);
  if (!ranked.ok) return ranked;
  return ok(defaultTolerations(ranked.value));
}

export function* admitUpdate(
  _engine: Engine,
  _call: Call,
  object: JsonObject,
  _old: JsonObject,
): Task<Result<JsonObject>> {
  return ok(object);
}
