//! Where a webhook is: a URL or a Service (k8s.io/apiserver/pkg/util/webhook validation.go). Definitions' conversion
//! webhooks are told in the same words.
import { invalid, required } from '../../field-error.ts';
import { type Json, type JsonObject, numberOf, objectOf, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import type { Errors } from '../check.ts';

const FORM = '; desired format: https://host[/path]';
const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;

export function clientConfig(errors: Errors, at: string, config: JsonObject): void {
  const { url, service } = config;
  if (isThere(url) === isThere(service)) errors.push(required(at, 'exactly one of url or service is required'));
  else if (isThere(url)) webhookUrl(errors, `${at}.url`, textOf(url));
  else webhookService(errors, `${at}.service`, objectOf(service));
}
function webhookUrl(errors: Errors, at: string, text: string): void {
  const parts =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text);
  if (parts === null || /[^!-~\u0080-\uffff]/.test(text))
    return void errors.push(required(at, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URL${FORM}`));
  const [, scheme = '', user, host = '', , query = '', fragment = ''] = parts;
  if (scheme.toLowerCase() !== 'https')
    errors.push(invalid(at, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (host === '') errors.push(invalid(at, host, `host must be specified${FORM}`));
  if (user !== undefined) errors.push(invalid(at, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalid(at, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(at, query, 'query parameters are not permitted in the URL'));
}
function webhookService(errors: Errors, at: string, service: JsonObject): void {
  if (textOf(service['name']) === '') errors.push(required(`${at}.name`, 'service name is required'));
  if (textOf(service['namespace']) === '') errors.push(required(`${at}.namespace`, 'service namespace is required'));
  const port = isThere(service['port']) ? numberOf(service['port']) : 443;
  if (port < 1 || port > 65_535)
    errors.push(invalid(`${at}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  if (!isThere(service['path'])) return;
  const path = textOf(service['path']);
  if (path === '' || path === '/') return;
  const wrong = (detail: string): void => void errors.push(invalid(`${at}.path`, path, detail));
  if (path === '//') return wrong('segment[0] may not be empty');
  if (!path.startsWith('/')) wrong("must start with a '/'");
  for (const [i, step] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (step === '') wrong(`segment[${i}] may not be empty`);
    else for (const why of dns1123Subdomain(step)) wrong(`segment[${i}]: ${why}`);
  }
}
