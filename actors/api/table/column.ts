//! A column of a server-side table, and cells that many tables share.
import { get, type Json, listOf, objectOf, textOf } from '../json.ts';
import { formatSelector, selectorOf } from '../selector.ts';
import { age } from '../time.ts';
import type { LabelSelector } from '../types/meta.ts';

/** null: a custom resource has no value there. */
export type Cell = string | number | boolean | null;
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 1: only in wide output. */
  readonly priority?: number;
}
/** One kind's table: its columns, and the cells of one object in their order. */
export interface Printer {
  readonly columns: readonly Column[];
  cells(object: Json, nowMs: number): readonly Cell[];
  /** Rows that are done: kubectl hides them on request. */
  done?(object: Json): { readonly reason: string; readonly message: string } | undefined;
  /** Of rows, where it is not that of names. */
  order?(a: Json, b: Json): number;
}

const NAME_WORDS =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const AGE_WORDS =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** `Name Ready:integer Node:string:1`: `_` in a name is a space, a third part its priority. */
export const columns = (text: string): readonly Column[] =>
  text.split(/\s+/).map((word) => {
    const [name = '', type = 'string', priority] = word.split(':');
    return {
      name: name.replaceAll('_', ' '),
      type: type as Column['type'],
      ...(name === 'Name' ? { format: 'name', description: NAME_WORDS } : {}),
      ...(name === 'Age' ? { description: AGE_WORDS } : {}),
      priority: priority === undefined ? 0 : Number(priority),
    };
  });

export const NONE = '<none>';
export const UNKNOWN = '<unknown>';
export const UNSET = '<unset>';
export const nameOf = (object: Json): string => textOf(get(object, 'metadata', 'name'));
export const ageOf = (object: Json, nowMs: number): string => age(get(object, 'metadata', 'creationTimestamp'), nowMs);
export const count = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
export const sizeOf = (value: Json | undefined): number =>
  Array.isArray(value) ? value.length : Object.keys(objectOf(value)).length;
/** `a=b,c=d` by key (labels.FormatLabels). */
export function labelsText(value: Json | undefined): string {
  const entries = Object.entries(objectOf(value));
  return entries.length === 0
    ? NONE
    : entries
        .map(([key, item]) => `${key}=${item}`)
        .sort()
        .join(',');
}
export function selectorText(value: Json | undefined): string {
  const text =
    value === undefined || value === null ? '' : formatSelector(selectorOf(value as unknown as LabelSelector));
  return text === '' ? NONE : text;
}
export const containerNames = (spec: Json | undefined): string =>
  listOf(get(spec, 'containers'))
    .map((item) => textOf(get(item, 'name')))
    .join(',');
export const containerImages = (spec: Json | undefined): string =>
  listOf(get(spec, 'containers'))
    .map((item) => textOf(get(item, 'image')))
    .join(',');
/** `a,b,c + 2 more...` */
export function shortList(items: readonly string[], max: number, empty: string, separator = ','): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, max).join(separator);
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}
export const trueFalse = (value: Json | undefined): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : UNSET;
