//! Priority: the number behind a pod's priority class.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { forbidden } from '../../api/status.ts';
import type { PriorityClass } from '../../api/types/cluster.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { lookup, PRIORITY_CLASSES } from './lookup.ts';

/** Known even before they are stored. */
const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};
const PREEMPT = 'PreemptLowerPriority';

export function* priority(engine: Engine, call: Call, pod: JsonObject): Task<Result<JsonObject>> {
  const spec = objectOf(pod['spec']);
  const named = textOf(spec['priorityClassName']);
  const found = named === '' ? yield* globalDefault(engine, call) : yield* classOf(engine, call, named);
  if (!found.ok) return found;
  const { name, value, preemptionPolicy } = found.value;
  if (spec['priority'] !== undefined && spec['priority'] !== value)
    return refuse(
      forbidden(
        call.info,
        textOf(get(pod, 'metadata', 'name')),
        `the integer value of priority (${spec['priority']}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      ),
    );
  return ok({
    ...pod,
    spec: {
      ...spec,
      ...(name === '' ? {} : { priorityClassName: name }),
      priority: value,
      preemptionPolicy: spec['preemptionPolicy'] ?? preemptionPolicy,
    },
  });
}
interface Class {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: string;
}
const classed = ({ metadata, value, preemptionPolicy = PREEMPT }: PriorityClass): Class => ({
  name: metadata.name,
  value,
  preemptionPolicy,
});

function* classOf(engine: Engine, call: Call, name: string): Task<Result<Class>> {
  const system = SYSTEM[name];
  if (system !== undefined) return ok({ name, value: system, preemptionPolicy: PREEMPT });
  const found = yield* lookup<PriorityClass>(engine, PRIORITY_CLASSES, '', name, call.deadline);
  if (!found.ok) return found;
  if (found.value !== undefined) return ok(classed(found.value));
  const pod = textOf(get(call.request.body, 'metadata', 'name'));
  return refuse(forbidden(call.info, pod, `no PriorityClass with name ${name} was found`));
}
/** Of several the least, as in Kubernetes. */
function* globalDefault(engine: Engine, call: Call): Task<Result<Class>> {
  const cache = yield* engine.caches.fresh(PRIORITY_CLASSES, 0, call.deadline);
  if (!cache.ok) return cache;
  let least: Class = { name: '', value: 0, preemptionPolicy: PREEMPT };
  for (const entry of cache.value.all()) {
    if (!entry.text.includes('"globalDefault":true')) continue;
    const found = entry.object as PriorityClass;
    if (found.globalDefault && (least.name === '' || found.value < least.value)) least = classed(found);
  }
  return ok(least);
}
