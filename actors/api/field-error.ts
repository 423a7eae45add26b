//! One thing wrong with one field, in the words of k8s.io/apimachinery/pkg/util/validation/field.
import { isObject, type Json } from './json.ts';

export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Duplicate'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'NotFound'
  | 'TypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly type: FieldErrorType;
  /** `spec.template.spec.containers[0].image` */
  readonly field: string;
  readonly value?: Json | undefined;
  readonly detail: string;
  /** The message does not show it: it is large (field.OmitValueType). */
  readonly valueOmitted?: boolean;
  /** What the message shows instead of the value's JSON, where kube-apiserver prints a structure of its own. */
  readonly shown?: string;
}

/** What stands before the value (field.ErrorType.String) and the `reason` of a Status cause (metav1.CauseType). */
const WORDS: Readonly<Record<FieldErrorType, readonly [title: string, cause: string]>> = {
  Required: ['Required value', 'FieldValueRequired'],
  Invalid: ['Invalid value', 'FieldValueInvalid'],
  NotSupported: ['Unsupported value', 'FieldValueNotSupported'],
  Duplicate: ['Duplicate value', 'FieldValueDuplicate'],
  Forbidden: ['Forbidden', 'FieldValueForbidden'],
  TooLong: ['Too long', 'FieldValueTooLong'],
  TooMany: ['Too many', 'FieldValueTooMany'],
  NotFound: ['Not found', 'FieldValueNotFound'],
  TypeInvalid: ['Invalid value', 'FieldValueTypeInvalid'],
  InternalError: ['Internal error', 'InternalError'],
};
const WITHOUT_VALUE: ReadonlySet<FieldErrorType> = new Set(['Required', 'Forbidden', 'TooLong', 'InternalError']);

export const causeOf = (error: FieldError): string => WORDS[error.type][1];
/** `Invalid value: -1: must be ...`: the message of a Status cause. */
export function bodyOf(error: FieldError): string {
  const title = WORDS[error.type][0];
  const value = error.shown ?? valueText(error.value);
  const body = WITHOUT_VALUE.has(error.type) || error.valueOmitted ? title : `${title}: ${value}`;
  return error.detail === '' ? body : `${body}: ${error.detail}`;
}
export const textOfError = (error: FieldError): string => `${error.field}: ${bodyOf(error)}`;

function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'object') return JSON.stringify(value, inOrder);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
/** First fields of structs of which all fields are texts, in Go's own names. */
const STRUCT_FIRST: ReadonlySet<string> = new Set(['Driver', 'Group']);
/** As Go prints them: the keys of a map sorted, a selector's labels before its expressions, a struct as it is. */
function inOrder(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  if (STRUCT_FIRST.has(entries[0]?.[0] ?? '')) return value;
  if (entries.every(([, item]) => typeof item === 'string')) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  else if (entries[0]?.[0] === 'matchExpressions') entries.reverse();
  return Object.fromEntries(entries);
}

export const required = (field: string, detail = ''): FieldError => ({ type: 'Required', field, detail });
export const invalid = (field: string, value: Json | undefined, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  value,
  detail,
});
export const forbidden = (field: string, detail: string): FieldError => ({ type: 'Forbidden', field, detail });
export const duplicate = (field: string, value: Json | undefined): FieldError => ({
  type: 'Duplicate',
  field,
  value,
  detail: '',
});
export const notFound = (field: string, value: Json | undefined): FieldError => ({
  type: 'NotFound',
  field,
  value,
  detail: '',
});
/** `supported` in the order in which Kubernetes tells them: most, not all, are sorted. */
export const notSupported = (field: string, value: Json | undefined, supported: readonly string[]): FieldError => ({
  type: 'NotSupported',
  field,
  value,
  detail: supported.length === 0 ? '' : `supported values: ${supported.map((x) => JSON.stringify(x)).join(', ')}`,
});
export const tooLong = (field: string, maxBytes: number): FieldError => ({
  type: 'TooLong',
  field,
  detail: `may not be more than ${maxBytes} bytes`,
});
export const tooMany = (field: string, actual: number, max: number): FieldError => ({
  type: 'TooMany',
  field,
  value: actual,
  detail: `must have at most ${max} items`,
});
