//! One kind on one server: its samples made there, and changed samples sent as dry runs.
import { type Json, type JsonObject, objectOf, textOf } from '../../actors/api/json.ts';
import { apiVersion, RESOURCES, type ResourceInfo } from '../../actors/api/resources.ts';
import { type Change, changed } from './draw.ts';
import { normal } from './normal.ts';
import type { Server } from './server.ts';

export type Verb = 'create' | 'update' | 'status';
export interface Case {
  readonly sample: number;
  readonly verb: Verb;
  readonly changes: readonly Change[];
}
export interface Outcome {
  readonly code: number;
  readonly body: Json;
}
export const NAMESPACE = 'recorded';

export function infoOf(key: string): ResourceInfo {
  const found = RESOURCES.find(
    ({ group, version, kind }) => key === `${group === '' ? '' : `${group}/`}${version}/${kind}`,
  );
  if (found === undefined) throw new Error(`no kind ${key}; it looks like apps/v1/Deployment`);
  return found;
}

/** A namespace with what admission asks for; the same on both sides. */
export async function prepare(server: Server): Promise<void> {
  await server.ask('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await server.ask('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' } });
}

/** Also where nobody does what a finalizer waits for. */
export async function remove(server: Server, info: ResourceInfo, at: string): Promise<void> {
  const { code } = await server.ask('DELETE', `${at}?gracePeriodSeconds=0&propagationPolicy=Background`);
  if (code === 404) return;
  const { body } = await server.ask('GET', at);
  const metadata = { ...objectOf(body['metadata']) };
  if (metadata['deletionTimestamp'] === undefined) return;
  delete metadata['finalizers'];
  delete metadata['resourceVersion'];
  await server.ask('PUT', at, { ...body, metadata });
  if (info.kind === 'Namespace') await server.ask('PUT', `${at}/finalize`, { ...body, metadata, spec: {} });
}
export const baseOf = ({ group, version, resource, namespaced }: ResourceInfo): string => {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespaced ? `/namespaces/${NAMESPACE}` : ''}/${resource}`;
};
/** Sample `i` as it would be sent. */
export function wholeOf(info: ResourceInfo, sample: JsonObject, i: number): JsonObject {
  const metadata = { name: `sample-${i}`, ...objectOf(sample['metadata']) };
  return { apiVersion: apiVersion(info), kind: info.kind, ...sample, metadata };
}

export class Subject {
  readonly info: ResourceInfo;
  readonly #server: Server;
  readonly #samples: readonly JsonObject[];
  readonly #stored: (JsonObject | undefined)[] = [];
  constructor(server: Server, key: string, samples: readonly JsonObject[]) {
    this.info = infoOf(key);
    this.#server = server;
    this.#samples = samples.map((sample, i) => wholeOf(this.info, sample, i));
  }
  get #base(): string {
    return baseOf(this.info);
  }
  /** Of sample `i`, as it would be sent, or as the server keeps it. */
  async body(i: number, verb: Verb): Promise<JsonObject> {
    const sample = this.#samples[i]!;
    if (verb === 'create') return sample;
    this.#stored[i] ??= await this.#make(i);
    return this.#stored[i];
  }
  async #make(i: number): Promise<JsonObject> {
    const [at, sample] = [this.#at(i), this.#samples[i]!];
    await remove(this.#server, this.info, at);
    const { code, body } = await this.#server.ask('POST', this.#base, sample);
    if (code === 201) return body;
    const kept = await this.#server.ask('GET', at);
    if (kept.code === 200) return kept.body;
    throw new Error(`${this.#base}: a sample is refused: ${JSON.stringify(body)}`);
  }
  async run(one: Case): Promise<Outcome> {
    const outcome = await this.#run(one);
    const kept = this.#stored[one.sample];
    if (outcome.code !== 409 || kept === undefined) return outcome;
    // Somebody, a quota's usage for one, wrote the sample after it was made.
    const { body } = await this.#server.ask('GET', this.#at(one.sample));
    if (textOf(objectOf(body['metadata'])['resourceVersion']) === textOf(objectOf(kept['metadata'])['resourceVersion']))
      return outcome;
    this.#stored[one.sample] = body;
    return await this.#run(one);
  }
  #at(i: number): string {
    return `${this.#base}/${textOf(objectOf(this.#samples[i]!['metadata'])['name'])}`;
  }
  async #run({ sample, verb, changes }: Case): Promise<Outcome> {
    const before = await this.body(sample, verb);
    const sent = changed(before, changes) as JsonObject;
    const query = '?dryRun=All&fieldManager=recorder';
    const sub = verb === 'status' ? '/status' : '';
    const { code, body } =
      verb === 'create'
        ? await this.#server.ask('POST', `${this.#base}${query}`, sent)
        : await this.#server.ask('PUT', `${this.#at(sample)}${sub}${query}`, sent);
    return { code, body: normal(body, [this.#samples[sample]!, changes as unknown as Json]) };
  }
  async clean(): Promise<void> {
    for (const [i, stored] of this.#stored.entries())
      if (stored !== undefined) await remove(this.#server, this.info, this.#at(i));
  }
}
