//! Every container of a pod, with its place (core/pods VisitContainersWithPath).
import { isObject, type JsonObject, listOf } from '../../json.ts';

export const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

export function eachContainer(spec: JsonObject, path: string, visit: (one: JsonObject, at: string) => void): void {
  for (const list of LISTS)
    listOf(spec[list]).forEach((container, i) => {
      if (isObject(container)) visit(container, `${path}.${list}[${i}]`);
    });
}
