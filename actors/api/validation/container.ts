//! Containers of a pod (pkg/apis/core/validation ValidateContainers and what it calls).
import { duplicate, forbidden, invalid, notFound, required } from '../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import {
  configMapKey,
  dns1123Label,
  dns1123Subdomain,
  envVarName,
  portName,
  portNumber,
  qualifiedName,
} from '../names.ts';
import { compare, nanosOf } from '../quantity.ts';
import { type Errors, name, nonNegative, oneOf, positive, present } from './check.ts';

export interface PodContext {
  readonly volumes: ReadonlyMap<string, JsonObject>;
  readonly hostNetwork: boolean;
  readonly restartPolicy: string;
}
type Role = 'container' | 'init' | 'ephemeral';

export function containers(errors: Errors, path: string, list: readonly Json[], pod: PodContext, role: Role): void {
  if (list.length === 0 && role === 'container') {
    errors.push(required(path));
    return;
  }
  const hostPorts = new Set<string>();
  list.forEach((item, i) => {
    const container = objectOf(item);
    const at = `${path}[${i}]`;
    one(errors, at, container, pod, role);
    listOf(container['ports']).forEach((port, j) => {
      const host = get(port, 'hostPort');
      if (typeof host !== 'number' || host === 0 || role === 'init') return;
      const key = `${textOf(get(port, 'protocol'))}/${textOf(get(port, 'hostIP'))}/${host}`;
      if (hostPorts.has(key)) errors.push(duplicate(`${at}.ports[${j}].hostPort`, key));
      hostPorts.add(key);
    });
  });
}

function one(errors: Errors, at: string, container: JsonObject, pod: PodContext, role: Role): void {
  if (present(errors, `${at}.name`, container['name'])) name(errors, `${at}.name`, container['name'], dns1123Label);
  const image = textOf(container['image']);
  if (image === '') errors.push(required(`${at}.image`));
  else if (image.trim() !== image) {
    errors.push(invalid(`${at}.image`, image, 'must not have leading or trailing whitespace'));
  }
  oneOf(errors, `${at}.imagePullPolicy`, container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never']);
  oneOf(
    errors,
    `${at}.terminationMessagePolicy`,
    container['terminationMessagePolicy'],
    ['File', 'FallbackToLogsOnError'],
    true,
  );
  ports(errors, `${at}.ports`, listOf(container['ports']), pod.hostNetwork);
  environment(errors, at, container);
  mounts(errors, `${at}.volumeMounts`, listOf(container['volumeMounts']), pod.volumes);
  resources(errors, `${at}.resources`, objectOf(container['resources']));
  const sidecar = role === 'init' && container['restartPolicy'] === 'Always';
  if (container['restartPolicy'] !== undefined && role === 'init' && !sidecar) {
    oneOf(errors, `${at}.restartPolicy`, container['restartPolicy'], ['Always', 'Never', 'OnFailure']);
  }
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[field];
    if (!isObject(probe)) continue;
    if (role !== 'container' && !sidecar) {
      errors.push(
        forbidden(
          `${at}.${field}`,
          role === 'init'
            ? 'may not be set for init containers without restartPolicy=Always'
            : 'cannot be set for an Ephemeral Container',
        ),
      );
    } else probes(errors, `${at}.${field}`, probe, field);
  }
  if (isObject(container['lifecycle'])) {
    if (role === 'init' && !sidecar) {
      errors.push(forbidden(`${at}.lifecycle`, 'may not be set for init containers without restartPolicy=Always'));
    }
    for (const hook of ['postStart', 'preStop']) {
      const handler = get(container, 'lifecycle', hook);
      if (isObject(handler))
        handlers(errors, `${at}.lifecycle.${hook}`, handler, ['exec', 'httpGet', 'tcpSocket', 'sleep']);
    }
  }
}

function ports(errors: Errors, path: string, list: readonly Json[], hostNetwork: boolean): void {
  const names = new Set<Json>();
  list.forEach((item, i) => {
    const port = objectOf(item);
    const at = `${path}[${i}]`;
    const named = port['name'];
    if (typeof named === 'string' && named !== '') {
      for (const message of portName(named)) errors.push(invalid(`${at}.name`, named, message));
      if (names.has(named)) errors.push(duplicate(`${at}.name`, named));
      names.add(named);
    }
    const number = port['containerPort'];
    if (number === undefined || number === 0) errors.push(required(`${at}.containerPort`));
    else for (const message of portNumber(Number(number))) errors.push(invalid(`${at}.containerPort`, number, message));
    const host = port['hostPort'];
    if (host !== undefined && host !== 0) {
      for (const message of portNumber(Number(host))) errors.push(invalid(`${at}.hostPort`, host, message));
      if (hostNetwork && host !== number) {
        errors.push(invalid(`${at}.containerPort`, number, 'must match `hostPort` when `hostNetwork` is true'));
      }
    }
    oneOf(errors, `${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']);
  });
}

function environment(errors: Errors, at: string, container: JsonObject): void {
  listOf(container['env']).forEach((item, i) => {
    const env = objectOf(item);
    const path = `${at}.env[${i}]`;
    if (present(errors, `${path}.name`, env['name'])) name(errors, `${path}.name`, env['name'], envVarName);
    const from = env['valueFrom'];
    if (!isObject(from)) return;
    const sources = Object.keys(from);
    if (sources.length === 0) {
      errors.push(
        invalid(
          `${path}.valueFrom`,
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
        ),
      );
    } else if (textOf(env['value']) !== '') {
      errors.push(invalid(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    } else if (sources.length > 1) {
      errors.push(invalid(`${path}.valueFrom`, '', 'may not have more than one field specified at a time'));
    }
    for (const ref of ['configMapKeyRef', 'secretKeyRef']) {
      const selector = from[ref];
      if (!isObject(selector)) continue;
      present(errors, `${path}.valueFrom.${ref}.name`, selector['name']);
      if (present(errors, `${path}.valueFrom.${ref}.key`, selector['key'])) {
        name(errors, `${path}.valueFrom.${ref}.key`, selector['key'], configMapKey);
      }
    }
    if (isObject(from['fieldRef'])) fieldRef(errors, `${path}.valueFrom.fieldRef`, from['fieldRef']);
    if (isObject(from['resourceFieldRef']))
      present(errors, `${path}.valueFrom.resourceFieldRef.resource`, from['resourceFieldRef']['resource']);
  });
  listOf(container['envFrom']).forEach((item, i) => {
    const source = objectOf(item);
    const path = `${at}.envFrom[${i}]`;
    const given = ['configMapRef', 'secretRef'].filter((ref) => isObject(source[ref]));
    if (given.length === 0) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (given.length > 1) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
    for (const ref of given) {
      const target = get(source, ref, 'name');
      if (present(errors, `${path}.${ref}.name`, target)) name(errors, `${path}.${ref}.name`, target, dns1123Subdomain);
    }
  });
}
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export function fieldRef(errors: Errors, path: string, ref: JsonObject, volume = false): void {
  const field = textOf(ref['fieldPath']);
  if (field === '') errors.push(required(`${path}.fieldPath`));
  else if (/^metadata\.(annotations|labels)\['.*'\]$/.test(field)) return;
  else if (volume && /^metadata\.(annotations|labels|name|namespace|uid)$/.test(field)) return;
  else if (volume || !ENV_FIELDS.includes(field)) {
    errors.push(invalid(`${path}.fieldPath`, field, `error converting fieldPath: field label not supported: ${field}`));
  }
}

function mounts(errors: Errors, path: string, list: readonly Json[], volumes: PodContext['volumes']): void {
  const paths = new Set<Json>();
  list.forEach((item, i) => {
    const mount = objectOf(item);
    const at = `${path}[${i}]`;
    const volume = mount['name'];
    if (present(errors, `${at}.name`, volume) && !volumes.has(String(volume)))
      errors.push(notFound(`${at}.name`, volume));
    const target = mount['mountPath'];
    if (present(errors, `${at}.mountPath`, target)) {
      if (paths.has(target as Json)) errors.push(invalid(`${at}.mountPath`, target, 'must be unique'));
      paths.add(target as Json);
    }
    const sub = textOf(mount['subPath']);
    if (sub.startsWith('/')) errors.push(invalid(`${at}.subPath`, sub, 'must be a relative path'));
    if (sub.split('/').includes('..')) errors.push(invalid(`${at}.subPath`, sub, "must not contain '..'"));
  });
}

const STANDARD = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/;
/** core/validation ValidateContainerResourceName. */
export function resourceName(errors: Errors, path: string, key: string, whole = path): void {
  for (const message of qualifiedName(key)) errors.push(invalid(whole, key, message));
  if (key.includes('/') || STANDARD.test(key)) return;
  errors.push(invalid(path, key, 'must be a standard resource type or fully qualified'));
  errors.push(invalid(path, key, 'must be a standard resource for containers'));
}
export function resources(errors: Errors, path: string, given: JsonObject): void {
  const limits = objectOf(given['limits']);
  const requests = objectOf(given['requests']);
  for (const [list, map] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const key in map) {
      const at = `${path}.${list}[${key}]`;
      resourceName(errors, at, key, `${path}.${list}`);
      const amount = map[key] as Json;
      if (nanosOf(amount) < 0n) errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
      if (key.includes('/') && !key.startsWith('kubernetes.io/') && nanosOf(amount) % 1_000_000_000n !== 0n) {
        errors.push(invalid(at, amount, 'must be an integer'));
      }
    }
  }
  for (const key in requests) {
    const limit = limits[key];
    if (limit === undefined) continue;
    if (compare(requests[key], limit) > 0) {
      errors.push(invalid(`${path}.requests`, requests[key], `must be less than or equal to ${key} limit of ${limit}`));
    } else if (key.includes('/') && compare(requests[key], limit) !== 0) {
      errors.push(invalid(`${path}.requests`, requests[key], `must be equal to ${key} limit of ${limit}`));
    }
  }
}

function probes(errors: Errors, at: string, probe: JsonObject, field: string): void {
  handlers(errors, at, probe, ['exec', 'httpGet', 'tcpSocket', 'grpc']);
  for (const key of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    nonNegative(errors, `${at}.${key}`, probe[key]);
  }
  if (field !== 'readinessProbe' && probe['successThreshold'] !== 1 && probe['successThreshold'] !== undefined) {
    errors.push(invalid(`${at}.successThreshold`, probe['successThreshold'], 'must be 1'));
  }
  if (probe['terminationGracePeriodSeconds'] !== undefined) {
    if (field === 'readinessProbe') {
      errors.push(
        invalid(
          `${at}.terminationGracePeriodSeconds`,
          probe['terminationGracePeriodSeconds'],
          'must not be set for readinessProbes',
        ),
      );
    } else positive(errors, `${at}.terminationGracePeriodSeconds`, probe['terminationGracePeriodSeconds']);
  }
}
function handlers(errors: Errors, at: string, handler: JsonObject, kinds: readonly string[]): void {
  const given = kinds.filter((kind) => isObject(handler[kind]));
  if (given.length === 0) {
    errors.push(required(at, 'must specify a handler type'));
    return;
  }
  for (const kind of given.slice(1))
    errors.push(forbidden(`${at}.${kind}`, 'may not specify more than 1 handler type'));
  const first = given[0] ?? '';
  const action = objectOf(handler[first]);
  if (first === 'exec' && listOf(action['command']).length === 0) errors.push(required(`${at}.exec.command`));
  if (first === 'httpGet') {
    present(errors, `${at}.httpGet.path`, action['path']);
    oneOf(errors, `${at}.httpGet.scheme`, action['scheme'], ['HTTP', 'HTTPS'], true);
  }
  if (first === 'httpGet' || first === 'tcpSocket' || first === 'grpc') {
    const port = action['port'];
    const messages =
      typeof port === 'number' ? portNumber(port) : typeof port === 'string' ? portName(port) : portNumber(0);
    for (const message of messages) errors.push(invalid(`${at}.${first}.port`, port ?? 0, message));
  }
}
