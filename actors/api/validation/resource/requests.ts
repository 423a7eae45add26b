//! The requests of a claim by name, and the requests in them.
import { invalid } from '../../field-error.ts';
import { get, type Json, listOf, textOf } from '../../json.ts';
import type { Errors } from '../check.ts';
import { label } from './names.ts';

/** Each with those that may be used in its place. */
export type Requests = ReadonlyMap<string, ReadonlySet<string>>;
export const requestsOf = (devices: Json | undefined): Requests =>
  new Map(
    listOf(get(devices, 'requests')).map((request) => [
      textOf(get(request, 'name')),
      new Set(listOf(get(request, 'firstAvailable')).map((one) => textOf(get(one, 'name')))),
    ]),
  );
const UNKNOWN = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

export function requestReference(errors: Errors, path: string, text: string, requests: Requests): void {
  const parts = text.split('/');
  if (parts.length > 2) return void errors.push(invalid(path, text, UNKNOWN));
  for (const part of parts) label(errors, path, part);
  const [first = '', second] = parts;
  const within = requests.get(first);
  if (within === undefined || (second !== undefined && !within.has(second))) errors.push(invalid(path, text, UNKNOWN));
}
