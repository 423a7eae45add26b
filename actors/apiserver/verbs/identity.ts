//! What a body says of its kind, and what it is refused with when that is another, in the words of kube-apiserver.
import { ok, type Result } from '../../../runtime/fault.ts';
import { invalid } from '../../api/field-error.ts';
import { cannotUnmarshal, goType, isObject, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { definitionOf, type Schema } from '../../api/schema.ts';
import { badRequest, invalid as invalidObject } from '../../api/status.ts';
import { refuse } from './engine.ts';

export interface Expected {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
export const versionOf = ({ group, version }: Expected): string => (group === '' ? version : `${group}/${version}`);

/** The body with kind and version. A built-in kind may leave them out, a custom resource may not. */
export function identified(schema: Schema, body: unknown, expected: Expected, custom: boolean): Result<JsonObject> {
  const wanted = versionOf(expected);
  const given = body === null && !custom ? {} : body;
  if (!isObject(given)) {
    const why = body === null ? "Object 'Kind' is missing in 'null'" : unreadable(body);
    return unrecognized(expected.kind, why, body);
  }
  const { kind = '', apiVersion = '' } = given;
  for (const [field, value] of Object.entries({ kind, apiVersion })) {
    if (typeof value === 'string' || value === null) continue;
    const why = `json: cannot unmarshal ${goType(value)} into Go struct field .${field} of type string`;
    return unrecognized(expected.kind, `couldn't get version/kind; json parse error: ${why}`, body);
  }
  const version = String(apiVersion ?? '');
  if (version.split('/').length > 2)
    return unrecognized(expected.kind, `unexpected GroupVersion string: ${version}`, body);
  if (custom) return customIdentity(given, version, expected);
  const problem = kindProblem(schema, version || wanted, String(kind ?? '') || expected.kind, expected);
  return problem === undefined
    ? ok({ ...given, kind: expected.kind, apiVersion: wanted })
    : refuse(badRequest(problem));
}
/** Of a known kind no way leads to the wanted one. */
function kindProblem(schema: Schema, apiVersion: string, kind: string, expected: Expected): string | undefined {
  if (apiVersion === versionOf(expected) && kind === expected.kind) return undefined;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const words = `${kind} in version "${version}" cannot be handled as a ${expected.kind}`;
  return definitionOf(schema, apiVersion, kind) === undefined
    ? `${words}: no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
    : `${words}: converting (${version}.${kind}) to (${internalPackage(expected.group)}.${expected.kind}): unknown conversion`;
}
/** Where kube-apiserver keeps the kinds of a group. */
const internalPackage = (group: string): string =>
  group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? group);

function customIdentity(body: JsonObject, version: string, expected: Expected): Result<JsonObject> {
  const kind = textOf(body['kind']);
  const wanted = versionOf(expected);
  if (kind === '') return unrecognized(expected.kind, `Object 'Kind' is missing in '${JSON.stringify(body)}'`, body);
  if (version !== wanted) {
    const words = `the API version in the data (${version}) does not match the expected API version (${wanted})`;
    return refuse(badRequest(words));
  }
  if (kind === expected.kind) return ok(body);
  const name = textOf(objectOf(body['metadata'])['name']);
  return refuse(
    invalidObject({ group: expected.group, kind }, name, [invalid('kind', kind, `must be ${expected.kind}`)]),
  );
}

const unrecognized = (kind: string, why: string, body: unknown): Result<never> =>
  refuse(badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`));
/** What is no object at all. */
export function unreadable(body: unknown): string {
  const why =
    body === undefined
      ? 'unexpected end of JSON input'
      : cannotUnmarshal(
          body,
          'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
        );
  return `couldn't get version/kind; json parse error: ${why}`;
}
/** The beginning of what was sent (apiserver's summarizeData). */
const SUMMARY = 30;
function summary(body: unknown): string {
  if (body === undefined) return '<empty>';
  const text = JSON.stringify(body);
  const cut = text.slice(0, SUMMARY);
  const shown = text.startsWith('{')
    ? cut
    : [...Buffer.from(cut)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.length > SUMMARY ? `${shown} ...` : shown;
}
