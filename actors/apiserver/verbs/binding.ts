//! binding: the one way by which a pod comes to a node.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { type FieldError, notSupported, required } from '../../api/field-error.ts';
import { get, isObject, textOf } from '../../api/json.ts';
import { conflict, invalid, notFound, success } from '../../api/status.ts';
import { timestamp } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import { attributesOf } from '../admission/attributes.ts';
import { admit } from '../admission/chain.ts';
import { decodeBody } from './body.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { keyOfCall } from './update.ts';
import { type Decide, type Decision, modify } from './write.ts';

export function* bind(engine: Engine, call: Call): Task<Result<Answer>> {
  const { info, request } = call;
  const binding = decodeBody(engine, call, request.body, { group: '', version: 'v1', kind: 'Binding' });
  if (!binding.ok) return binding;
  const admitted = yield* admit(engine, attributesOf(call, 'CREATE', { object: binding.value }));
  if (!admitted.ok) return admitted;
  const { object } = admitted.value;
  const target = get(object, 'target');
  const node = textOf(get(target, 'name'));
  const kind = textOf(get(target, 'kind'));
  const faults: FieldError[] = [];
  if (kind !== '' && kind !== 'Node') faults.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (node === '') faults.push(required('target.name'));
  if (faults.length > 0) return refuse(invalid({ group: '', kind: 'Binding' }, request.name, faults));
  const uid = textOf(get(object, 'metadata', 'uid'));
  const annotations = get(object, 'metadata', 'annotations');
  const no = (why: string): ReturnType<typeof refuse> => refuse(conflict(info, request.name, why));

  const decide: Decide = function* (current): Task<Result<Decision>> {
    if (current === undefined) return refuse(notFound(info, request.name));
    const pod = current.object as Pod;
    if (uid !== '' && uid !== pod.metadata.uid)
      return no(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`);
    if (pod.metadata.deletionTimestamp !== undefined)
      return no(`pod ${request.name} is being deleted, cannot be assigned to a host`);
    if (pod.spec.nodeName) return no(`pod ${request.name} is already assigned to node "${pod.spec.nodeName}"`);
    if ((pod.spec.schedulingGates?.length ?? 0) > 0)
      return no(`pod ${request.name} has non-empty .spec.schedulingGates`);
    const conditions = (pod.status.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
    const scheduled = {
      type: 'PodScheduled',
      status: 'True' as const,
      observedGeneration: pod.metadata.generation ?? 1,
      lastProbeTime: null,
      lastTransitionTime: timestamp(engine.clock.now()),
    };
    // It is where it is: what it was nominated for is over.
    const { nominatedNodeName: _, ...settled } = pod.status;
    const bound: Pod = {
      ...pod,
      metadata: isObject(annotations)
        ? { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...(annotations as Record<string, string>) } }
        : pod.metadata,
      spec: { ...pod.spec, nodeName: node },
      status: { ...settled, conditions: [...conditions, scheduled] },
    };
    return ok({ what: 'put', object: bound });
  };
  const done = yield* modify(engine, call, keyOfCall(call), decide);
  return done.ok ? ok({ type: 'status', status: { ...success(), code: 201 } }) : done;
}
