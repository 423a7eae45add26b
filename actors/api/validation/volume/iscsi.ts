//! iSCSI disks, of pods and of persistent volumes (validateISCSIVolumeSource, validateISCSIPersistentVolumeSource).
import { invalid, required } from '../../field-error.ts';
import { isObject, type JsonObject, numberOf, textOf } from '../../json.ts';
import { type Errors, isNull, present } from '../check.ts';

const TOO_LONG =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
const NAME_MAX = 64;
const FORMS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};
/** A name in one of three forms; `start`: what is said of one that starts otherwise. */
function qualified(errors: Errors, at: string, text: string, start: string): void {
  const form = FORMS[text.slice(0, 3)];
  if (form === undefined) errors.push(invalid(at, text, start));
  else if (!form.test(text)) errors.push(invalid(at, text, 'must be valid format'));
}
const isLong = (source: JsonObject, volume: string): boolean =>
  !isNull(source['initiatorName']) && `${volume}:${textOf(source['targetPortal'])}`.length > NAME_MAX;

export function iscsi(errors: Errors, at: string, source: JsonObject): void {
  common(errors, at, source, 'must be valid format starting with iqn, eui, or naa');
}
/** Told under the volume, whose name is too long. */
export function iscsiName(errors: Errors, at: string, source: JsonObject, volume: string): void {
  if (isLong(source, volume)) errors.push(invalid(`${at}.name`, volume, TOO_LONG));
}
export function persistentIscsi(errors: Errors, at: string, source: JsonObject, volume: string): void {
  if (isLong(source, volume)) errors.push(invalid(`${at}.targetportal`, textOf(source['targetPortal']), TOO_LONG));
  common(errors, at, source, 'must be valid format');
  if (isObject(source['secretRef'])) present(errors, `${at}.secretRef.name`, source['secretRef']['name']);
}
function common(errors: Errors, at: string, source: JsonObject, start: string): void {
  present(errors, `${at}.targetPortal`, source['targetPortal']);
  if (present(errors, `${at}.iqn`, source['iqn'])) qualified(errors, `${at}.iqn`, textOf(source['iqn']), start);
  const lun = numberOf(source['lun']);
  if (lun < 0 || lun > 255) errors.push(invalid(`${at}.lun`, lun, 'must be between 0 and 255, inclusive'));
  const authenticated = source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true;
  if (authenticated && !isObject(source['secretRef'])) errors.push(required(`${at}.secretRef`));
  const initiator = source['initiatorName'];
  if (!isNull(initiator)) qualified(errors, `${at}.initiatorname`, textOf(initiator), start);
}
