//! Who owns which fields of what is written: metadata.managedFields, kept at every write.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { applyConflict, type Conflict } from '../../api/apply/conflict.ts';
import { FieldSet } from '../../api/apply/field-set.ts';
import {
  capped,
  decodeManagers,
  type Identity,
  type Managers,
  withManagers,
  withoutManagers,
} from '../../api/apply/managers.ts';
import { applied, updated, type Versions } from '../../api/apply/ownership.ts';
import { fieldElement } from '../../api/apply/path.ts';
import { skeletonOf } from '../../api/apply/skeleton.ts';
import { type ApplyType, typeOfDefinition } from '../../api/apply/type.ts';
import { compare, fieldsOf } from '../../api/apply/typed.ts';
import { convert } from '../../api/convert.ts';
import { applyTypeOf } from '../../api/custom/apply-type.ts';
import { asJson, get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { apiVersion } from '../../api/resources.ts';
import { definitionOf, OBJECT_META } from '../../api/schema.ts';
import { timestamp } from '../../api/time.ts';
import type { User } from '../protocol.ts';
import { type Call, type Engine, refuse } from './engine.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KUBECTL = 'kubectl';
/** What the server makes, and what says only which object it is (managedfields internal/stripmeta.go). */
const NOBODYS = FieldSet.ofPaths([
  ...['apiVersion', 'kind', 'metadata'].map((name) => [fieldElement(name)]),
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [fieldElement('metadata'), fieldElement(name)]),
]);
const STATUS = fieldElement('status');

/** What a request may own: through `status` only that, through the object all but that. */
function ignoredBy(call: Call): (fields: FieldSet) => FieldSet {
  const { subresource } = call.request;
  const hasStatus = call.info.subresources.some(({ name }) => name === 'status');
  return (fields) => {
    const own = fields.difference(NOBODYS);
    const keep = (element: string): boolean =>
      subresource === 'status'
        ? element === STATUS || (element === METADATA && !isCustom(call))
        : !hasStatus || element !== STATUS;
    return FieldSet.of(
      new Set([...own.members].filter(keep)),
      new Map([...own.children].filter(([element]) => keep(element))),
    );
  };
}
const METADATA = fieldElement('metadata');
const isCustom = ({ info }: Call): boolean => info.custom !== undefined;

/** The object as every version shows it, with the type of its fields there. */
function versionsOf(engine: Engine, call: Call): Versions {
  return {
    version: (version) => {
      const definition = definitionOf(engine.schema, version, call.info.kind);
      const type: ApplyType | undefined =
        definition !== undefined ? typeOfDefinition(engine.schema, definition) : customType(engine, call, version);
      return type && { type, of: (object) => convert(object, version) };
    },
  };
}

function customType(engine: Engine, { info }: Call, version: string): ApplyType | undefined {
  const { custom } = engine.catalog.findKind(version, info.kind) ?? {};
  return custom && applyTypeOf(custom.schema, typeOfDefinition(engine.schema, OBJECT_META));
}

/** As kube-apiserver: the part of the user agent before the first slash; components are known by their users. */
function managerOf({ request, agent }: Call): string {
  const given = request.options.fieldManager ?? '';
  return given !== ''
    ? given
    : agent !== undefined
      ? agent.split('/')[0]!.slice(0, MANAGER_MAX)
      : componentOf(request.user);
}
/** validation.FieldManagerMaxLength */
const MANAGER_MAX = 128;
function componentOf({ name }: User): string {
  if (name.startsWith('system:node:')) return 'kubelet';
  if (name.startsWith('system:serviceaccount:kube-system:')) return 'kube-controller-manager';
  return name.replace(/^system:/, '').slice(0, MANAGER_MAX);
}
const identity = (call: Call, operation: Identity['operation']): Identity => ({
  name: managerOf(call),
  operation,
  apiVersion: apiVersion(call.info),
  subresource: call.request.subresource,
});

/** The owners before a write. What a client says of them counts, unless it says nothing that can be read. */
function managersBefore(call: Call, before: JsonObject | undefined, after: JsonObject): Managers {
  const given = listOf(get(after, 'metadata', 'managedFields'));
  const stored = before === undefined ? undefined : decodeManagers(before);
  if (call.request.subresource !== '') return stored ?? NONE;
  // `[{}]` is how one clears them.
  if (given.length === 1 && isObject(given[0]) && Object.keys(given[0]).length === 0) return NONE;
  const said = decodeManagers(after);
  return said === undefined || said.size === 0 ? (stored ?? NONE) : said;
}
const NONE: Managers = new Map();

/** `after` as it is stored by an update, a patch or a create (`before` undefined), with its owners. */
export function manage(engine: Engine, call: Call, before: JsonObject | undefined, after: JsonObject): JsonObject {
  const managers = managersBefore(call, before, after);
  const bare = withoutManagers(after);
  // Nobody has tracked it so far: that begins with the first apply.
  if (before !== undefined && managers.size === 0) return bare;
  const who = identity(call, 'Update');
  const shown = convert(bare, who.apiVersion);
  const live = before === undefined ? skeletonOf(shown) : convert(withoutManagers(before), who.apiVersion);
  const now = timestamp(engine.clock.now());
  return withManagers(
    bare,
    capped(updated(versionsOf(engine, call), live, shown, managers, who, now, ignoredBy(call))),
  );
}

/** `config` applied over `live`, both in the version of the request: the new object with its owners. */
export function applyConfig(
  engine: Engine,
  call: Call,
  live: JsonObject | undefined,
  config: JsonObject,
): Result<JsonObject> {
  const versions = versionsOf(engine, call);
  const who = identity(call, 'Apply');
  const now = timestamp(engine.clock.now());
  const ignored = ignoredBy(call);
  const base = live === undefined ? {} : withoutManagers(live);
  let managers = live === undefined ? NONE : (decodeManagers(live) ?? NONE);
  if (live !== undefined && managers.size === 0) {
    const first: Identity = { ...who, name: 'before-first-apply', operation: 'Update', subresource: '' };
    managers = updated(versions, skeletonOf(base), base, NONE, first, now, (fields) => fields.difference(NOBODYS));
  }
  const force = call.request.options.force === true;
  let done = applied(versions, base, config, managers, who, now, ignored, force);
  if ('conflicts' in done) {
    const type = versions.version(who.apiVersion)!.type;
    const left = who.name === KUBECTL ? beyondLastApplied(base, type, done.conflicts) : done.conflicts;
    if (left.length > 0) return refuse(applyConflict(left));
    done = applied(versions, base, config, managers, who, now, ignored, true);
    if ('conflicts' in done) return fail('Conflict', 'an apply that is forced met a conflict');
  }
  const object = who.name === KUBECTL ? withLastApplied(done.object, config) : done.object;
  return ok(withManagers(object, done.managers));
}

/** What kubectl has applied itself, on the client's side, is no conflict with kubectl. */
function beyondLastApplied(live: JsonObject, type: ApplyType, conflicts: readonly Conflict[]): readonly Conflict[] {
  const last = parsed(textOf(get(live, 'metadata', 'annotations', LAST_APPLIED)));
  if (last === undefined || last['apiVersion'] !== live['apiVersion']) return conflicts;
  const { added, modified, removed } = compare(last, live, type);
  const own = fieldsOf(last, type).difference(added.union(modified).union(removed));
  return conflicts.filter(({ path }) => !own.has(path));
}
function parsed(text: string): JsonObject | undefined {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
function withLastApplied(object: JsonObject, config: JsonObject): JsonObject {
  const annotations = objectOf(get(object, 'metadata', 'annotations'));
  if (textOf(annotations[LAST_APPLIED]) === '') return object;
  const { [LAST_APPLIED]: _, ...own } = objectOf(get(config, 'metadata', 'annotations'));
  const metadata: JsonObject = { ...objectOf(config['metadata']) };
  if (isObject(metadata['annotations'])) metadata['annotations'] = own as Json;
  const text = `${JSON.stringify({ ...config, metadata })}\n`;
  return {
    ...object,
    metadata: { ...objectOf(object['metadata']), annotations: { ...annotations, [LAST_APPLIED]: text } },
  };
}
export const liveOf = (call: Call, object: object): JsonObject => asJson(convert(object, apiVersion(call.info)));
