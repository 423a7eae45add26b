//! What annotations say of a pod: of profiles in the old way, what its deletion costs, that it mirrors a static one
//! (ValidatePodSpecificAnnotations and its kin).
import { forbidden, invalid } from '../../field-error.ts';
import { unmarshalFault } from '../../go-json.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';
import { eachContainer } from '../container/each.ts';
import { relativePath } from '../paths.ts';
import { tolerations } from './selectors.ts';

export const MIRROR = 'kubernetes.io/config.mirror';
export const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
const COST = 'controller.kubernetes.io/pod-deletion-cost';
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const LOCALHOST = 'localhost/';
const RUNTIME = ['runtime/default', 'docker/default'];

export type Annotations = Readonly<Record<string, Json>>;
export const annotationsOf = (object: unknown): Annotations => objectOf(get(object, 'metadata', 'annotations'));

/** `old`: the annotations that are updated: a cost that is wrong there may stay. */
export function podAnnotations(
  errors: Errors,
  path: string,
  given: Annotations,
  spec: JsonObject,
  old?: Annotations,
): void {
  if (given[MIRROR] !== undefined && textOf(spec['nodeName']) === '')
    errors.push(invalid(`${path}[${MIRROR}]`, given[MIRROR], 'must set spec.nodeName if mirror pod annotation is set'));
  if (textOf(given[TOLERATIONS]) !== '') tolerated(errors, path, textOf(given[TOLERATIONS]));
  if (!isCost(given[COST]) && (old === undefined || isCost(old[COST])))
    errors.push(invalid(`${path}[${COST}]`, given[COST], 'must be a 32bit integer'));
  for (const key in given) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) seccomp(errors, `${path}.${key}`, textOf(given[key]));
    if (key.startsWith(APPARMOR)) appArmor(errors, `${path}[${key}]`, key.slice(APPARMOR.length), given[key]!, spec);
  }
}
/** As Go writes an int32, so that it can be compared as text. */
function isCost(value: Json | undefined): boolean {
  if (value === undefined) return true;
  return /^(0|-?[1-9]\d*)$/.test(textOf(value)) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31;
}
function tolerated(errors: Errors, path: string, text: string): void {
  const fault = unmarshalFault(text, '[', '[]core.Toleration');
  if (fault !== undefined) return void errors.push(invalid(path, TOLERATIONS, fault));
  tolerations(errors, `${path}.${TOLERATIONS}`, listOf(JSON.parse(text)));
}
function seccomp(errors: Errors, at: string, profile: string): void {
  if (RUNTIME.includes(profile) || profile === 'unconfined') return;
  if (profile.startsWith(LOCALHOST)) relativePath(errors, at, profile.slice(LOCALHOST.length));
  else errors.push(invalid(at, profile, 'must be a valid seccomp profile'));
}
function appArmor(errors: Errors, at: string, container: string, profile: Json, spec: JsonObject): void {
  let found = false;
  eachContainer(spec, '', (one) => {
    if (one['name'] === container) found = true;
  });
  if (!found) errors.push(invalid(at, container, 'container not found'));
  const text = textOf(profile);
  if (text !== '' && text !== RUNTIME[0] && text !== 'unconfined' && !text.startsWith(LOCALHOST))
    errors.push(invalid(at, profile, `invalid AppArmor profile name: ${JSON.stringify(text)}`));
}

/** Where a field and an annotation both say it they must say the same. */
export function profilesMatch(errors: Errors, path: string, given: Annotations, spec: JsonObject): void {
  const match = (profile: Json | undefined, key: string, at: string, word: 'seccomp' | 'apparmor'): void => {
    const said = given[key];
    if (!isObject(profile) || said === undefined) return;
    const wrong = mismatch(profile, textOf(said), word);
    if (wrong === 'type') errors.push(forbidden(`${at}.type`, `${word} type in annotation and field must match`));
    if (wrong === 'profile')
      errors.push(forbidden(`${at}.localhostProfile`, `${word} profile in annotation and field must match`));
  };
  const ofPod = objectOf(spec['securityContext']);
  match(ofPod['seccompProfile'], SECCOMP_POD, `${path}.securityContext.seccompProfile`, 'seccomp');
  eachContainer(spec, path, (container, at) => {
    const own = get(container, 'securityContext', 'seccompProfile');
    match(own, `${SECCOMP_CONTAINER}${textOf(container['name'])}`, `${at}.securityContext.seccompProfile`, 'seccomp');
  });
  if (get(spec, 'os', 'name') === 'windows') return;
  eachContainer(spec, path, (container, at) => {
    const own = get(container, 'securityContext', 'appArmorProfile') ?? ofPod['appArmorProfile'];
    match(own, `${APPARMOR}${textOf(container['name'])}`, `${at}.securityContext.appArmorProfile`, 'apparmor');
  });
}
function mismatch(profile: JsonObject, said: string, word: string): 'type' | 'profile' | undefined {
  switch (profile['type']) {
    case 'Unconfined':
      return said === 'unconfined' ? undefined : 'type';
    case 'RuntimeDefault':
      return said === RUNTIME[0] || (word === 'seccomp' && said === RUNTIME[1]) ? undefined : 'type';
    case 'Localhost':
      if (!said.startsWith(LOCALHOST)) return 'type';
      return said.slice(LOCALHOST.length) === profile['localhostProfile'] ? undefined : 'profile';
    default:
      return undefined;
  }
}

/** ValidatePodSpecificAnnotationUpdates */
export function podAnnotationsUpdate(errors: Errors, given: Annotations, spec: JsonObject, old: Annotations): void {
  const path = 'metadata.annotations';
  const say = (key: string, done: string): void => {
    if (key.startsWith(APPARMOR)) errors.push(forbidden(`${path}[${key}]`, `may not ${done} AppArmor annotations`));
    if (key === MIRROR) errors.push(forbidden(`${path}[${key}]`, `may not ${done} mirror pod annotation`));
  };
  for (const key in old) if (given[key] !== old[key]) say(key, 'remove or update');
  for (const key in given) if (!(key in old)) say(key, 'add');
  podAnnotations(errors, path, given, spec, old);
}
/** Undefined: no profile (podutil.ApparmorFieldForAnnotation). */
export function appArmorOf(annotation: string): JsonObject | undefined {
  if (annotation === RUNTIME[0]) return { type: 'RuntimeDefault' };
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (!annotation.startsWith(LOCALHOST)) return undefined;
  const localhostProfile = annotation.slice(LOCALHOST.length);
  return localhostProfile === '' ? undefined : { type: 'Localhost', localhostProfile };
}
