//! What an API server says beside its answer of objects that it takes: WarningsOnCreate and WarningsOnUpdate of
//! Kubernetes' registry strategies.
import { asJson, get, type JsonObject, objectOf, textOf } from './json.ts';
import { dns1123Label } from './names.ts';
import type { ResourceInfo } from './resources.ts';
import { annotationsOf } from './validation/pod/annotations.ts';
import { pod, podTemplate } from './warnings/pod.ts';
import { claim, persistentVolume } from './warnings/volume.ts';

/** Where a kind has a template of pods. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/Job': ['spec', 'template'],
};
/** Whose pods are not called by its name. */
const OWN_NAMES: ReadonlySet<string> = new Set(['/PodTemplate', 'apps/DaemonSet']);
const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

/** `object`: as it is stored; `given`: before the server wrote into it; `old`: an update of that. */
export function warningsOf(
  info: Pick<ResourceInfo, 'group' | 'kind'>,
  object: object,
  given: object,
  old?: object,
): readonly string[] {
  const warnings: string[] = [];
  const kind = `${info.group}/${info.kind}`;
  const whole = asJson(object);
  const path = TEMPLATES[kind];
  if (path !== undefined) template(warnings, kind, path, whole, old);
  // Nobody who changes a pod is a person.
  if (kind === '/Pod' && old === undefined) pod(warnings, whole, asJson(given));
  if (kind === '/PersistentVolume') persistentVolume(warnings, whole);
  if (kind === '/PersistentVolumeClaim') claim(warnings, whole);
  if (kind === '/ServiceAccount' && isNew(MOUNTABLE, whole, old)) {
    const said = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
    warnings.push(`metadata.annotations[${MOUNTABLE}]: ${said}`);
  }
  return warnings;
}
const isNew = (key: string, object: JsonObject, old: object | undefined): boolean =>
  annotationsOf(object)[key] !== undefined && annotationsOf(old)[key] === undefined;

function template(
  warnings: string[],
  kind: string,
  path: readonly string[],
  object: JsonObject,
  old: object | undefined,
): void {
  const faults = dns1123Label(textOf(get(object, 'metadata', 'name')));
  if (old === undefined && !OWN_NAMES.has(kind) && faults.length > 0)
    warnings.push(
      `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`,
    );
  if (old !== undefined && get(old, 'metadata', 'generation') === get(object, 'metadata', 'generation')) return;
  podTemplate(warnings, `${path.join('.')}.`, objectOf(get(object, ...path)));
}
