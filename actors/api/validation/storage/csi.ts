//! Drivers of volumes, their nodes, and what space they have left (pkg/apis/storage/validation).
import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import { get, type Json, type JsonObject, listOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { nanosOf } from '../../quantity.ts';
import { type Errors, immutable, labelSelector, NONNEGATIVE, name, nonNegative, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { csiDriverName } from '../volume/csi.ts';

const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const MODES = ['Persistent', 'Ephemeral'];
const TOKEN_MIN_SECONDS = 600;
const TOKEN_MAX_SECONDS = 2 ** 32;
const PERIOD_MIN_SECONDS = 10;

export function csiDriver(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  for (const [field, told] of [
    ['attachRequired', 'attachedRequired'],
    ['podInfoOnMount', 'podInfoOnMount'],
    ['storageCapacity', 'storageCapacity'],
  ] as const)
    if (isNull(spec[field])) errors.push(required(`spec.${told}`));
  const policy = spec['fsGroupPolicy'];
  if (!isNull(policy) && !GROUP_POLICIES.includes(textOf(policy)))
    errors.push(notSupported('spec.fsGroupPolicy', policy, GROUP_POLICIES));
  tokenRequests(errors, 'spec.tokenRequests', listOf(spec['tokenRequests']));
  for (const mode of listOf(spec['volumeLifecycleModes']))
    if (!MODES.includes(textOf(mode))) errors.push(notSupported('spec.volumeLifecycleModes', mode, MODES));
  if (isNull(spec['seLinuxMount'])) errors.push(required('spec.seLinuxMount'));
  const period = spec['nodeAllocatableUpdatePeriodSeconds'];
  if (typeof period === 'number' && period < PERIOD_MIN_SECONDS) {
    const detail = `must be greater than or equal to ${PERIOD_MIN_SECONDS} seconds`;
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, detail));
  }
  if (old === undefined) return;
  const before = specOf(old);
  immutable(errors, 'spec.attachedRequired', spec['attachRequired'], before['attachRequired']);
  immutable(errors, 'spec.volumeLifecycleModes', spec['volumeLifecycleModes'], before['volumeLifecycleModes']);
}
function tokenRequests(errors: Errors, path: string, requests: readonly Json[]): void {
  const audiences = new Set<string>();
  for (const [i, request] of requests.entries()) {
    const audience = textOf(get(request, 'audience'));
    const seconds = get(request, 'expirationSeconds');
    if (audiences.has(audience)) errors.push(duplicate(`${path}[${i}].audience`, audience));
    const seen = audiences.has(audience);
    audiences.add(audience);
    if (seen || typeof seconds !== 'number') continue;
    const say = (detail: string): void => void errors.push(invalid(`${path}[${i}].expirationSeconds`, seconds, detail));
    if (seconds < TOKEN_MIN_SECONDS) say('may not specify a duration less than 10 minutes');
    if (seconds > TOKEN_MAX_SECONDS) say('may not specify a duration larger than 2^32 seconds');
  }
}

const NODE_ID_MAX = 256;
export function csiNode(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const path = 'spec.drivers';
  const drivers = listOf(specOf(object)['drivers']).map(objectOf);
  const names = new Set<string>();
  drivers.forEach((driver, i) => {
    nodeDriver(errors, `${path}[${i}]`, driver, names);
  });
  if (old === undefined) return;
  // How many volumes it takes may change, nothing else of a driver that stays.
  for (const before of listOf(specOf(old)['drivers']).map(objectOf))
    for (const driver of drivers)
      if (before['name'] === driver['name']) {
        const { allocatable: _1, ...was } = before;
        const { allocatable: _2, ...is } = driver;
        if (!semanticEqual(is, was)) errors.push(invalid(path, shown(driver), 'field is immutable'));
      }
}
/** As kube-apiserver's own type is printed; the count is left out of the comparison. */
const shown = (driver: JsonObject): JsonObject => ({
  Name: textOf(driver['name']),
  NodeID: textOf(driver['nodeID']),
  TopologyKeys: driver['topologyKeys'] ?? null,
  Allocatable: null,
});
function nodeDriver(errors: Errors, at: string, driver: JsonObject, names: Set<string>): void {
  const own = textOf(driver['name']);
  csiDriverName(errors, `${at}.name`, own);
  const id = textOf(driver['nodeID']);
  if (id === '') errors.push(required(`${at}.nodeID`));
  if (Buffer.byteLength(id) > NODE_ID_MAX)
    errors.push(invalid(`${at}.nodeID`, id, `must be ${NODE_ID_MAX} characters or less`));
  nonNegative(errors, `${at}.allocatable.count`, get(driver, 'allocatable', 'count'));
  if (names.has(own)) errors.push(duplicate(`${at}.name`, own));
  names.add(own);
  const keys = new Set<string>();
  for (const key of listOf(driver['topologyKeys']).map(textOf)) {
    if (key === '') errors.push(required(at));
    if (keys.has(key)) errors.push(duplicate(at, key));
    keys.add(key);
    name(errors, at, key, qualifiedName);
  }
}

export function csiStorageCapacity(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old !== undefined) {
    for (const field of ['nodeTopology', 'storageClassName']) immutable(errors, field, object[field], old[field]);
    return;
  }
  labelSelector(errors, 'nodeTopology', object['nodeTopology']);
  name(errors, 'storageClassName', textOf(object['storageClassName']), dns1123Subdomain);
  const capacity = object['capacity'];
  if (nanosOf(capacity) < 0n) errors.push(invalid('capacity', capacity, NONNEGATIVE));
}
