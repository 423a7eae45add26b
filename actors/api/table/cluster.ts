//! Nodes, namespaces, events, configuration, quotas and leases.
import { get, type Json, listOf, objectOf, textOf } from '../json.ts';
import { age } from '../time.ts';
import { ageOf, type Cell, columns, count, NONE, nameOf, type Printer, sizeOf, UNKNOWN } from './column.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';
function roles(node: Json): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(objectOf(get(node, 'metadata', 'labels')))) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && value !== '') found.add(String(value));
  }
  return [...found].sort().join(',') || NONE;
}
const address = (node: Json, type: string): string =>
  textOf(
    get(
      listOf(get(node, 'status', 'addresses')).find((item) => get(item, 'type') === type),
      'address',
    ),
  ) || NONE;
const info = (node: Json, field: string): string => textOf(get(node, 'status', 'nodeInfo', field));

export const nodes: Printer = {
  columns: columns(
    'Name Status Roles Age Version Internal-IP:string:1 External-IP:string:1 OS-Image:string:1 Kernel-Version:string:1 Container-Runtime:string:1',
  ),
  cells: (node, nowMs) => {
    const ready = listOf(get(node, 'status', 'conditions')).find((item) => get(item, 'type') === 'Ready');
    const state = ready === undefined ? 'Unknown' : get(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
    return [
      nameOf(node),
      get(node, 'spec', 'unschedulable') === true ? `${state},SchedulingDisabled` : state,
      roles(node),
      ageOf(node, nowMs),
      info(node, 'kubeletVersion'),
      address(node, 'InternalIP'),
      address(node, 'ExternalIP'),
      info(node, 'osImage') || UNKNOWN,
      info(node, 'kernelVersion') || UNKNOWN,
      info(node, 'containerRuntimeVersion') || UNKNOWN,
    ];
  },
};
export const namespaces: Printer = {
  columns: columns('Name Status Age'),
  cells: (object, nowMs) => [nameOf(object), textOf(get(object, 'status', 'phase')), ageOf(object, nowMs)],
};
/** Both versions of an event: names of fields differ. */
export const events: Printer = {
  columns: columns(
    'Last_Seen Type Reason Object Subobject:string:1 Source:string:1 Message First_Seen:string:1 Count:integer:1 Name:string:1',
  ),
  cells: (event, nowMs) => {
    const about = get(event, 'involvedObject') ?? get(event, 'regarding');
    const first = get(event, 'firstTimestamp') ?? get(event, 'deprecatedFirstTimestamp') ?? get(event, 'eventTime');
    const last =
      get(event, 'series', 'lastObservedTime') ??
      get(event, 'lastTimestamp') ??
      get(event, 'deprecatedLastTimestamp') ??
      first;
    const times = get(event, 'series', 'count') ?? get(event, 'count') ?? get(event, 'deprecatedCount');
    return [
      age(last, nowMs),
      textOf(get(event, 'type')),
      textOf(get(event, 'reason')),
      `${textOf(get(about, 'kind')).toLowerCase()}/${textOf(get(about, 'name'))}`,
      textOf(get(about, 'fieldPath')),
      source(event),
      (textOf(get(event, 'message')) || textOf(get(event, 'note'))).trim(),
      age(first, nowMs),
      count(times) || 1,
      nameOf(event),
    ];
  },
};
function source(event: Json): string {
  const from = get(event, 'source') ?? get(event, 'deprecatedSource');
  const component =
    textOf(get(from, 'component')) ||
    textOf(get(event, 'reportingComponent')) ||
    textOf(get(event, 'reportingController'));
  const host = textOf(get(from, 'host')) || textOf(get(event, 'reportingInstance'));
  return host === '' || component === '' ? component : `${component}, ${host}`;
}
export const configMaps: Printer = {
  columns: columns('Name Data:integer Age'),
  cells: (object, nowMs) => [
    nameOf(object),
    sizeOf(get(object, 'data')) + sizeOf(get(object, 'binaryData')),
    ageOf(object, nowMs),
  ],
};
export const secrets: Printer = {
  columns: columns('Name Type Data:integer Age'),
  cells: (object, nowMs) => [
    nameOf(object),
    textOf(get(object, 'type')),
    sizeOf(get(object, 'data')),
    ageOf(object, nowMs),
  ],
};
export const serviceAccounts: Printer = {
  columns: columns('Name Secrets:integer Age'),
  cells: (object, nowMs) => [nameOf(object), sizeOf(get(object, 'secrets')), ageOf(object, nowMs)],
};
export const leases: Printer = {
  columns: columns('Name Holder Age'),
  cells: (object, nowMs) => [nameOf(object), textOf(get(object, 'spec', 'holderIdentity')), ageOf(object, nowMs)],
};
export const resourceQuotas: Printer = {
  columns: columns('Name Request Limit Age'),
  cells: (object, nowMs) => {
    const hard = objectOf(get(object, 'status', 'hard'));
    const used = objectOf(get(object, 'status', 'used'));
    const texts = { request: [] as string[], limit: [] as string[] };
    for (const key of Object.keys(hard).sort()) {
      const kind = key.startsWith('limits') ? 'limit' : 'request';
      texts[kind].push(`${key}: ${used[key] ?? 0}/${hard[key]}`);
    }
    return [nameOf(object), texts.request.join(', '), texts.limit.join(', '), ageOf(object, nowMs)];
  },
};
export const priorityClasses: Printer = {
  columns: columns('Name Value:integer Global-Default:boolean Age PreemptionPolicy'),
  cells: (object, nowMs) => [
    nameOf(object),
    count(get(object, 'value')),
    get(object, 'globalDefault') === true,
    ageOf(object, nowMs),
    textOf(get(object, 'preemptionPolicy')),
  ],
};
export const componentStatuses: Printer = {
  columns: columns('Name Status Message Error'),
  cells: (object): readonly Cell[] => {
    const healthy = listOf(get(object, 'conditions')).find((item) => get(item, 'type') === 'Healthy');
    const state = healthy === undefined ? 'Unknown' : get(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    return [nameOf(object), state, textOf(get(healthy, 'message')), textOf(get(healthy, 'error'))];
  },
};
export const runtimeClasses: Printer = {
  columns: columns('Name Handler Age'),
  cells: (object, nowMs) => [nameOf(object), textOf(get(object, 'handler')), ageOf(object, nowMs)],
};
