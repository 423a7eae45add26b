//! What a container may do on its node (ValidateSecurityContext), and profiles that pods and containers share.
import { invalid, notSupported, required, tooLong } from '../../field-error.ts';
import { shownAs } from '../../go-struct.ts';
import { get, isObject, type Json, type JsonObject, listOf, textOf } from '../../json.ts';
import { type Errors, isNull, userId } from '../check.ts';
import { relativePath } from '../paths.ts';
import { windowsOptions } from './windows.ts';

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const PROC_MOUNTS = ['Default', 'Unmasked'];
/** A path's, less one. */
const PROFILE_MAX = 4095;

/** `hostUsers`: the pod has the node's users. */
export function securityContext(errors: Errors, at: string, given: Json | undefined, hostUsers: boolean): void {
  if (!isObject(given)) return;
  userId(errors, `${at}.runAsUser`, given['runAsUser']);
  userId(errors, `${at}.runAsGroup`, given['runAsGroup']);
  const mount = given['procMount'];
  if (!isNull(mount)) {
    if (!PROC_MOUNTS.includes(textOf(mount))) errors.push(notSupported(`${at}.procMount`, mount, PROC_MOUNTS));
    if (hostUsers && mount === 'Unmasked')
      errors.push(invalid(`${at}.procMount`, mount, '`hostUsers` must be false to use `Unmasked`'));
  }
  seccompProfile(errors, `${at}.seccompProfile`, given['seccompProfile']);
  if (given['allowPrivilegeEscalation'] === false) {
    const say = (other: string): void => {
      const detail = `cannot set \`allowPrivilegeEscalation\` to false and ${other}`;
      errors.push({ ...invalid(at, given, detail), shown: shownAs('SecurityContext', given) });
    };
    if (given['privileged'] === true) say('`privileged` to true');
    for (const capability of listOf(get(given, 'capabilities', 'add')))
      if (capability === 'CAP_SYS_ADMIN') say('`capabilities.Add` CAP_SYS_ADMIN');
  }
  windowsOptions(errors, `${at}.windowsOptions`, given['windowsOptions']);
  appArmorProfile(errors, `${at}.appArmorProfile`, given['appArmorProfile']);
}

/** validateSeccompProfileField */
export function seccompProfile(errors: Errors, at: string, profile: Json | undefined): void {
  if (!isObject(profile)) return;
  const type = textOf(profile['type']);
  if (type === '') errors.push(required(`${at}.type`, 'type is required when seccompProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(`${at}.type`, type, PROFILES));
  const local = profile['localhostProfile'];
  if (type === 'Localhost') {
    if (isNull(local)) errors.push(required(`${at}.localhostProfile`, 'must be set when seccomp type is Localhost'));
    else relativePath(errors, `${at}.localhostProfile`, textOf(local));
  } else if (!isNull(local)) {
    const detail = 'can only be set when seccomp type is Localhost';
    const shown = shownAs('SeccompProfile', profile);
    errors.push({ ...invalid(`${at}.localhostProfile`, profile as Json, detail), shown });
  }
}
/** ValidateAppArmorProfileField */
export function appArmorProfile(errors: Errors, path: string, profile: Json | undefined): void {
  if (!isObject(profile)) return;
  const [type, local] = [textOf(profile['type']), profile['localhostProfile']];
  const at = `${path}.localhostProfile`;
  if (type === '') errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(`${path}.type`, type, PROFILES));
  else if (type !== 'Localhost') {
    if (!isNull(local)) errors.push(invalid(at, local, 'can only be set when AppArmor type is Localhost'));
  } else if (isNull(local)) errors.push(required(at, 'must be set when AppArmor type is Localhost'));
  else {
    const text = textOf(local);
    if (text.trim() !== text) errors.push(invalid(at, text, 'must not be padded with whitespace'));
    else if (text === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'));
    if (Buffer.byteLength(text) > PROFILE_MAX) errors.push(tooLong(at, PROFILE_MAX));
  }
}
export const isProfile = (profile: JsonObject): boolean => {
  const errors: Errors = [];
  appArmorProfile(errors, '', profile);
  return errors.length === 0;
};
