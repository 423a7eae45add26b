//! Ports of containers (validateContainerPorts).
import { duplicate, invalid, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { portName, portNumber } from '../../names.ts';
import { type Errors, oneOf } from '../check.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function containerPorts(errors: Errors, path: string, list: readonly Json[]): void {
  const names = new Set<string>();
  list.forEach((item, i) => {
    const port = objectOf(item);
    const at = `${path}[${i}]`;
    const named = textOf(port['name']);
    if (named !== '') {
      const odd = portName(named);
      for (const message of odd) errors.push(invalid(`${at}.name`, named, message));
      if (odd.length === 0 && names.has(named)) errors.push(duplicate(`${at}.name`, named));
      if (odd.length === 0) names.add(named);
    }
    const [number, host] = [numberOf(port['containerPort']), numberOf(port['hostPort'])];
    if (number === 0) errors.push(required(`${at}.containerPort`));
    else for (const message of portNumber(number)) errors.push(invalid(`${at}.containerPort`, number, message));
    if (host !== 0) for (const message of portNumber(host)) errors.push(invalid(`${at}.hostPort`, host, message));
    oneOf(errors, `${at}.protocol`, port['protocol'], PROTOCOLS);
  });
}

/** AccumulateUniqueHostPorts: each once, over all these containers; `at` says where one of them is. */
export function hostPorts(errors: Errors, list: readonly JsonObject[], at: (i: number) => string): void {
  const taken = new Set<string>();
  list.forEach((container, i) => {
    listOf(container['ports']).forEach((port, j) => {
      const host = numberOf(get(port, 'hostPort'));
      if (host === 0) return;
      const key = `${textOf(get(port, 'protocol'))}/${textOf(get(port, 'hostIP'))}/${host}`;
      if (taken.has(key)) errors.push(duplicate(`${at(i)}.ports[${j}].hostPort`, key));
      taken.add(key);
    });
  });
}
/** validatePodHostNetworkDeps. `whole`: of a pod, whose ports have their defaults. */
export function hostNetworkPorts(errors: Errors, path: string, spec: JsonObject, whole: boolean): void {
  if (spec['hostNetwork'] !== true) return;
  listOf(spec['containers']).forEach((container, i) => {
    listOf(get(container, 'ports')).forEach((port, j) => {
      const [host, number] = [numberOf(get(port, 'hostPort')), numberOf(get(port, 'containerPort'))];
      if ((!whole && host === 0) || host === number) return;
      const at = `${path}.containers[${i}].ports[${j}].hostPort`;
      errors.push(invalid(at, host, 'must match `containerPort` when `hostNetwork` is true'));
    });
  });
}
