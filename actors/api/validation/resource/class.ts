//! Classes of devices (pkg/apis/resource/validation).
import { invalid } from '../../field-error.ts';
import { type JsonObject, listOf, objectOf, semanticEqual } from '../../json.ts';
import { qualifiedName } from '../../names.ts';
import { type Errors, specOf } from '../check.ts';
import { CONFIG_MAX, deviceConfig } from './config.ts';
import { each } from './lists.ts';
import { selectors } from './selector.ts';

export function deviceClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const kept = (field: string): boolean => old !== undefined && semanticEqual(spec[field], specOf(old)[field]);
  selectors(errors, 'spec.selectors', spec['selectors'], kept('selectors'));
  each(errors, 'spec.config', listOf(spec['config']), CONFIG_MAX, (item, at) => {
    deviceConfig(errors, at, objectOf(item), kept('config'));
  });
  const extended = spec['extendedResourceName'];
  if (typeof extended === 'string' && !isExtended(extended))
    errors.push(invalid('spec.extendedResourceName', extended, 'must be a valid extended resource name'));
}
/** component-helpers IsExtendedResourceName: as a quota can name it, too. */
const isExtended = (name: string): boolean =>
  name.includes('/') &&
  !name.includes('kubernetes.io/') &&
  !name.startsWith('requests.') &&
  qualifiedName(`requests.${name}`).length === 0;
