//! Of a kind in somebody's reference: which resource it is, built in or defined.
import { get } from '../api/json.ts';
import type { Resource } from '../api/resource.ts';
import { findKind, findResource } from '../api/resources.ts';
import type { ControllerIo } from './protocol.ts';

/** To be watched by whoever asks `resourceOf`. */
export const DEFINITIONS: Resource = findResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;

export function resourceOf(io: ControllerIo, apiVersion: string, kind: string): Resource | undefined {
  return findKind(apiVersion, kind) ?? definedBy(io, apiVersion, kind);
}
function definedBy(io: ControllerIo, apiVersion: string, kind: string): Resource | undefined {
  const [group = '', version = ''] = apiVersion.split('/');
  const definition = io
    .cache(DEFINITIONS)
    .list()
    .find((one) => get(one, 'spec', 'group') === group && get(one, 'spec', 'names', 'kind') === kind);
  if (definition === undefined) return undefined;
  const resource = String(get(definition, 'spec', 'names', 'plural'));
  return { group, version, resource, kind, namespaced: get(definition, 'spec', 'scope') === 'Namespaced' };
}
