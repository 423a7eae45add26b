//! Who holds what, and who would (pkg/apis/coordination/validation).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { type Json, type JsonObject, textOf } from '../../json.ts';
import { qualifiedName } from '../../names.ts';
import { type Errors, immutable, name, nonNegative, positive, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';

const OLDEST = 'OldestEmulationVersion';

export function lease(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  positive(errors, 'spec.leaseDurationSeconds', spec['leaseDurationSeconds']);
  nonNegative(errors, 'spec.leaseTransitions', spec['leaseTransitions']);
  if (!isNull(spec['strategy'])) strategy(errors, 'spec.strategy', spec['strategy']);
  if (textOf(spec['preferredHolder']) !== '' && textOf(spec['strategy']) === '')
    errors.push(forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
}
/** The path says `strategy` twice: so it is in Kubernetes. */
function strategy(errors: Errors, path: string, value: Json | undefined): void {
  const text = textOf(value);
  if (text.includes('/')) name(errors, `${path}.strategy`, text, qualifiedName);
  else if (text !== OLDEST) errors.push(notSupported(`${path}.strategy`, text, [OLDEST]));
}

export function leaseCandidate(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  if (textOf(spec['leaseName']) === '') errors.push(required('spec.leaseName'));
  const emulated = version(errors, 'spec.emulationVersion', textOf(spec['emulationVersion']));
  const binary = textOf(spec['binaryVersion']);
  if (binary === '') errors.push(required('spec.binaryVersion'));
  const own = version(errors, 'spec.binaryVersion', binary);
  if (own !== undefined && emulated !== undefined && isLess(own, emulated))
    errors.push(invalid('spec.binaryVersion', binary, 'must be greater than or equal to `emulationVersion`'));
  if (textOf(spec['strategy']) === '') errors.push(required('spec.strategy'));
  else {
    if (spec['strategy'] === OLDEST && emulated === undefined)
      errors.push(required('spec.emulationVersion', "must be specified when `strategy` is 'OldestEmulationVersion'"));
    strategy(errors, 'spec.strategy', spec['strategy']);
  }
  if (old !== undefined) immutable(errors, 'spec.leaseName', spec['leaseName'], specOf(old)['leaseName']);
}
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
/** Undefined for what is none, or no version at all. */
function version(errors: Errors, path: string, text: string): readonly number[] | undefined {
  if (text === '') return undefined;
  const match = SEMVER.exec(text);
  if (match === null) errors.push(invalid(path, text, 'must be a valid semantic version'));
  return match?.slice(1, 4).map(Number);
}
const isLess = (a: readonly number[], b: readonly number[]): boolean => {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i >= 0 && a[i]! < b[i]!;
};
