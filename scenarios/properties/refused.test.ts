//! Objects of every kind, bent, by every verb that writes: taken or refused with 4xx and why, and what is refused
//! leaves no trace. `SEEDS=100 npm test -- properties/refused` bends more often.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { get, type Json, type JsonObject, objectOf, textOf } from '../../actors/api/json.ts';
import { hasSubresource, type ResourceInfo } from '../../actors/api/resources.ts';
import { type Change, changed, Draw } from '../recorded/draw.ts';
import { type OwnServer, ownServer } from '../recorded/own.ts';
import type { Reply } from '../recorded/server.ts';
import { baseOf, prepare, remove } from '../recorded/subject.ts';
import { BUSY, Drawn, KEPT, keyOf, seeds } from './bench.ts';
import { notARefusal } from './judge.ts';

let server: OwnServer | undefined;
const prepared = async (): Promise<OwnServer> => {
  if (server === undefined) {
    server = await ownServer();
    await prepare(server);
  }
  return server;
};
after(() => server?.close());

interface Way {
  readonly method: 'PUT' | 'PATCH';
  readonly sub: string;
  readonly type?: string;
  readonly body: (stored: JsonObject, changes: readonly Change[]) => unknown;
}
const whole = (stored: JsonObject, changes: readonly Change[]): JsonObject => changed(stored, changes) as JsonObject;
/** What is new of the bent one, as deep as it goes. */
const difference = (stored: JsonObject, changes: readonly Change[]): JsonObject => {
  const bent = whole(stored, changes);
  const fields = new Set([...Object.keys(stored), ...Object.keys(bent)]);
  return Object.fromEntries(
    [...fields]
      .filter((field) => !isDeepStrictEqual(stored[field], bent[field]))
      .map((field) => [field, bent[field] ?? null]),
  );
};
const operations = (_: JsonObject, changes: readonly Change[]): unknown =>
  changes.map(({ path, value }) => ({
    op: value === undefined ? 'remove' : 'add',
    path: path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    ...(value === undefined ? {} : { value }),
  }));
const config = (stored: JsonObject, changes: readonly Change[]): JsonObject => {
  const { managedFields, resourceVersion, uid, creationTimestamp, ...metadata } = objectOf(stored['metadata']);
  return whole({ ...stored, metadata }, changes);
};
const WAYS: readonly Way[] = ['', '/status'].flatMap((sub): readonly Way[] => [
  { method: 'PUT', sub, body: whole },
  { method: 'PATCH', sub, type: 'application/json-patch+json', body: operations },
  { method: 'PATCH', sub, type: 'application/merge-patch+json', body: difference },
  { method: 'PATCH', sub, type: 'application/strategic-merge-patch+json', body: difference },
  { method: 'PATCH', sub, type: 'application/apply-patch+yaml', body: config },
]);
/** What no type of the schema would draw. */
const WRONG: readonly Json[] = [
  'text',
  7,
  -1,
  1e300,
  true,
  null,
  {},
  [],
  [null],
  { a: [{}] },
  'x'.repeat(300),
  '\u0000',
];

for (const info of KEPT)
  test(`${keyOf(info)}: bent objects: taken, or refused without a trace`, async () => {
    const own = await prepared();
    const drawn = new Drawn(info);
    const failures: string[] = [];
    for (const seed of seeds(2)) {
      const trial = new Trial(own, info, drawn, new Draw(seed * 104_729));
      await trial.create();
      for (const way of WAYS) if (way.sub === '' || hasSubresource(info, 'status')) await trial.write(way);
      await trial.end();
      failures.push(...trial.failures.map((line) => `SEED=${seed} SEEDS=1: ${line}`));
    }
    assert.equal(failures.length, 0, failures.slice(0, 10).join('\n'));
  });

class Trial {
  readonly failures: string[] = [];
  readonly #server: OwnServer;
  readonly #info: ResourceInfo;
  readonly #drawn: Drawn;
  readonly #draw: Draw;
  readonly #sample: JsonObject;
  readonly #at: string;
  constructor(server: OwnServer, info: ResourceInfo, drawn: Drawn, draw: Draw) {
    this.#server = server;
    this.#info = info;
    this.#drawn = drawn;
    this.#draw = draw;
    this.#sample = draw.of(drawn.samples);
    this.#at = `${baseOf(info)}/${textOf(get(this.#sample, 'metadata', 'name'))}`;
  }
  /** Sound one first, so that there is something to write to; a bent one is made and taken away before it. */
  async create(): Promise<void> {
    const sent = changed(this.#sample, this.#changes(this.#sample, 'create')) as JsonObject;
    const before = await this.#state();
    const reply = await this.#server.ask('POST', baseOf(this.#info), sent);
    if (reply.code >= 400) await this.#refused('POST', sent, reply, before);
    else await remove(this.#server, this.#info, this.#place(reply.body));
    await remove(this.#server, this.#info, this.#at);
    const made = await this.#server.ask('POST', baseOf(this.#info), this.#sample);
    if (made.code !== 201) this.failures.push(`the sample is refused: ${JSON.stringify(made.body)}`);
  }
  async write({ method, sub, type, body }: Way): Promise<void> {
    const stored = (await this.#server.ask('GET', this.#at)).body;
    const sent = body(stored, this.#changes(stored, sub === '' ? 'update' : 'status'));
    const media = type === undefined ? {} : { type };
    const before = await this.#state();
    const path = `${this.#at}${sub}?fieldManager=bent`;
    const reply = await this.#server.ask(method, path, sent, media);
    if (reply.code >= 400) return this.#refused(`${method} ${sub} ${type ?? ''}`, sent, reply, before);
    // Where the resource takes other versions of its own status, only the object itself is sound again.
    if (sub === '') await remove(this.#server, this.#info, this.#place(reply.body));
    else return;
    await remove(this.#server, this.#info, this.#at);
    await this.#server.ask('POST', baseOf(this.#info), this.#sample);
  }
  async end(): Promise<void> {
    await remove(this.#server, this.#info, this.#at);
  }
  #changes(object: JsonObject, verb: 'create' | 'update' | 'status'): readonly Change[] {
    const changes = this.#drawn.changes(this.#draw, object, verb);
    if (!this.#draw.chance(0.25)) return changes;
    return changes.map((change) => ({ ...change, value: this.#draw.of(WRONG) }));
  }
  #place(object: JsonObject): string {
    return `${baseOf(this.#info)}/${encodeURIComponent(textOf(get(object, 'metadata', 'name')))}`;
  }
  /** What a refusal must leave as it is: every object of the kind, or the one where the server makes some itself. */
  async #state(): Promise<Json> {
    const busy = BUSY.has(keyOf(this.#info));
    const list = await this.#server.ask('GET', busy ? this.#at : baseOf(this.#info));
    if (busy) return [get(list.body, 'metadata', 'uid') ?? null, list.body['spec'] ?? null];
    const items = (list.body['items'] ?? []) as JsonObject[];
    return items.map((item) => [get(item, 'metadata', 'uid')!, get(item, 'metadata', 'resourceVersion')!]);
  }
  async #refused(what: string, sent: unknown, reply: Reply, before: Json): Promise<void> {
    const odd = notARefusal(reply);
    const told = (): string => `${what}: ${JSON.stringify(sent)?.slice(0, 1_200)}`;
    if (odd !== undefined) this.failures.push(`${odd}\n  ${told()}`);
    else if (!isDeepStrictEqual(await this.#state(), before)) this.failures.push(`refused, but stored\n  ${told()}`);
  }
}
