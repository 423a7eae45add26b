//! What is sound but hardly meant, of pods and of templates of pods (pkg/api/pod warnings.go).
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { dns1123Label } from '../names.ts';
import { eachContainer } from '../validation/container/each.ts';
import { APPARMOR, annotationsOf, SECCOMP_CONTAINER, SECCOMP_POD } from '../validation/pod/annotations.ts';
import { hiddenVariables, ports } from './container.ts';
import { nodeTerm, oldLabel } from './label.ts';
import { claimSpec, goneSources, wholeBytes } from './volume.ts';

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};
const SECCOMP_GONE = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const APPARMOR_OLD = 'deprecated since v1.30; use the "appArmorProfile" field instead';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** `given`: as it came, before annotations became fields. */
export function pod(warnings: string[], object: JsonObject, given: JsonObject): void {
  const faults = dns1123Label(textOf(get(object, 'metadata', 'name')));
  if (faults.length > 0)
    warnings.push(
      `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`,
    );
  podTemplate(warnings, '', object, given);
}
/** `path`: where it is, '' or with a dot at its end. */
export function podTemplate(warnings: string[], path: string, template: JsonObject, given = template): void {
  const spec = objectOf(template['spec']);
  const at = `${path}spec`;
  const annotations = annotationsOf(template);
  const annotated = (key: string, said: string): void => {
    if (annotations[key] !== undefined) warnings.push(`${path}metadata.annotations[${key}]: ${said}`);
  };
  nodes(warnings, at, spec);
  for (const [key, said] of Object.entries(ANNOTATIONS)) annotated(key, said);
  volumes(warnings, `${at}.volumes`, listOf(spec['volumes']));
  repeated(warnings, `${at}.hostAliases`, listOf(spec['hostAliases']), 'ip');
  const secrets = listOf(spec['imagePullSecrets']);
  repeated(warnings, `${at}.imagePullSecrets`, secrets, 'name');
  secrets.forEach((secret, i) => {
    if (textOf(get(secret, 'name')) === '') warnings.push(`${at}.imagePullSecrets[${i}].name: invalid empty name ""`);
  });
  wholeBytes(warnings, `${at}.overhead`, spec['overhead'], 'memory', 'ephemeral-storage');
  const security = spec['securityContext'];
  if (!isObject(get(security, 'seccompProfile'))) annotated(SECCOMP_POD, SECCOMP_GONE);
  const confined = isObject(get(given, 'spec', 'securityContext', 'appArmorProfile'));
  eachContainer(objectOf(given['spec']), at, (container) => {
    if (!confined && !isObject(get(container, 'securityContext', 'appArmorProfile')))
      annotated(`${APPARMOR}${textOf(container['name'])}`, APPARMOR_OLD);
  });
  eachContainer(spec, at, (container, place) => {
    if (!isObject(get(container, 'securityContext', 'seccompProfile')))
      annotated(`${SECCOMP_CONTAINER}${textOf(container['name'])}`, SECCOMP_GONE);
    for (const name of ['memory', 'ephemeral-storage'])
      for (const list of ['limits', 'requests'])
        wholeBytes(warnings, `${place}.resources.${list}`, get(container, 'resources', list), name);
    hiddenVariables(warnings, place, container);
  });
  ports(warnings, at, spec);
  const grace = spec['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0)
    warnings.push(
      `${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const terms = objectOf(get(spec, 'affinity', kind));
    selected(warnings, `${at}.affinity.${kind}.${REQUIRED}`, listOf(terms[REQUIRED]), []);
    selected(warnings, `${at}.affinity.${kind}.${PREFERRED}`, listOf(terms[PREFERRED]), ['podAffinityTerm']);
  }
}
function nodes(warnings: string[], at: string, spec: JsonObject): void {
  for (const key of Object.keys(objectOf(spec['nodeSelector']))) {
    const said = oldLabel(key);
    if (said !== undefined) warnings.push(`${at}.nodeSelector[${key}]: ${said}`);
  }
  const affinity = get(spec, 'affinity', 'nodeAffinity');
  listOf(get(affinity, REQUIRED, 'nodeSelectorTerms')).forEach((term, i) => {
    nodeTerm(warnings, `${at}.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[${i}]`, term);
  });
  listOf(get(affinity, PREFERRED)).forEach((term, i) => {
    nodeTerm(warnings, `${at}.affinity.nodeAffinity.${PREFERRED}[${i}].preference`, get(term, 'preference'));
  });
  const constraints = listOf(spec['topologySpreadConstraints']);
  constraints.forEach((constraint, i) => {
    const key = textOf(get(constraint, 'topologyKey'));
    const said = oldLabel(key);
    if (said !== undefined) warnings.push(`${at}.topologySpreadConstraints[${i}].topologyKey: ${key} is ${said}`);
    selected(warnings, `${at}.topologySpreadConstraints`, [constraint], [], i);
  });
}
function selected(warnings: string[], at: string, terms: readonly Json[], inside: readonly string[], first = 0): void {
  terms.forEach((term, i) => {
    const place = [`${at}[${first + i}]`, ...inside, 'labelSelector'].join('.');
    if (!isObject(get(term, ...inside, 'labelSelector')))
      warnings.push(`${place}: a null labelSelector results in matching no pod`);
  });
}
function volumes(warnings: string[], path: string, list: readonly Json[]): void {
  const tokens = new Set<Json | undefined>();
  list.forEach((volume, i) => {
    goneSources(warnings, `${path}[${i}]`, objectOf(volume));
    const claim = `${path}[${i}].ephemeral.volumeClaimTemplate.spec`;
    claimSpec(warnings, claim, get(volume, 'ephemeral', 'volumeClaimTemplate', 'spec'));
    for (const source of listOf(get(volume, 'projected', 'sources')))
      if (isObject(get(source, 'serviceAccountToken'))) tokens.add(get(source, 'serviceAccountToken', 'path'));
  });
  list.forEach((volume, i) => {
    for (const source of listOf(get(volume, 'projected', 'sources')))
      for (const [field, told] of [
        ['configMap', 'configMap'],
        ['secret', 'secrets'],
        ['downwardAPI', 'downwardAPI'],
      ] as const)
        listOf(get(source, field, 'items')).forEach((item, j) => {
          const file = get(item, 'path');
          const at = `${path}[${i}].projected.sources.${told}[${j}]`;
          if (tokens.has(file))
            warnings.push(`${at}: has duplicated path with ServiceAccountToken ${JSON.stringify(textOf(file))}`);
        });
  });
}
function repeated(warnings: string[], path: string, list: readonly Json[], field: string): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const value = textOf(get(item, field));
    if (seen.has(value)) warnings.push(`${path}[${i}].${field}: duplicate ${field} ${JSON.stringify(value)}`);
    seen.add(value);
  });
}
