//! A container's environment and command, as kubelet's makeEnvironment and expansion.Expand.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import { milliOf, unitsOf } from '../api/quantity.ts';
import type { ConfigMap, Secret } from '../api/types/cluster.ts';
import type { Container, EnvVar, Pod } from '../api/types/pod.ts';
import type { Service } from '../api/types/service.ts';

/** Everything that a container's environment and files may name, read beforehand. */
export interface Sources {
  /** Undefined: there is none. */
  readonly configMaps: ReadonlyMap<string, ConfigMap | undefined>;
  readonly secrets: ReadonlyMap<string, Secret | undefined>;
}
export interface Place {
  readonly pod: Pod;
  readonly podIp: string;
  readonly nodeIp: string;
  readonly capacity: { readonly cpuMilli: number; readonly memoryBytes: number };
}
export type Environment = Readonly<Record<string, string>>;

export function environmentOf(
  container: Container,
  place: Place,
  sources: Sources,
  services: Environment,
): Result<Environment> {
  const env: Record<string, string> = {};
  for (const from of container.envFrom ?? []) {
    const data = from.configMapRef ? mapOf(from.configMapRef, sources) : secretOf(from.secretRef, sources);
    if (!data.ok) return data;
    for (const [key, value] of Object.entries(data.value)) env[`${from.prefix ?? ''}${key}`] = value;
  }
  for (const one of container.env ?? []) {
    const value = resolve(one, container, place, sources, (name) => env[name] ?? services[name]);
    if (!value.ok) return value;
    if (value.value !== undefined) env[one.name] = value.value;
  }
  return ok({ ...services, ...env });
}

function resolve(
  one: EnvVar,
  container: Container,
  place: Place,
  sources: Sources,
  known: (name: string) => string | undefined,
): Result<string | undefined> {
  const from = one.valueFrom;
  if (from === undefined) return ok(expand(one.value ?? '', known));
  if (from.fieldRef !== undefined) {
    const value = fieldOf(from.fieldRef.fieldPath, place);
    return value === undefined
      ? fail('Invalid', `unsupported fieldPath: ${from.fieldRef.fieldPath}`)
      : ok<string | undefined>(value);
  }
  if (from.resourceFieldRef !== undefined) {
    const { containerName, resource, divisor } = from.resourceFieldRef;
    const of = place.pod.spec.containers.find(({ name }) => name === containerName) ?? container;
    return ok(resourceOf(of, resource, divisor, place.capacity));
  }
  const [kind, ref] =
    from.configMapKeyRef !== undefined
      ? (['ConfigMap', from.configMapKeyRef] as const)
      : (['Secret', from.secretKeyRef] as const);
  if (ref === undefined) return ok('');
  const data = kind === 'ConfigMap' ? mapOf(ref, sources) : secretOf(ref, sources);
  if (!data.ok) return data;
  const value = data.value[ref.key];
  if (value !== undefined || ref.optional === true) return ok(value);
  return fail('NotFound', `couldn't find key ${ref.key} in ${kind} ${place.pod.metadata.namespace}/${ref.name}`);
}
interface Ref {
  readonly name: string;
  readonly optional?: boolean;
}
function mapOf(ref: Ref, sources: Sources): Result<Environment> {
  const found = sources.configMaps.get(ref.name);
  if (found !== undefined) return ok(found.data ?? {});
  return ref.optional === true ? ok({}) : fail('NotFound', `configmap "${ref.name}" not found`);
}
function secretOf(ref: Ref | undefined, sources: Sources): Result<Environment> {
  if (ref === undefined) return ok({});
  const found = sources.secrets.get(ref.name);
  if (found === undefined) return ref.optional === true ? ok({}) : fail('NotFound', `secret "${ref.name}" not found`);
  return ok(Object.fromEntries(Object.entries(found.data ?? {}).map(([key, value]) => [key, text(value)])));
}
const text = (base64: string): string => Buffer.from(base64, 'base64').toString();

const SUBSCRIPT = /^metadata\.(labels|annotations)\['([^']*)'\]$/;
/** Undefined: no such field may be asked for. */
export function fieldOf(path: string, place: Place): string | undefined {
  const { metadata, spec } = place.pod;
  const [, kind, key] = SUBSCRIPT.exec(path) ?? [];
  if (kind !== undefined) return (kind === 'labels' ? metadata.labels : metadata.annotations)?.[key ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
      return listed(metadata.labels);
    case 'metadata.annotations':
      return listed(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return place.podIp;
    case 'status.hostIP':
    case 'status.hostIPs':
      return place.nodeIp;
    default:
      return undefined;
  }
}
const listed = (map: Environment = {}): string =>
  Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');

/** `limits.cpu` in whole divisors, rounded up; without a limit what the node has. */
export function resourceOf(
  container: Container,
  resource: string,
  divisor: string | undefined,
  capacity: Place['capacity'],
): string {
  const [kind, name = ''] = resource.split('.');
  const { limits, requests } = container.resources ?? {};
  const given = kind === 'limits' ? limits?.[name] : requests?.[name];
  const unit = divisor === undefined || divisor === '0' ? '1' : divisor;
  if (name === 'cpu') {
    const milli = given === undefined ? (kind === 'limits' ? capacity.cpuMilli : 0) : milliOf(given);
    return String(Math.ceil(milli / milliOf(unit)));
  }
  const bytes =
    given === undefined ? (kind === 'limits' && name === 'memory' ? capacity.memoryBytes : 0) : unitsOf(given);
  return String(Math.ceil(bytes / unitsOf(unit)));
}

/** `$(NAME)`; `$$` is `$`; what is not known stays as it is. */
export const expand = (value: string, known: (name: string) => string | undefined): string =>
  value.replace(/\$(\$|\(([^)]*)\))/g, (all, sign: string, name: string) =>
    sign === '$' ? '$' : (known(name) ?? all),
  );

const variable = (name: string): string => name.toUpperCase().replaceAll('-', '_');
/** KUBERNETES_SERVICE_HOST …, and the same for each service of the namespace. */
export function serviceEnvironment(services: readonly Service[]): Environment {
  const env: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const ip = spec.clusterIP;
    const [first] = spec.ports ?? [];
    if (ip === undefined || ip === '' || ip === 'None' || first === undefined) continue;
    const prefix = variable(metadata.name);
    env[`${prefix}_SERVICE_HOST`] = ip;
    env[`${prefix}_SERVICE_PORT`] = String(first.port);
    for (const port of spec.ports ?? [])
      if (port.name) env[`${prefix}_SERVICE_PORT_${variable(port.name)}`] = String(port.port);
    env[`${prefix}_PORT`] = `${first.protocol.toLowerCase()}://${ip}:${first.port}`;
    for (const { port, protocol } of spec.ports ?? []) {
      const lower = protocol.toLowerCase();
      const each = `${prefix}_PORT_${port}_${protocol}`;
      env[each] = `${lower}://${ip}:${port}`;
      env[`${each}_PROTO`] = lower;
      env[`${each}_PORT`] = String(port);
      env[`${each}_ADDR`] = ip;
    }
  }
  return env;
}
