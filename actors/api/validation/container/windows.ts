//! What Windows' containers run as (validateWindowsSecurityContextOptions, validateWindowsHostProcessPod).
import { invalid } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { type Errors, name } from '../check.ts';
import { eachContainer } from './each.ts';

const SPEC_MAX_KIB = 64;
const DOMAIN_MAX = 256;
const USER_MAX = 104;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what may not be in a name
const CONTROL = /[\x00-\x1f\x7f]/;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);
const ODD_USER = /["/\\:;|=,+*?<>@[\]]/;

export function windowsOptions(errors: Errors, at: string, options: Json | undefined): void {
  if (!isObject(options)) return;
  name(errors, `${at}.gmsaCredentialSpecName`, options['gmsaCredentialSpecName'], dns1123Subdomain);
  const spec = options['gmsaCredentialSpec'];
  const ofSpec = (detail: string): void => void errors.push(invalid(`${at}.gmsaCredentialSpec`, spec, detail));
  if (spec === '') ofSpec('gmsaCredentialSpec cannot be an empty string');
  else if (typeof spec === 'string' && Buffer.byteLength(spec) > SPEC_MAX_KIB * 1024)
    ofSpec(`gmsaCredentialSpec size must be under ${SPEC_MAX_KIB} KiB`);
  const user = options['runAsUserName'];
  if (typeof user === 'string')
    for (const wrong of userName(user)) errors.push(invalid(`${at}.runAsUserName`, user, `runAsUserName${wrong}`));
}
/** `DOMAIN\user` or `user`. */
function userName(whole: string): readonly string[] {
  if (whole === '') return [' cannot be an empty string'];
  if (CONTROL.test(whole)) return [' cannot contain control characters'];
  const parts = whole.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const wrong: string[] = [];
  const user = parts.at(-1)!;
  const domain = parts.length === 2 ? parts[0]! : undefined;
  if (domain !== undefined && Buffer.byteLength(domain) >= DOMAIN_MAX)
    wrong.push(`'s Domain length must be under ${DOMAIN_MAX} characters`);
  // Longer is refused already: no name takes long to match.
  if (domain !== undefined && !NETBIOS.test(domain) && !DNS.test(domain.slice(0, DOMAIN_MAX)))
    wrong.push("'s Domain doesn't match the NetBios nor the DNS format");
  if (user === '') wrong.push("'s User cannot be empty");
  else if (Buffer.byteLength(user) > USER_MAX)
    wrong.push(`'s User length must not be longer than ${USER_MAX} characters`);
  if (/^[. ]+$/.test(user)) wrong.push("'s User cannot contain only periods or spaces");
  if (ODD_USER.test(user)) wrong.push(`'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  return wrong;
}

const hostProcess = (holder: unknown): Json | undefined =>
  get(holder, 'securityContext', 'windowsOptions', 'hostProcess');
/** Either all containers of a pod are processes of its node, or none. */
export function hostProcesses(errors: Errors, path: string, spec: JsonObject): void {
  const whole = hostProcess(spec);
  let [all, some] = [0, 0];
  eachContainer(spec, path, (container, at) => {
    all++;
    const own = hostProcess(container);
    if (typeof whole === 'boolean' && typeof own === 'boolean' && whole !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${whole}`;
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if ((own ?? whole) === true) some++;
  });
  if (some === 0) return;
  if (some !== all) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', detail));
  }
  if (spec['hostNetwork'] !== true) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(`${path}.hostNetwork`, false, detail));
  }
}
