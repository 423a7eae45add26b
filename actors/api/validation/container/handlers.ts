//! Probes, and what is done when a container has started and before it stops (validateHandler and what calls it).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { httpHeaderName, portName, portNumber } from '../../names.ts';
import { type Errors, isNull, name, nonNegative, present } from '../check.ts';

/** How long the pod has to stop; undefined: it does not say. */
type Grace = number | undefined;
type Action = (errors: Errors, at: string, action: JsonObject, grace: Grace) => void;

/** `port.Type`: a number, or a name. */
export function portNumberOrName(errors: Errors, at: string, port: Json | undefined): void {
  if (typeof port === 'string') for (const message of portName(port)) errors.push(invalid(at, port, message));
  else for (const message of portNumber(numberOf(port))) errors.push(invalid(at, numberOf(port), message));
}
const SCHEMES = ['HTTP', 'HTTPS'];
const ACTIONS: Readonly<Record<string, Action>> = {
  exec: (errors, at, action) => {
    if (listOf(action['command']).length === 0) errors.push(required(`${at}.command`));
  },
  httpGet: (errors, at, action) => {
    present(errors, `${at}.path`, action['path']);
    portNumberOrName(errors, `${at}.port`, action['port']);
    const scheme = textOf(action['scheme']);
    if (!SCHEMES.includes(scheme)) errors.push(notSupported(`${at}.scheme`, scheme, SCHEMES));
    for (const header of listOf(action['httpHeaders']))
      name(errors, `${at}.httpHeaders`, textOf(objectOf(header)['name']), httpHeaderName);
  },
  tcpSocket: (errors, at, action) => portNumberOrName(errors, `${at}.port`, action['port']),
  grpc: (errors, at, action) => portNumberOrName(errors, `${at}.port`, numberOf(action['port'])),
  sleep: (errors, at, action, grace) => {
    const seconds = numberOf(action['seconds']);
    if (grace === undefined || (seconds >= 0 && seconds <= grace)) return;
    const detail = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
    errors.push(invalid(at, seconds, detail));
  },
};
const OF_PROBES = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const OF_HOOKS = ['exec', 'httpGet', 'tcpSocket', 'sleep'];

function handler(errors: Errors, path: string, given: JsonObject, kinds: readonly string[], grace: Grace): void {
  let found = false;
  for (const kind of kinds) {
    const action = given[kind];
    if (!isObject(action)) continue;
    if (found) errors.push(forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type'));
    else ACTIONS[kind]!(errors, `${path}.${kind}`, action, grace);
    found = true;
  }
  if (!found) errors.push(required(path, 'must specify a handler type'));
}

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
export const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function probes(errors: Errors, path: string, container: JsonObject, grace: Grace): void {
  for (const field of PROBES) {
    const probe = container[field];
    if (!isObject(probe)) continue;
    const at = `${path}.${field}`;
    handler(errors, at, probe, OF_PROBES, grace);
    for (const count of COUNTS) nonNegative(errors, `${at}.${count}`, probe[count]);
    const own = probe['terminationGracePeriodSeconds'];
    if (numberOf(own, 1) <= 0)
      errors.push(invalid(`${at}.terminationGracePeriodSeconds`, own, 'must be greater than 0'));
    if (field === 'readinessProbe') {
      if (!isNull(own))
        errors.push(invalid(`${at}.terminationGracePeriodSeconds`, own, 'must not be set for readinessProbes'));
    } else if (numberOf(probe['successThreshold']) !== 1) {
      errors.push(invalid(`${at}.successThreshold`, numberOf(probe['successThreshold']), 'must be 1'));
    }
  }
}
export function lifecycle(errors: Errors, path: string, given: Json | undefined, grace: Grace): void {
  if (!isObject(given)) return;
  for (const hook of ['postStart', 'preStop'])
    if (isObject(given[hook])) handler(errors, `${path}.${hook}`, given[hook], OF_HOOKS, grace);
}
