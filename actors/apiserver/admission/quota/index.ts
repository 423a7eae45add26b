//! ResourceQuota: no more of a namespace than its quotas allow.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { objectOf } from '../../../api/json.ts';
import { isTerminating } from '../../../api/quota/scope.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { forbid, type Plugin } from '../plugin.ts';
import { quotasOf } from './stored.ts';

/** Of these also updates are charged for what they add. */
const GROWING: ReadonlySet<string> = new Set(['services', 'persistentvolumeclaims']);

export const resourceQuota: Plugin = {
  name: 'ResourceQuota',
  handles: ({ operation, call: { info, request }, object, old }) => {
    if (!info.namespaced || !info.stored || info.resource === 'events') return false;
    const isPod = info.group === '' && info.resource === 'pods';
    if (isPod && operation === 'UPDATE' && request.subresource === '')
      return isTerminating(object?.['spec']) !== isTerminating(old?.['spec']);
    if (request.subresource !== '')
      return (
        operation === 'UPDATE' && info.group === '' && info.resource === 'pods' && request.subresource === 'resize'
      );
    return operation === 'CREATE' || (operation === 'UPDATE' && info.group === '' && GROWING.has(info.resource));
  },
  *validate(engine: Engine, a: Attributes): Task<Result<void>> {
    const { info, request, deadline } = a.call;
    const quotas = yield* quotasOf(engine, request.namespace, deadline, false);
    if (!quotas.ok) return quotas;
    if (quotas.value.length === 0) return ok(undefined);
    const old = a.old === undefined ? {} : { old: a.old };
    const charged = yield* engine.quotas.charge(a.call, { of: info, object: objectOf(a.object), ...old });
    if (!charged.ok) return charged;
    return charged.value === '' ? ok(undefined) : forbid(a, charged.value);
  },
};
