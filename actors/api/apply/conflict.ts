//! What an applier is told that wants fields which others own (managedfields internal/conflict.go).
import { failure } from '../status.ts';
import type { Status } from '../types/meta.ts';
import type { Manager } from './managers.ts';
import { shownPath } from './path.ts';

export interface Conflict {
  readonly manager: Manager;
  readonly path: readonly string[];
}

export function applyConflict(conflicts: readonly Conflict[]): Status {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${shownManager(manager)}`,
    field: shownPath(path),
  }));
  return failure(409, 'Conflict', messageOf(conflicts), { causes });
}
function messageOf(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined)
    return `Apply failed with 1 conflict: conflict with ${shownManager(first.manager)}: ${shownPath(first.path)}`;
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts) {
    const shown = shownManager(manager);
    byManager.set(shown, [...(byManager.get(shown) ?? []), `- ${shownPath(path)}`]);
  }
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, paths]) => [`conflicts with ${manager}:`, ...paths]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
function shownManager({ name, operation, apiVersion, subresource }: Manager): string {
  const who = `${JSON.stringify(name)}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  if (operation === 'Apply') return who;
  return `${who} using ${apiVersion}`;
}
