//! The containers of a pod: those that run, those that run first, those that come to look (validateContainers,
//! validateInitContainers, validateEphemeralContainers).
import { duplicate, forbidden, invalid, notFound, required } from '../../field-error.ts';
import { isEmpty, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label } from '../../names.ts';
import { type Errors, isNull, name, oneOf, present } from '../check.ts';
import { PULL_POLICIES } from '../volume/sources.ts';
import { environment, environmentFrom } from './env.ts';
import { lifecycle, PROBES, probes } from './handlers.ts';
import { mountsAndDevices, type Volumes } from './mounts.ts';
import { containerPorts, hostPorts } from './ports.ts';
import { containerResources } from './resources.ts';
import { initRestartPolicy, resizePolicy, restartPolicy } from './restart.ts';
import { securityContext } from './security.ts';

/** What of a pod its containers are checked by. */
export interface Around {
  readonly volumes: Volumes;
  /** Names of its resource claims. */
  readonly claims: ReadonlySet<string>;
  readonly restartPolicy: string;
  readonly grace: number | undefined;
  readonly hostUsers: boolean;
}
const namesOf = (list: readonly JsonObject[]): string[] => list.map((container) => textOf(container['name']));
const containersOf = (spec: JsonObject, list: string): JsonObject[] => listOf(spec[list]).map(objectOf);

export function containers(errors: Errors, path: string, spec: JsonObject, around: Around): void {
  const list = containersOf(spec, 'containers');
  if (list.length === 0) return void errors.push(required(path));
  const names = new Set<string>();
  list.forEach((container, i) => {
    const at = `${path}[${i}]`;
    common(errors, at, container, around);
    const own = textOf(container['name']);
    if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
    names.add(own);
    lifecycle(errors, `${at}.lifecycle`, container['lifecycle'], around.grace);
    probes(errors, at, container, around.grace);
    restartPolicy(errors, at, container);
  });
  hostPorts(errors, list, (i) => `${path}[${i}]`);
}

const NOT_FIRST = 'may not be set for init containers without restartPolicy=Always';
export function initContainers(errors: Errors, path: string, spec: JsonObject, around: Around): void {
  const names = new Set(namesOf(containersOf(spec, 'containers')));
  containersOf(spec, 'initContainers').forEach((container, i) => {
    const at = `${path}[${i}]`;
    common(errors, at, container, around);
    initRestartPolicy(errors, at, container);
    const own = textOf(container['name']);
    if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
    else if (own !== '') names.add(own);
    // They run one by one, so that each is looked at alone; Kubernetes always says that it is the first.
    hostPorts(errors, [container], () => `${path}[0]`);
    if (container['restartPolicy'] === 'Always') {
      lifecycle(errors, `${at}.lifecycle`, container['lifecycle'], around.grace);
      probes(errors, at, container, around.grace);
      return;
    }
    for (const field of ['lifecycle', ...PROBES])
      if (isObject(container[field])) errors.push(forbidden(`${at}.${field}`, NOT_FIRST));
    listOf(container['resizePolicy']).forEach((item, j) => {
      const policy = objectOf(item)['restartPolicy'];
      const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      if (policy === 'RestartContainer') errors.push(invalid(`${at}.resizePolicy[${j}].restartPolicy`, policy, detail));
    });
  });
}

const NOT_EPHEMERAL = 'cannot be set for an Ephemeral Container';
const ONLY_LASTING = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  ...PROBES,
  'lifecycle',
] as const;
export function ephemeralContainers(errors: Errors, path: string, spec: JsonObject, around: Around): void {
  const others = new Set(
    [...containersOf(spec, 'containers'), ...containersOf(spec, 'initContainers')].map((one) => textOf(one['name'])),
  );
  const names = new Set(others);
  containersOf(spec, 'ephemeralContainers').forEach((container, i) => {
    const at = `${path}[${i}]`;
    common(errors, at, container, around);
    imageOfPod(errors, at, container);
    const [own, target] = [textOf(container['name']), textOf(container['targetContainerName'])];
    if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
    names.add(own);
    if (target !== '' && !others.has(target)) errors.push(notFound(`${at}.targetContainerName`, target));
    for (const field of ONLY_LASTING)
      if (isSet(field, container[field])) errors.push(forbidden(`${at}.${field}`, NOT_EPHEMERAL));
    listOf(container['volumeMounts']).forEach((mount, j) => {
      for (const field of ['subPath', 'subPathExpr'])
        if (textOf(objectOf(mount)[field]) !== '')
          errors.push(forbidden(`${at}.volumeMounts[${j}].${field}`, NOT_EPHEMERAL));
    });
  });
}
/** A list that is empty is none, and so are resources; of what may be absent anything is one. */
function isSet(field: string, value: Json | undefined): boolean {
  if (isNull(value)) return false;
  if (field === 'resources') return Object.values(objectOf(value)).some((one) => !isEmpty(one));
  return !Array.isArray(value) || value.length > 0;
}

/** validateContainerCommon */
function common(errors: Errors, at: string, container: JsonObject, around: Around): void {
  if (present(errors, `${at}.name`, container['name'])) name(errors, `${at}.name`, container['name'], dns1123Label);
  present(errors, `${at}.image`, container['image']);
  const policies = ['File', 'FallbackToLogsOnError'];
  oneOf(errors, `${at}.terminationMessagePolicy`, container['terminationMessagePolicy'], policies);
  containerPorts(errors, `${at}.ports`, listOf(container['ports']));
  environment(errors, `${at}.env`, listOf(container['env']));
  environmentFrom(errors, `${at}.envFrom`, listOf(container['envFrom']));
  mountsAndDevices(errors, at, container, around.volumes);
  oneOf(errors, `${at}.imagePullPolicy`, container['imagePullPolicy'], PULL_POLICIES);
  containerResources(errors, `${at}.resources`, objectOf(container['resources']), around.claims);
  resizePolicy(errors, `${at}.resizePolicy`, listOf(container['resizePolicy']), around.restartPolicy);
  securityContext(errors, `${at}.securityContext`, container['securityContext'], around.hostUsers);
}
/** validateContainerOnlyForPod: a template may have blanks around an image. */
export function imageOfPod(errors: Errors, at: string, container: JsonObject): void {
  const image = textOf(container['image']);
  if (image.trim() !== image)
    errors.push(invalid(`${at}.image`, image, 'must not have leading or trailing whitespace'));
}
