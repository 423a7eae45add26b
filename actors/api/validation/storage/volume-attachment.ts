//! That a volume is to be attached to a node (pkg/apis/storage/validation).
import { forbidden, invalid, required, tooLong } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { type Errors, name, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { csiDriverName } from '../volume/csi.ts';
import { volumeSpec } from '../volume/persistent-volume.ts';
import { bytesOf } from './parameters.ts';

const METADATA_MAX = 256 * 1024;
const MESSAGE_MAX = 1024;
const ONE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

/** Also of its status, which is checked as a part of the whole. */
export function volumeAttachment(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const attacher = textOf(spec['attacher']);
  if (attacher === '') errors.push(required('spec.attacher'));
  const source = objectOf(spec['source']);
  attached(errors, 'spec.source', source);
  name(errors, 'spec.nodeName', textOf(spec['nodeName']), dns1123Subdomain);
  const status = objectOf(object['status']);
  if (bytesOf(status['attachmentMetadata']) > METADATA_MAX)
    errors.push(tooLong('status.attachmentMetadata', METADATA_MAX));
  for (const field of ['attachError', 'detachError']) volumeError(errors, `status.${field}`, objectOf(status[field]));
  if (old === undefined) {
    csiDriverName(errors, 'spec.attacher', attacher);
    name(errors, 'spec.source.persistentVolumeName', source['persistentVolumeName'], dns1123Subdomain);
  } else if (!semanticEqual(spec, specOf(old))) errors.push(invalid('spec', shown(spec), 'field is immutable'));
}
/** As kube-apiserver's own type is printed. */
const shown = (spec: JsonObject): JsonObject => ({
  Attacher: textOf(spec['attacher']),
  Source: {
    PersistentVolumeName: objectOf(spec['source'])['persistentVolumeName'] ?? null,
    InlineVolumeSpec: objectOf(spec['source'])['inlineVolumeSpec'] ?? null,
  },
  NodeName: textOf(spec['nodeName']),
});
function attached(errors: Errors, at: string, source: JsonObject): void {
  const { inlineVolumeSpec: inline, persistentVolumeName: volume } = source;
  if (isNull(inline) && isNull(volume)) errors.push(required(at, ONE));
  else if (!isNull(inline) && !isNull(volume)) errors.push(forbidden(at, ONE));
  else if (volume === '')
    errors.push(required(`${at}.persistentVolumeName`, 'must specify non empty persistentVolumeName'));
  else if (isObject(inline)) volumeSpec(errors, `${at}.inlineVolumeSpec`, inline, { inline: true });
}
function volumeError(errors: Errors, at: string, error: JsonObject): void {
  // The limit told is not the one that counts: so it is in Kubernetes.
  if (Buffer.byteLength(textOf(error['message'])) > MESSAGE_MAX) errors.push(tooLong(`${at}.message`, METADATA_MAX));
  const code: Json | undefined = error['errorCode'];
  if (typeof code === 'number' && code < 0)
    errors.push(invalid(`${at}.errorCode`, code, 'must be between 0 and 2147483647, inclusive'));
}
