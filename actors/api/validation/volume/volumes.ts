//! The volumes of a pod (ValidateVolumes).
import { duplicate, forbidden, invalid, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, objectOf, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, name, present } from '../check.ts';
import type { Volumes } from '../container/mounts.ts';
import { claimTemplate } from './claim.ts';
import { iscsiName } from './iscsi.ts';
import { image, SOURCES, type Source } from './sources.ts';

const MORE = 'may not specify more than 1 volume type';

/** The sound ones, by their names. `pod`: its name, where it has one yet: claims that are made for it have it too. */
export function volumes(errors: Errors, path: string, list: readonly Json[], pod: string): Volumes {
  const sound = new Map<string, JsonObject>();
  const made = new Set(
    pod === '' ? [] : list.filter((item) => isObject(objectOf(item)['ephemeral'])).map((item) => claimOf(pod, item)),
  );
  list.forEach((item, i) => {
    const volume = objectOf(item);
    const at = `${path}[${i}]`;
    const found: Errors = [];
    sources(found, at, volume, pod);
    const named = textOf(volume['name']);
    if (named === '') found.push(required(`${at}.name`));
    else name(found, `${at}.name`, named, dns1123Label);
    if (sound.has(named)) found.push(duplicate(`${at}.name`, named));
    if (found.length === 0) sound.set(named, volume);
    errors.push(...found);
    const claim = textOf(objectOf(volume['persistentVolumeClaim'])['claimName']);
    if (made.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim, detail));
    }
  });
  return sound;
}
const claimOf = (pod: string, volume: Json): string => `${pod}-${textOf(objectOf(volume)['name'])}`;

function sources(errors: Errors, at: string, volume: JsonObject, pod: string): void {
  let some = false;
  const look = (field: string, { check, at: own = field, refused = field }: Source): void => {
    const source = volume[field];
    if (!isObject(source)) return;
    if (some) errors.push(forbidden(`${at}.${refused}`, MORE));
    else check(errors, `${at}.${own}`, source);
    some = true;
  };
  for (const [field, source] of Object.entries(SOURCES)) {
    look(field, source);
    if (field === 'iscsi' && isObject(volume['iscsi'])) iscsiName(errors, at, volume['iscsi'], textOf(volume['name']));
  }
  look('ephemeral', { check: (found, _, source) => ephemeral(found, at, source, volume, pod) });
  look('image', { check: image });
  if (!some) errors.push(required(at, 'must specify a volume type'));
}
function ephemeral(errors: Errors, at: string, source: JsonObject, volume: JsonObject, pod: string): void {
  const template = source['volumeClaimTemplate'];
  const field = `${at}.ephemeral.volumeClaimTemplate`;
  if (!isObject(template)) present(errors, field, undefined);
  else claimTemplate(errors, field, template);
  const named = textOf(volume['name']);
  if (pod === '' || named === '') return;
  const claim = claimOf(pod, volume);
  for (const message of dns1123Subdomain(claim))
    errors.push(invalid(`${at}.name`, named, `PVC name ${JSON.stringify(claim)}: ${message}`));
}
