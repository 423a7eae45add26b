//! Which container of a pod is meant when one is named, or none is (registry/core/pod validateContainer).
import { ok, type Result } from '../../../../runtime/fault.ts';
import { badRequest } from '../../../api/status.ts';
import type { Pod } from '../../../api/types/pod.ts';
import { refuse } from '../../verbs/engine.ts';

export function containerOf({ metadata, spec }: Pod, asked: string): Result<string> {
  const own = spec.containers.map(({ name }) => name);
  const init = (spec.initContainers ?? []).map(({ name }) => name);
  const ephemeral = (spec.ephemeralContainers ?? []).map(({ name }) => name);
  if (asked !== '')
    return [...own, ...init, ...ephemeral].includes(asked)
      ? ok(asked)
      : refuse(badRequest(`container ${asked} is not valid for pod ${metadata.name}`));
  if (own.length === 1) return ok(own[0]!);
  const which = `choose one of: [${own.join(' ')}]`;
  const inits = init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`;
  return refuse(badRequest(`a container name must be specified for pod ${metadata.name}, ${which}${inits}`));
}
