//! Ingress classes.
import { forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { type Errors, immutable, name, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { reference } from './ingress.ts';

const CONTROLLER_MAX = 250;
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const IN_PATH = new RegExp(`^${HTTP_PATH}$`);

export function ingressClass(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const controller = textOf(spec['controller']);
  if (old !== undefined) immutable(errors, 'spec.controller', controller, textOf(specOf(old)['controller']));
  if (Buffer.byteLength(controller) > CONTROLLER_MAX) errors.push(tooLong('spec.controller', CONTROLLER_MAX));
  prefixedPath(errors, 'spec.controller', controller);
  parameters(errors, 'spec.parameters', spec['parameters']);
}
/** `example.com/path` */
export function prefixedPath(errors: Errors, path: string, value: string): void {
  if (value === '') return void errors.push(required(path));
  const at = value.indexOf('/');
  const [host, rest] = [value.slice(0, at), value.slice(at + 1)];
  if (at <= 0 || rest === '')
    return void errors.push(invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  name(errors, path, host, dns1123Subdomain);
  if (!IN_PATH.test(rest))
    errors.push(invalid(path, rest, `Invalid path (regex used for validation is '${HTTP_PATH}')`));
}
function parameters(errors: Errors, at: string, given: Json | undefined): void {
  if (!isObject(given)) return;
  reference(errors, at, given);
  const { scope, namespace } = given;
  if (isNull(scope)) errors.push(required(`${at}.scope`));
  else if (scope === 'Namespace') {
    if (isNull(namespace)) errors.push(required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else name(errors, `${at}.namespace`, namespace, dns1123Label);
  } else if (scope !== 'Cluster') errors.push(notSupported(`${at}.scope`, scope, ['Cluster', 'Namespace']));
  else if (!isNull(namespace)) errors.push(forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'"));
}
