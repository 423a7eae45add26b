//! One kind on one server: its samples made there, and changed samples sent as dry runs.
import { type Json, type JsonObject, objectOf, textOf } from '../../actors/api/json.ts';
import { RESOURCES, type ResourceInfo } from '../../actors/api/resources.ts';
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

export class Subject {
  readonly info: ResourceInfo;
  readonly #server: Server;
  readonly #samples: readonly JsonObject[];
  readonly #stored: (JsonObject | undefined)[] = [];
  constructor(server: Server, key: string, samples: readonly JsonObject[]) {
    this.info = infoOf(key);
    this.#server = server;
    this.#samples = samples.map((sample, i) => this.#whole(sample, i));
  }
  get #base(): string {
    const { group, version, resource, namespaced } = this.info;
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    return `${root}${namespaced ? `/namespaces/${NAMESPACE}` : ''}/${resource}`;
  }
  #whole(sample: JsonObject, i: number): JsonObject {
    const { group, version, kind } = this.info;
    const metadata = { name: `sample-${i}`, ...objectOf(sample['metadata']) };
    return { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...sample, metadata };
  }
  /** Of sample `i`, as it would be sent, or as the server keeps it. */
  async body(i: number, verb: Verb): Promise<JsonObject> {
    const sample = this.#samples[i]!;
    if (verb === 'create') return sample;
    this.#stored[i] ??= await this.#make(sample);
    return this.#stored[i];
  }
  async #make(sample: JsonObject): Promise<JsonObject> {
    const at = `${this.#base}/${textOf(objectOf(sample['metadata'])['name'])}`;
    await this.#server.ask('DELETE', `${at}?gracePeriodSeconds=0`);
    const { code, body } = await this.#server.ask('POST', this.#base, sample);
    if (code === 201) return body;
    const kept = await this.#server.ask('GET', at);
    if (kept.code === 200) return kept.body;
    throw new Error(`${this.#base}: a sample is refused: ${JSON.stringify(body)}`);
  }
  async run({ sample, verb, changes }: Case): Promise<Outcome> {
    const before = await this.body(sample, verb);
    const sent = changed(before, changes) as JsonObject;
    const name = textOf(objectOf(this.#samples[sample]!['metadata'])['name']);
    const query = '?dryRun=All&fieldManager=recorder';
    const sub = verb === 'status' ? '/status' : '';
    const { code, body } =
      verb === 'create'
        ? await this.#server.ask('POST', `${this.#base}${query}`, sent)
        : await this.#server.ask('PUT', `${this.#base}/${name}${sub}${query}`, sent);
    return { code, body: normal(body, sent) };
  }
  async clean(): Promise<void> {
    for (const stored of this.#stored)
      if (stored !== undefined) {
        const name = textOf(objectOf(stored['metadata'])['name']);
        await this.#server.ask('DELETE', `${this.#base}/${name}?gracePeriodSeconds=0`);
      }
  }
}
