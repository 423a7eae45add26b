//! Discovery with the groups of other API servers in it (kube-aggregator handler_apis, handler_discovery).
import { compareVersions } from '../../api/discovery.ts';
import { get, type Json, type JsonObject, listOf, textOf } from '../../api/json.ts';
import { priorityOf } from './local.ts';
import type { Remote, Remotes } from './remotes.ts';

/** Versions of a group that are answered elsewhere, the preferred first. */
const versionsOf = (remotes: Remotes, group: string): readonly Remote[] =>
  remotes
    .list()
    .filter((remote) => remote.group === group)
    .sort((a, b) => b.versionPriority - a.versionPriority || compareVersions(a.version, b.version));
const groupsOf = (remotes: Remotes): readonly string[] => [...new Set(remotes.list().map(({ group }) => group))];
/** The highest first; what has the same by its name. */
function ordered(remotes: Remotes, groups: readonly JsonObject[], nameOf: (group: JsonObject) => string): JsonObject[] {
  const priority = (group: string): number =>
    Math.max(priorityOf(group), ...versionsOf(remotes, group).map(({ groupPriority }) => groupPriority));
  const ranked = groups.map((group, at) => ({ group, at, name: nameOf(group), priority: priority(nameOf(group)) }));
  const remote = new Set(groupsOf(remotes));
  ranked.sort(
    (a, b) =>
      b.priority - a.priority || (remote.has(a.name) || remote.has(b.name) ? (a.name < b.name ? -1 : 1) : a.at - b.at),
  );
  return ranked.map(({ group }) => group);
}

/** /apis */
export function withRemoteGroups(list: object, remotes: Remotes): object {
  if (remotes.list().length === 0) return list;
  const own = listOf(get(list, 'groups')) as readonly JsonObject[];
  const nameOf = (group: JsonObject): string => textOf(group['name']);
  const elsewhere = groupsOf(remotes).map((group) =>
    withRemoteVersions(
      own.find((one) => nameOf(one) === group),
      remotes,
      group,
    ),
  );
  const rest = own.filter((one) => !groupsOf(remotes).includes(nameOf(one)));
  return { ...list, groups: ordered(remotes, [...rest, ...elsewhere], nameOf) };
}
/** /apis/metrics.k8s.io */
export function withRemoteGroup(own: object | undefined, remotes: Remotes, group: string): object | undefined {
  if (versionsOf(remotes, group).length === 0) return own;
  return { kind: 'APIGroup', apiVersion: 'v1', ...withRemoteVersions(own as JsonObject | undefined, remotes, group) };
}
function withRemoteVersions(own: JsonObject | undefined, remotes: Remotes, group: string): JsonObject {
  const elsewhere = versionsOf(remotes, group).map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  const taken = new Set(elsewhere.map(({ version }) => version));
  const rest = listOf(get(own, 'versions')).filter((one) => !taken.has(textOf(get(one, 'version'))));
  const versions: Json[] = [...elsewhere, ...rest];
  return { ...own, name: group, versions, preferredVersion: versions[0] ?? null };
}

/** /apis in one document: what cannot be reached is there, but stale. */
export function withRemoteDiscovery(document: object, remotes: Remotes): object {
  if (remotes.list().length === 0) return document;
  const own = listOf(get(document, 'items')) as readonly JsonObject[];
  const nameOf = (group: JsonObject): string => textOf(get(group, 'metadata', 'name'));
  const elsewhere = groupsOf(remotes).map((group): JsonObject => {
    const versions = versionsOf(remotes, group).map(
      (remote): JsonObject => ({
        version: remote.version,
        resources: [...(remotes.published(remote)?.resources ?? [])],
        freshness: remote.available && remotes.published(remote) !== undefined ? 'Current' : 'Stale',
      }),
    );
    const before = own.find((one) => nameOf(one) === group);
    const taken = new Set(versions.map(({ version }) => version));
    const rest = listOf(get(before, 'versions')).filter((one) => !taken.has(textOf(get(one, 'version'))));
    return { metadata: { name: group }, versions: [...versions, ...rest] };
  });
  const rest = own.filter((one) => !groupsOf(remotes).includes(nameOf(one)));
  return { ...document, items: ordered(remotes, [...rest, ...elsewhere], nameOf) };
}
