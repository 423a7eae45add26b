//! Several sources in one folder (validateProjectionSources). Trust bundles and certificates of pods are behind gates
//! that are off: they have been dropped (strategy/disabled.ts).
import { forbidden, invalid, required } from '../../field-error.ts';
import { isObject, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { type Errors, present } from '../check.ts';
import { localPath } from '../paths.ts';
import { downwardFile, keyToPath, mode } from './files.ts';

const TOKEN_MIN = 600;
const TOKEN_MAX = 2 ** 32;

export function projected(errors: Errors, at: string, source: JsonObject): void {
  mode(errors, `${at}.defaultMode`, source['defaultMode']);
  const paths = new Set<string>();
  listOf(source['sources']).forEach((item, i) => {
    const from = objectOf(item);
    const here = `${at}.sources[${i}]`;
    /** `shown`: Kubernetes names the object that has the second file of a path, or the path. */
    const take = (path: string, shown: string): void => {
      if (path !== '' && paths.has(path)) errors.push(invalid(at, shown, 'conflicting duplicate paths'));
      if (path !== '') paths.add(path);
    };
    for (const kind of ['secret', 'configMap']) {
      const object = from[kind];
      if (!isObject(object)) continue;
      present(errors, `${here}.${kind}.name`, object['name']);
      listOf(object['items']).forEach((entry, j) => {
        keyToPath(errors, `${here}.${kind}.items[${j}]`, objectOf(entry));
        take(textOf(objectOf(entry)['path']), textOf(object['name']));
      });
    }
    for (const file of listOf(objectOf(from['downwardAPI'])['items'])) {
      downwardFile(errors, `${here}.downwardAPI`, objectOf(file));
      const path = textOf(objectOf(file)['path']);
      take(path, path);
    }
    if (isObject(from['serviceAccountToken'])) token(errors, at, here, from['serviceAccountToken']);
    const kinds = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken'].filter((kind) => isObject(from[kind]));
    if (kinds.length > 1) errors.push(forbidden(here, 'may not specify more than 1 volume type per source'));
  });
}
/** Its path is told as the volume's. */
function token(errors: Errors, volume: string, here: string, source: JsonObject): void {
  const seconds = numberOf(source['expirationSeconds']);
  const at = `${here}.serviceAccountToken.expirationSeconds`;
  if (seconds < TOKEN_MIN) errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > TOKEN_MAX) errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  const path = textOf(source['path']);
  if (path === '') errors.push(required(`${volume}.path`));
  else localPath(errors, `${volume}.path`, path);
}
