//! Condition Dangling of flow schemas: whether the priority level that one names is there
//! (k8s.io/apiserver util/flowcontrol apf_controller.go). Every API server says it; who comes second changes nothing.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, type JsonObject, listOf, textOf } from '../../api/json.ts';
import { findResource, type ResourceInfo } from '../../api/resources.ts';
import { timestamp } from '../../api/time.ts';
import type { Engine } from '../verbs/engine.ts';
import { OWN_WORK_MS, statusApplied } from '../verbs/own-status.ts';
import { perform } from '../verbs/perform.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
export const FLOW_SCHEMAS: ResourceInfo = findResource(GROUP, 'v1', 'flowschemas')!;
export const PRIORITY_LEVELS: ResourceInfo = findResource(GROUP, 'v1', 'prioritylevelconfigurations')!;
const MANAGER = 'api-priority-and-fairness-config-consumer-v1';

/** `there`: such a level exists. Undefined: the schema says so already. */
export function conditionOf(schema: unknown, there: boolean): JsonObject | undefined {
  const level = textOf(get(schema, 'spec', 'priorityLevelConfiguration', 'name'));
  const names = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  const condition = there
    ? { status: 'False', reason: 'Found', message: `${names} and it exists` }
    : { status: 'True', reason: 'NotFound', message: `${names} but there is no such object` };
  const said = listOf(get(schema, 'status', 'conditions')).find((one) => get(one, 'type') === 'Dangling');
  const same = (['status', 'reason', 'message'] as const).every((field) => get(said, field) === condition[field]);
  return same ? undefined : { type: 'Dangling', ...condition };
}
/** One round. */
export function* checkSchemas(engine: Engine, id: string): Task<Result<void>> {
  const deadline = engine.clock.now() + OWN_WORK_MS;
  const levels = yield* engine.caches.fresh(PRIORITY_LEVELS.storage, 0, deadline);
  if (!levels.ok) return levels;
  const schemas = yield* engine.caches.fresh(FLOW_SCHEMAS.storage, 0, deadline);
  if (!schemas.ok) return schemas;
  const there = new Set([...levels.value.all()].map(({ name }) => name));
  for (const { object, revision } of [...schemas.value.all()]) {
    const level = textOf(get(object, 'spec', 'priorityLevelConfiguration', 'name'));
    const condition = conditionOf(object, there.has(level));
    if (condition === undefined) continue;
    const { name } = object.metadata;
    const status = { conditions: [{ ...condition, lastTransitionTime: timestamp(engine.clock.now()) }] };
    const call = statusApplied(engine, FLOW_SCHEMAS, `${id}:${name}:${revision}`, name, status, MANAGER);
    const done = yield* perform(engine, call);
    if (!done.ok && done.fault.reason !== 'NotFound') return done;
  }
  return ok(undefined);
}
