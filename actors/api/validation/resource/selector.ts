//! Which devices are wanted, as expressions (k8s.io/dynamic-resource-allocation/cel).
import type { Environment } from '../../cel/environment.ts';
import { compile } from '../../cel/index.ts';
import { kubernetesFunctions } from '../../cel/library/index.ts';
import { BOOL, DYN, mapOf, objectType, opaque, STRING, type Type, textOfType } from '../../cel/type.ts';
import { forbidden, invalid, required, tooLong } from '../../field-error.ts';
import { get, isObject, type Json, listOf, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';
import { each } from './lists.ts';

const SELECTORS_MAX = 32;
const BYTES_MAX = 10 * 1024;
const COST_MAX = 1_000_000;
const [DOMAIN_MAX, ID_MAX, VALUE_MAX, ENTRIES_MAX] = [63, 32, 64, 32];

const ID: Type = { ...STRING, max: ID_MAX };
const DOMAIN: Type = { ...STRING, max: DOMAIN_MAX };
const byDomain = (value: Type): Type => ({
  ...mapOf(DOMAIN, { ...mapOf(ID, value), max: ENTRIES_MAX }),
  max: ENTRIES_MAX,
});
const ENVIRONMENT: Environment = {
  variables: {
    device: objectType('kubernetes.DRADevice', {
      driver: DOMAIN,
      allowMultipleAllocations: BOOL,
      attributes: byDomain({ ...DYN, max: VALUE_MAX }),
      capacity: byDomain(opaque('kubernetes.Quantity')),
    }),
  },
  functions: new Map(),
};
const environment = (): Environment => ({ ...ENVIRONMENT, functions: kubernetesFunctions() });

/** `stored`: its expressions are as they were, so they are not looked at again. */
export function selectors(errors: Errors, path: string, value: Json | undefined, stored = false): void {
  each(errors, path, listOf(value), SELECTORS_MAX, (item, at) => {
    const cel = get(item, 'cel');
    if (!isObject(cel)) errors.push(required(`${at}.cel`));
    else if (!stored) expression(errors, `${at}.cel.expression`, textOf(cel['expression']));
  });
}
function expression(errors: Errors, path: string, source: string): void {
  if (Buffer.byteLength(source) > BYTES_MAX) return void errors.push(tooLong(path, BYTES_MAX));
  const compiled = compile(source, environment());
  if (!compiled.ok) return void errors.push(invalid(path, source, `compilation failed: ${compiled.text}`));
  const { program } = compiled;
  if (program.type.kind !== 'bool' && program.type.kind !== 'dyn')
    errors.push(invalid(path, source, `must evaluate to bool or the unknown type, not ${textOfType(program.type)}`));
  else if (program.costMax() > COST_MAX) errors.push(forbidden(path, 'too complex, exceeds cost limit'));
}
