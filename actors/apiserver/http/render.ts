//! Answers as text: itself, as a table, as metadata only; in JSON or YAML.
import { apiVersion, type ResourceInfo } from '../../api/resources.ts';
import type { Schema } from '../../api/schema.ts';
import { failure } from '../../api/status.ts';
import { type IncludeObject, SCALES, type Table, table, tableWith } from '../../api/table.ts';
import type { KubeObject, Status } from '../../api/types/meta.ts';
import type { Entry } from '../cache/entry.ts';
import type { Answer } from '../verbs/engine.ts';
import { viewOf } from '../verbs/shown.ts';
import type { Yaml } from './body.ts';
import type { Accepted } from './media.ts';

export interface Look {
  readonly accepted: Accepted;
  readonly include: IncludeObject;
  readonly pretty: boolean;
  readonly nowMs: number;
  readonly yaml: Yaml | undefined;
  /** Of the built-in kinds: what protobuf is written by. */
  readonly schema: Schema;
}
export const textOfValue = (
  value: unknown,
  { accepted, pretty, yaml }: Pick<Look, 'accepted' | 'pretty' | 'yaml'>,
): string =>
  accepted.format === 'yaml' && yaml !== undefined
    ? yaml.stringify(value)
    : pretty
      ? `${JSON.stringify(value, null, 2)}\n`
      : JSON.stringify(value);

const itself = (look: Look): boolean =>
  look.accepted.as === 'itself' && look.accepted.format === 'json' && !look.pretty;

const isOwn = (info: ResourceInfo): boolean =>
  info.storage.group === info.group && info.storage.version === info.version;
/** An entry's text in the version of `info`. */
export function textIn(info: ResourceInfo, entry: Entry): string {
  if (info.custom === undefined && isOwn(info)) return entry.text;
  const object = objectIn(info, entry);
  return object === entry.object ? entry.text : JSON.stringify(object);
}
export const objectIn = (info: ResourceInfo, entry: Entry): KubeObject =>
  info.custom === undefined && isOwn(info) ? entry.object : viewOf(info, entry);

const metaOf = ({ accepted }: Pick<Look, 'accepted'>): string => `meta.k8s.io/${accepted.version ?? 'v1'}`;
export const partial = (object: KubeObject, look: Pick<Look, 'accepted'>): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: metaOf(look),
  metadata: object.metadata,
});
const tableOf = (info: ResourceInfo, objects: readonly KubeObject[], look: Look): Table =>
  table(info, objects, look.nowMs, look.include, metaOf(look));

/** In pieces: one, but for long lists. */
export function textOfAnswer(info: ResourceInfo, answer: Answer, look: Look): readonly string[] {
  if (answer.type === 'list') return textOfList(info, answer, look);
  return [textOfOne(info, answer, look)];
}
function textOfOne(info: ResourceInfo, answer: Exclude<Answer, { type: 'list' }>, look: Look): string {
  switch (answer.type) {
    case 'status':
      return textOfValue(answer.status, look);
    case 'object': {
      if (itself(look)) return answer.entry?.text ?? JSON.stringify(answer.object);
      const { object } = answer;
      // A table has columns of this resource only.
      const own = object.kind === info.kind;
      const scale = object.kind === 'Scale' && info.custom === undefined;
      if (look.accepted.as === 'table' && (own || scale)) {
        const made = scale
          ? tableWith(SCALES, [object], look.nowMs, look.include, metaOf(look))
          : tableOf(info, [object], look);
        return textOfValue({ ...made, metadata: { resourceVersion: object.metadata.resourceVersion } }, look);
      }
      return textOfValue(look.accepted.as === 'partial' && own ? partial(object, look) : object, look);
    }
  }
}
const listKind = (info: ResourceInfo): string => info.custom?.listKind ?? `${info.kind}List`;
const PIECE_ITEMS = 1_000;
type List = Extract<Answer, { type: 'list' }>;
const metadataOf = (list: List): object => ({
  resourceVersion: String(list.revision),
  ...(list.continue === undefined ? {} : { continue: list.continue }),
  ...(list.remaining === undefined ? {} : { remainingItemCount: list.remaining }),
});
/** A list but for its items. */
export const listHead = (info: ResourceInfo, list: List, look: Look): object =>
  look.accepted.as === 'partial'
    ? { kind: 'PartialObjectMetadataList', apiVersion: metaOf(look), metadata: metadataOf(list) }
    : { kind: listKind(info), apiVersion: apiVersion(info), metadata: metadataOf(list) };
function textOfList(info: ResourceInfo, list: List, look: Look): readonly string[] {
  if (itself(look)) {
    const head = JSON.stringify(listHead(info, list, look));
    const pieces: string[] = [];
    for (let at = 0; at < list.items.length; at += PIECE_ITEMS)
      pieces.push(
        list.items
          .slice(at, at + PIECE_ITEMS)
          .map((entry) => textIn(info, entry))
          .join(','),
      );
    const last = pieces.pop() ?? '';
    const before = `${head.slice(0, -1)},"items":[`;
    if (pieces.length === 0) return [`${before}${last}]}\n`];
    return [before, ...pieces.map((piece) => `${piece},`), `${last}]}\n`];
  }
  const objects = list.items.map((entry) => objectIn(info, entry));
  return [textOfValue(listIn(info, objects, list, look), look)];
}
function listIn(info: ResourceInfo, objects: readonly KubeObject[], list: List, look: Look): object {
  switch (look.accepted.as) {
    case 'table':
      return { ...tableOf(info, objects, look), metadata: metadataOf(list) };
    case 'partial':
      return { ...listHead(info, list, look), items: objects.map((object) => partial(object, look)) };
    case 'itself':
      return { ...listHead(info, list, look), items: objects };
  }
}

/** What is inside one watch event. `headless`: the client has a table's columns already. */
export function textOfEvent(info: ResourceInfo, entry: Entry, look: Look, headless: boolean): string {
  if (look.accepted.as === 'itself') return textIn(info, entry);
  const object = objectIn(info, entry);
  if (look.accepted.as === 'partial') return JSON.stringify(partial(object, look));
  const made = tableOf(info, [object], look);
  const metadata = { resourceVersion: String(entry.revision) };
  return JSON.stringify({ ...made, metadata, ...(headless ? { columnDefinitions: null } : {}) });
}
export function bookmarkOf(info: ResourceInfo, revision: number, initialEnd: boolean, look: Look): object {
  const metadata = {
    resourceVersion: String(revision),
    ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
  if (look.accepted.as === 'table') {
    const object = { kind: 'PartialObjectMetadata', apiVersion: metaOf(look), metadata };
    const { columnDefinitions: _, ...made } = tableOf(info, [], look);
    return { ...made, metadata, columnDefinitions: null, rows: [{ cells: [], object }] };
  }
  if (look.accepted.as === 'partial') return { kind: 'PartialObjectMetadata', apiVersion: metaOf(look), metadata };
  return { kind: info.kind, apiVersion: apiVersion(info), metadata };
}

/** What cannot be turned into what was asked for (handlers/response.go). */
export function turnRefusal(info: ResourceInfo, verb: string, { as, list }: Accepted): Status | undefined {
  if (as !== 'partial' || list === (verb === 'list')) return undefined;
  const type = `*${info.group.split('.')[0] || 'core'}.${info.kind}`;
  return failure(
    406,
    'NotAcceptable',
    list
      ? `you requested PartialObjectMetadataList, but the requested object is not a list (${type})`
      : `you requested PartialObjectMetadata, but the requested object is a list (${type}List)`,
  );
}
