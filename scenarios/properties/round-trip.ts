//! One sound object through all that a client may do with it. What it says must not change on the way.
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { get, type Json, type JsonObject, objectOf, textOf } from '../../actors/api/json.ts';
import { hasSubresource, type ResourceInfo } from '../../actors/api/resources.ts';
import { definitionOfResource, type Schema } from '../../actors/api/schema.ts';
import type { Watch, WatchEvent } from '../conformance/watch.ts';
import { differences } from '../recorded/compare.ts';
import { normal } from '../recorded/normal.ts';
import type { Reply, Server } from '../recorded/server.ts';
import { baseOf, remove } from '../recorded/subject.ts';
import { notARefusal } from './judge.ts';
import { lost } from './lost.ts';

export interface Bench {
  readonly server: Server;
  readonly schema: Schema;
  readonly info: ResourceInfo;
  /** Of all objects of the kind. */
  readonly watch: Watch;
  /** Fields that the kind's own rules write anew, by path. */
  readonly rewritten: readonly string[];
  /** Admission adds to what is applied when it is created, and then not again. */
  readonly admitted: boolean;
  /** The server itself writes its status, at any time. */
  readonly busy: boolean;
}
/** Thrown: what was found, and it is the object's fault. */
class Broken extends Error {}
const fail = (message: string): never => {
  throw new Broken(message);
};

/** `false`: the object was refused, rightly as far as its form goes. A broken promise is an Error. */
export async function roundTrip(bench: Bench, sent: JsonObject): Promise<boolean> {
  const { server, info } = bench;
  const base = baseOf(info);
  const dry = await server.ask('POST', `${base}?dryRun=All`, sent);
  const real = await server.ask('POST', base, sent);
  if (dry.code !== real.code) fail(`dry run ${answered(dry)}, but ${answered(real)}`);
  if (real.code !== 201) {
    const odd = notARefusal(real);
    if (odd !== undefined) fail(odd);
    return false;
  }
  const at = `${base}/${encodeURIComponent(textOf(get(real.body, 'metadata', 'name')))}`;
  try {
    same('a dry run', normalWhole(dry.body, sent), normalWhole(real.body, sent));
    kept(bench, sent, real.body);
    same('watch', await told(bench, 'ADDED', real.body), real.body);
    await read(bench, at, real.body);
    await rewrite(bench, at, real.body);
  } finally {
    await remove(server, info, at);
  }
  await told(bench, 'DELETED', real.body);
  await otherwise(bench, base, at, sent, real.body);
  return true;
}

function kept({ schema, info, rewritten }: Bench, sent: JsonObject, got: JsonObject): void {
  const without = [
    ...rewritten,
    ...(info.namespaced ? [] : ['.metadata.namespace']),
    ...(hasSubresource(info, 'status') ? ['.status'] : []),
  ];
  const lines = lost(schema, definitionOfResource(schema, info)!, sent, got, without);
  if (lines.length > 0) fail(`lost on create: ${lines.join('; ')}`);
}

async function read(bench: Bench, at: string, made: JsonObject): Promise<void> {
  const { server, info } = bench;
  const same = sameIn(bench);
  const name = textOf(get(made, 'metadata', 'name'));
  same('get', (await server.ask('GET', at)).body, made);
  const list = await server.ask('GET', `${baseOf(info)}?fieldSelector=metadata.name%3D${encodeURIComponent(name)}`);
  const [item] = list.body['items'] as JsonObject[];
  same('list', { kind: made['kind']!, apiVersion: made['apiVersion']!, ...item }, made);
  const yaml = await server.ask('GET', at, undefined, { accept: 'application/yaml' });
  same('get as YAML', parse(textOf(yaml.body['text'])), made);
}

/** What the watch tells of this revision of this very object; of a deletion, whatever its revision is. */
async function told({ watch }: Bench, type: WatchEvent['type'], { metadata }: JsonObject): Promise<JsonObject> {
  const { uid, resourceVersion } = objectOf(metadata);
  const event = await watch.until(
    `${type} of ${JSON.stringify(metadata)}`,
    ({ type: happened, object }) =>
      happened === type &&
      object.metadata.uid === uid &&
      (type === 'DELETED' || object.metadata.resourceVersion === resourceVersion),
  );
  return event.object;
}

/** Writes that change nothing, and one that changes a label. */
async function rewrite(bench: Bench, at: string, made: JsonObject): Promise<void> {
  const { server, busy } = bench;
  const same = sameIn(bench);
  const still = ({ status, ...rest }: JsonObject): JsonObject =>
    busy || status === undefined ? rest : { ...rest, status };
  if (busy) made = { ...made, metadata: settled(made)['metadata']! };
  same('an update to itself', await done(server.ask('PUT', at, made)), made);
  for (const type of ['application/merge-patch+json', 'application/strategic-merge-patch+json'])
    same(`an empty ${type}`, await done(server.ask('PATCH', at, {}, { type })), made);
  const { resourceVersion, ...bare } = objectOf(made['metadata']);
  const labels = { ...objectOf(bare['labels']), 'example.com/changed': 'yes' };
  const changed = { ...made, metadata: { ...bare, labels } };
  const dry = await done(server.ask('PUT', `${at}?dryRun=All`, changed));
  const real = await done(server.ask('PUT', at, changed));
  if (get(real, 'metadata', 'resourceVersion') === resourceVersion) fail('an update left the resourceVersion');
  same('a dry update', normalWhole(still(dry), changed), normalWhole(still(real), changed));
  same('an update', settled(real), settled(changed));
  same('get after an update', (await server.ask('GET', at)).body, real);
  same('watch of an update', await told(bench, 'MODIFIED', real), real);
  const back = [{ op: 'remove', path: '/metadata/labels/example.com~1changed' }];
  const again = await done(server.ask('PATCH', at, back, { type: 'application/json-patch+json' }));
  same('a patch back', settled(again), settled(made));
  await told(bench, 'MODIFIED', again);
}

/** The same as YAML and applied: what came of JSON comes of them too. */
async function otherwise(bench: Bench, base: string, at: string, sent: JsonObject, made: JsonObject): Promise<void> {
  const { server, info, admitted } = bench;
  const same = sameIn(bench);
  const yaml = { type: 'application/yaml' };
  const text = stringify(sent, { aliasDuplicateObjects: false });
  const read = await done(server.ask('POST', `${base}?dryRun=All`, text, yaml), 201);
  same('create from YAML', normalWhole(read, sent), normalWhole(made, sent));
  if (get(sent, 'metadata', 'name') === undefined) return;
  const type = { type: 'application/apply-patch+yaml' };
  const body = { ...sent, metadata: withoutServers(objectOf(sent['metadata'])) };
  const applied = await server.ask(
    'PATCH',
    `${at}?fieldManager=one`,
    stringify(body, { aliasDuplicateObjects: false }),
    type,
  );
  if (applied.code !== 201) {
    // Lists by key have each key once, nulls are values, and there is no name to be made: rules of apply alone.
    if (
      !/duplicate entries|associative list|null|must be set|is required|expected /.test(textOf(applied.body['message']))
    )
      fail(`apply: ${answered(applied)}`);
    if (applied.code >= 500 && !/failed to create typed patch/.test(textOf(applied.body['message'])))
      fail(`apply: ${answered(applied)}`);
    return;
  }
  try {
    same('apply', normal(applied.body, sent), normal(made, sent));
    if (admitted) return;
    const again = await done(server.ask('PATCH', `${at}?fieldManager=one`, body, type));
    // Nobody owns anything of a first apply that says no more than a name: the second then finds an owner before it.
    if (get(applied.body, 'metadata', 'managedFields') !== undefined)
      same('the same applied twice', again, applied.body);
    // By force: where the server has filled a list that is one value, what was sent differs from what is there.
    const other = await done(server.ask('PATCH', `${at}?fieldManager=two&force=true`, body, type));
    same('applied by another too', settled(other), settled(again));
  } finally {
    await remove(server, info, at);
  }
}
const withoutServers = ({ managedFields, resourceVersion, uid, ...metadata }: JsonObject): JsonObject => metadata;

async function done(asked: Promise<Reply>, code = 200): Promise<JsonObject> {
  const reply = await asked;
  return reply.code === code ? reply.body : fail(`refused: ${answered(reply)}`);
}
const answered = ({ code, body }: Reply): string =>
  `${code} ${code < 400 ? 'accepted' : String(body['message'] ?? JSON.stringify(body)).slice(0, 600)}`;
function same(what: string, got: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(got, wanted)) return;
  const lines = differences({ code: 200, body: wanted as Json }, { code: 200, body: got as Json });
  fail(`${what}: ${lines.length === 0 ? 'fields in another form' : lines.slice(0, 8).join('; ')}`);
}
/** Where the server writes too, all but what it writes is compared. */
const sameIn =
  ({ busy }: Bench) =>
  (what: string, got: unknown, wanted: unknown): void => {
    const { status: _, ...left } = settled(got as JsonObject);
    const { status: __, ...right } = settled(wanted as JsonObject);
    busy && !Array.isArray(got) ? same(what, left, right) : same(what, got, wanted);
  };
/** Without what each write counts. */
function settled(object: JsonObject): JsonObject {
  const { resourceVersion, managedFields, generation, ...metadata } = objectOf(object['metadata']);
  return { ...object, metadata };
}
/** With the owners of its fields; a dry run has no resourceVersion. */
function normalWhole(object: JsonObject, sent: JsonObject): Json {
  const { resourceVersion, ...metadata } = objectOf(object['metadata']);
  const owners = JSON.stringify(metadata['managedFields'] ?? null).replace(/(kube-api-access-)[a-z0-9]{5}/g, '$1');
  return [normal({ ...object, metadata }, sent), normal({ owners: JSON.parse(owners) }, {})];
}
