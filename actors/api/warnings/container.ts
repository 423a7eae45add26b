//! Of containers: variables that hide each other, ports that overlap.
import { get, isObject, type JsonObject, listOf, numberOf, textOf } from '../json.ts';
import { eachContainer } from '../validation/container/each.ts';

export function hiddenVariables(warnings: string[], at: string, container: JsonObject): void {
  const seen = new Set<string>();
  listOf(container['env']).forEach((item, i) => {
    const name = textOf(get(item, 'name'));
    const value = textOf(get(item, 'value'));
    const reference = `$(${name})`;
    // To build upon the value before is sound.
    const builds = !isObject(get(item, 'valueFrom')) && value !== reference && value.includes(reference);
    if (seen.has(name) && !builds) {
      const said = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
      warnings.push(`${at}.env[${i}]: ${said}`);
    }
    seen.add(name);
  });
}

interface Port {
  readonly at: string;
  readonly hostIp: string;
  readonly hostPort: number;
}
export function ports(warnings: string[], path: string, spec: JsonObject): void {
  const known = new Map<string, Port[]>();
  eachContainer(spec, path, (container, place) => {
    listOf(container['ports']).forEach((port, i) => {
      const at = `${place}.ports[${i}]`;
      const one: Port = { at, hostIp: textOf(get(port, 'hostIP')), hostPort: numberOf(get(port, 'hostPort')) };
      if (one.hostIp !== '' && one.hostPort === 0)
        warnings.push(`${at}: hostIP set without hostPort: ${printed(port)}`);
      const key = `${numberOf(get(port, 'containerPort'))}/${textOf(get(port, 'protocol'))}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const how = conflict(one, other);
        if (how !== undefined) warnings.push(`${at}: ${how} port definition with ${other.at}`);
      }
      known.set(key, [...others, one]);
    });
  });
}
function conflict(one: Port, other: Port): string | undefined {
  if (one.hostIp === other.hostIp && one.hostPort === other.hostPort) return 'duplicate';
  if (one.hostPort === 0 || other.hostPort === 0) return 'overlapping';
  const isOneOfAll = (one.hostIp === '') !== (other.hostIp === '');
  return one.hostPort === other.hostPort && isOneOfAll ? 'dangerously ambiguous' : undefined;
}
/** As Go prints a ContainerPort. */
const printed = (port: unknown): string =>
  `{Name:${textOf(get(port, 'name'))} HostPort:${numberOf(get(port, 'hostPort'))} ContainerPort:${numberOf(
    get(port, 'containerPort'),
  )} Protocol:${textOf(get(port, 'protocol'))} HostIP:${textOf(get(port, 'hostIP'))}}`;
