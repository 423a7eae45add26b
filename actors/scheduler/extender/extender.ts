//! One HTTP extender: which pods are its business, and each of its verbs as a task.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { ask, type Task } from '../../../runtime/task.ts';
import { isObject, type Json, type JsonObject, listOf, numberOf, textOf } from '../../api/json.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ExtenderConfiguration } from '../config/configuration.ts';
import { never, notNow, type Placement, type Refusal } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Candidate } from '../preemption/victims.ts';
import { EXTENDER, type ExtenderAnswered, type ExtenderAsked, HTTP_TIMEOUT_MS } from './protocol.ts';

/** An extender scores 0 to 10, plugins 0 to 100. */
const SCALE = 10;
export interface Filtered {
  readonly fitting: readonly NodeInfo[];
  readonly refused: readonly (readonly [node: NodeInfo, refusal: Refusal])[];
}

export function isInterested({ managedResources = [] }: ExtenderConfiguration, { spec }: Pod): boolean {
  if (managedResources.length === 0) return true;
  const names = new Set(managedResources.map(({ name }) => name));
  return [...spec.containers, ...(spec.initContainers ?? [])].some(({ resources }) =>
    [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})].some((name) =>
      names.has(name),
    ),
  );
}
const isSet = (verb: string | undefined): verb is string => verb !== undefined && verb !== '';
export const filters = ({ filterVerb }: ExtenderConfiguration): boolean => isSet(filterVerb);
export const prioritizes = ({ prioritizeVerb }: ExtenderConfiguration): boolean => isSet(prioritizeVerb);
export const preempts = ({ preemptVerb }: ExtenderConfiguration): boolean => isSet(preemptVerb);
export const binds = ({ bindVerb }: ExtenderConfiguration): boolean => isSet(bindVerb);

export function* filterNodes(
  extender: ExtenderConfiguration,
  pod: Pod,
  nodes: readonly NodeInfo[],
): Task<Result<Filtered>> {
  const answer = yield* send(extender, extender.filterVerb!, args(extender, pod, nodes));
  if (!answer.ok) return answer;
  const error = textOf(field(answer.value, 'error'));
  if (error !== '') return fail('InternalError', error);
  const names = namesIn(extender, answer.value);
  const failed = mapOf(field(answer.value, 'failednodes'));
  const final = mapOf(field(answer.value, 'failedandunresolvablenodes'));
  const fitting: NodeInfo[] = [];
  const refused: (readonly [NodeInfo, Refusal])[] = [];
  for (const node of nodes) {
    const [no, never_] = [failed.get(node.name), final.get(node.name)];
    if (never_ !== undefined) refused.push([node, never(never_)]);
    else if (no !== undefined) refused.push([node, notNow(no)]);
    if (names.has(node.name)) fitting.push(node);
  }
  return ok({ fitting, refused });
}
/** What it adds to the total of each node. */
export function* scoreNodes(
  extender: ExtenderConfiguration,
  pod: Pod,
  nodes: readonly NodeInfo[],
): Task<Result<readonly number[]>> {
  const answer = yield* send(extender, extender.prioritizeVerb!, args(extender, pod, nodes));
  if (!answer.ok) return answer;
  const scores = new Map(
    listOf(answer.value).map((one) => [textOf(field(one, 'host')), numberOf(field(one, 'score'))]),
  );
  return ok(nodes.map(({ name }) => (scores.get(name) ?? 0) * (extender.weight ?? 1) * SCALE));
}
export function* bindBy(extender: ExtenderConfiguration, { pod, node }: Placement): Task<Result<void>> {
  const { name, namespace, uid } = pod.pod.metadata;
  const body = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: node };
  const answer = yield* send(extender, extender.bindVerb!, body);
  if (!answer.ok) return answer;
  const error = textOf(field(answer.value, 'error'));
  return error === '' ? ok(undefined) : fail('InternalError', error);
}
/** The candidates that it leaves, with the victims that it names. */
export function* preemptBy(
  extender: ExtenderConfiguration,
  pod: Pod,
  candidates: readonly Candidate[],
): Task<Result<readonly Candidate[]>> {
  const victims = (meta: boolean): object =>
    Object.fromEntries(
      candidates.map(({ node, victims, violations }) => [
        node.name,
        {
          Pods: victims.map(({ pod }) => (meta ? { UID: pod.metadata.uid } : pod)),
          NumPDBViolations: violations,
        },
      ]),
    );
  const cached = extender.nodeCacheCapable === true;
  const body = { Pod: pod, [cached ? 'NodeNameToMetaVictims' : 'NodeNameToVictims']: victims(cached) };
  const answer = yield* send(extender, extender.preemptVerb!, body);
  if (!answer.ok) return answer;
  const left = field(answer.value, 'nodenametometavictims');
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    const said = isObject(left) ? left[candidate.node.name] : undefined;
    if (said === undefined) continue;
    const uids = new Set(listOf(field(said, 'pods')).map((one) => textOf(field(one, 'uid'))));
    const chosen = [...candidate.node.pods.values()].filter(({ pod }) => uids.has(pod.metadata.uid));
    if (chosen.length === 0) {
      if (extender.ignorable === true) continue;
      return fail('InternalError', `expected at least one victim pod on node "${candidate.node.name}"`);
    }
    kept.push({ ...candidate, victims: chosen, violations: numberOf(field(said, 'numpdbviolations')) });
  }
  return ok(kept);
}

const args = ({ nodeCacheCapable }: ExtenderConfiguration, pod: Pod, nodes: readonly NodeInfo[]): object =>
  nodeCacheCapable === true
    ? { Pod: pod, Nodes: null, NodeNames: nodes.map(({ name }) => name) }
    : { Pod: pod, Nodes: { metadata: {}, items: nodes.map(({ node }) => node) }, NodeNames: null };
function namesIn({ nodeCacheCapable }: ExtenderConfiguration, answer: Json): ReadonlySet<string> {
  if (nodeCacheCapable === true && Array.isArray(field(answer, 'nodenames')))
    return new Set(listOf(field(answer, 'nodenames')).map(textOf));
  const items = listOf(field(field(answer, 'nodes'), 'items'));
  return new Set(items.map((node) => textOf(field(field(node, 'metadata'), 'name'))));
}
const mapOf = (value: Json | undefined): ReadonlyMap<string, string> =>
  new Map(Object.entries(isObject(value) ? value : {}).map(([name, why]) => [name, textOf(why)]));
/** Go reads names of fields in any case, so extenders write them in any case. */
function field(value: Json | undefined, name: string): Json | undefined {
  if (!isObject(value)) return undefined;
  const object: JsonObject = value;
  for (const key of Object.keys(object)) if (key.toLowerCase() === name) return object[key];
  return undefined;
}

function* send(extender: ExtenderConfiguration, verb: string, body: object): Task<Result<Json>> {
  const url = `${extender.urlPrefix.replace(/\/+$/, '')}/${verb}`;
  const timeoutMs = durationMs(extender.httpTimeout) ?? HTTP_TIMEOUT_MS;
  const request = { extender, url, body: JSON.stringify(body), timeoutMs };
  const message: ExtenderAsked = { type: 'extender.post', request };
  const answer = yield* ask<ExtenderAnswered>(EXTENDER, message, timeoutMs);
  if (!answer.ok) return answer;
  try {
    return ok(JSON.parse(answer.value.body) as Json);
  } catch (error) {
    return fail('InternalError', `${url}: ${(error as Error).message}`);
  }
}
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Go's `1m30s`; undefined for nothing and for what is no duration. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g)) ms += Number(number) * UNITS[unit!]!;
  return ms > 0 ? ms : undefined;
}
