//! Priority: the number behind a pod's priority class.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { type Json, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import type { PriorityClass } from '../../api/types/cluster.ts';
import type { Engine } from '../verbs/engine.ts';
import { type Attributes, isOf } from './attributes.ts';
import { lookup, PRIORITY_CLASSES } from './lookup.ts';
import { done, forbid, type Plugin } from './plugin.ts';

/** Known even before they are stored. */
const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};
const PREEMPT = 'PreemptLowerPriority';

export const priority: Plugin = {
  name: 'Priority',
  handles: (a) =>
    (a.operation === 'CREATE' || a.operation === 'UPDATE') &&
    (isOf(a, '', 'pods') || isOf(a, 'scheduling.k8s.io', 'priorityclasses')),
  mutate: (engine, a) => (isOf(a, '', 'pods') ? prioritized(engine, a) : done(undefined)),
  validate: (engine, a) => (isOf(a, '', 'pods') ? done(undefined) : oneDefault(engine, a)),
};

function* prioritized(engine: Engine, a: Attributes): Task<Result<JsonObject | undefined>> {
  const pod = objectOf(a.object);
  const spec = objectOf(pod['spec']);
  // An update may say nothing of what the first write has decided.
  if (a.operation === 'UPDATE') {
    const before = objectOf(a.old?.['spec']);
    const kept = { ...spec };
    for (const field of ['priority', 'preemptionPolicy'])
      if (spec[field] === undefined && before[field] !== undefined) kept[field] = before[field] as Json;
    return ok({ ...pod, spec: kept });
  }
  const named = textOf(spec['priorityClassName']);
  const found = named === '' ? yield* globalDefault(engine, a) : yield* classOf(engine, a, named);
  if (!found.ok) return found;
  const { name, value, preemptionPolicy } = found.value;
  if (spec['priority'] !== undefined && spec['priority'] !== value)
    return forbid(
      a,
      `the integer value of priority (${spec['priority']}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  if (spec['preemptionPolicy'] !== undefined && spec['preemptionPolicy'] !== preemptionPolicy)
    return forbid(
      a,
      `the string value of PreemptionPolicy (${spec['preemptionPolicy']}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  return ok({
    ...pod,
    spec: { ...spec, ...(name === '' ? {} : { priorityClassName: name }), priority: value, preemptionPolicy },
  });
}
/** Only one class may be the default of pods that name none. */
function* oneDefault(engine: Engine, a: Attributes): Task<Result<void>> {
  if (a.object?.['globalDefault'] !== true || a.old?.['globalDefault'] === true) return ok(undefined);
  const found = yield* globalDefault(engine, a);
  if (!found.ok) return found;
  const { name } = found.value;
  if (name === '' || name === a.name) return ok(undefined);
  return forbid(a, `PriorityClass ${name} is already marked as default. Only one default can exist`);
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

function* classOf(engine: Engine, a: Attributes, name: string): Task<Result<Class>> {
  const system = SYSTEM[name];
  if (system !== undefined) return ok({ name, value: system, preemptionPolicy: PREEMPT });
  const found = yield* lookup<PriorityClass>(engine, PRIORITY_CLASSES, '', name, a.call.deadline);
  if (!found.ok) return found;
  return found.value === undefined
    ? forbid(a, `no PriorityClass with name ${name} was found`)
    : ok(classed(found.value));
}
/** Of several the least, as in Kubernetes. */
function* globalDefault(engine: Engine, a: Attributes): Task<Result<Class>> {
  const cache = yield* engine.caches.fresh(PRIORITY_CLASSES, 0, a.call.deadline);
  if (!cache.ok) return cache;
  let least: Class = { name: '', value: 0, preemptionPolicy: PREEMPT };
  for (const entry of cache.value.all()) {
    if (!entry.text.includes('"globalDefault":true')) continue;
    const found = entry.object as PriorityClass;
    if (found.globalDefault && (least.name === '' || found.value < least.value)) least = classed(found);
  }
  return ok(least);
}
