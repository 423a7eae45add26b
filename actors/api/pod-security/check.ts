//! What the checks of the Pod Security Standards have in common: a pod looked at, and how a finding is told.
import { get, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';

/** A pod or the template of one. */
export interface PodLike {
  readonly annotations: JsonObject;
  readonly spec: JsonObject;
  /** Init containers, containers, ephemeral ones: in this order they are told. */
  readonly containers: readonly JsonObject[];
}
export interface Finding {
  /** Short, for many pods at once. */
  readonly reason: string;
  /** With names and values, for one. */
  readonly detail: string;
}
export type Check = (pod: PodLike) => Finding | undefined;
/** `check` holds from version 1.<since> on, until the next of the same list does. */
export interface Versioned {
  readonly since: number;
  readonly check: Check;
}

export const podLike = (template: unknown): PodLike => {
  const spec = objectOf(get(template, 'spec'));
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    listOf(spec[list]).map(objectOf),
  );
  return { annotations: objectOf(get(template, 'metadata', 'annotations')), spec, containers };
};
export const nameOf = (named: JsonObject): string => textOf(named['name']);
export const security = (of: JsonObject, ...path: readonly string[]): Json | undefined =>
  get(of, 'securityContext', ...path);
/** Go leaves out what is null: for a check it is not set. */
export const isSet = (value: Json | undefined): boolean => value !== undefined && value !== null;
export const isWindows = ({ spec }: PodLike): boolean => get(spec, 'os', 'name') === 'windows';
/** Root in a user namespace of its own is nobody outside of it (KEP-127). */
export const hasOwnUsers = ({ spec }: PodLike): boolean => spec['hostUsers'] === false;

export const quoted = (names: readonly string[]): string => `"${names.join('", "')}"`;
export const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
export const plural = (word: string, of: { readonly length: number }): string => (of.length === 1 ? word : `${word}s`);
export const containersNamed = (list: readonly JsonObject[]): string =>
  `${plural('container', list)} ${quoted(list.map(nameOf))}`;
/** `pod and containers "a", "b"`: who has set what he must not; '' when nobody has. */
export const setters = (pod: boolean, containers: readonly JsonObject[]): string =>
  [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersNamed(containers)] : [])].join(' and ');
