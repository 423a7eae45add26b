//! What the server itself says of an object: its status, applied, so that others may say more beside it.
import type { JsonObject } from '../../api/json.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import type { User } from '../protocol.ts';
import type { Call, Engine } from './engine.ts';

const USER: User = { name: 'system:apiserver', groups: ['system:masters'] };
export const OWN_WORK_MS = 30_000;

/** A call for `perform`; of an object without namespace. */
export function statusApplied(
  engine: Engine,
  info: ResourceInfo,
  id: string,
  name: string,
  status: JsonObject,
  fieldManager: string,
): Call {
  const { group, version, resource, kind } = info;
  return {
    info,
    request: {
      type: 'api.request',
      id,
      user: USER,
      verb: 'patch',
      group,
      version,
      resource,
      namespace: '',
      name,
      subresource: 'status',
      patchType: 'apply',
      body: { apiVersion: `${group}/${version}`, kind, metadata: { name }, status },
      options: { fieldManager, force: true },
    },
    deadline: engine.clock.now() + OWN_WORK_MS,
    warnings: [],
  };
}
