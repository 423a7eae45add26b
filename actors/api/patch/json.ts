//! JSON Patch, RFC 6902. Words of github.com/evanphx/json-patch, wrapped as an API server wraps them.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { cannotUnmarshal, copy, equal, isObject, type Json, put } from '../json.ts';
import { failure } from '../status.ts';

/** rest.go: more operations are refused. */
const OPERATIONS_MAX = 10_000;

class PatchError extends Error {}

export function applyJsonPatch(object: Json, operations: unknown): Result<Json> {
  if (!Array.isArray(operations)) {
    return fail('BadRequest', `error decoding patch: ${cannotUnmarshal(operations, '[]handlers.jsonPatchOp')}`);
  }
  if (operations.length > OPERATIONS_MAX) {
    return fail(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${operations.length}`,
    );
  }
  try {
    // The document may be changed in place from here on: it is a copy.
    let document = copy(object);
    for (const operation of operations) document = apply(document, operation);
    return ok(document);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    // errors.NewGenericServerResponse(422, ...) in the patch handler: clients are not told which operation it was.
    const message = 'the server rejected our request due to an error in our request';
    return fail('Invalid', error.message, failure(422, 'Invalid', message, {}));
  }
}

function apply(document: Json, operation: unknown): Json {
  if (!isObject(operation)) throw new PatchError('Unexpected kind: unknown');
  const { op, path, from, value } = operation;
  if (typeof op !== 'string' || !Object.hasOwn(OPERATIONS, op))
    throw new PatchError(`Unexpected kind: ${op ?? 'unknown'}`);
  if (typeof path !== 'string') throw new PatchError(`${op} operation does not apply: missing path`);
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') {
    throw new PatchError(`${op} operation failed to decode from: missing from`);
  }
  if ((op === 'add' || op === 'replace') && value === undefined) {
    throw new PatchError(`${op} operation does not apply: missing value`);
  }
  return (OPERATIONS[op] as Operation)(document, path, value ?? null, String(from ?? ''));
}
type Operation = (document: Json, path: string, value: Json, from: string) => Json;
const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: (document, path, value) => add(document, path, copy(value), 'add'),
  remove: (document, path) => remove(document, path, 'remove'),
  replace: (document, path, value) => {
    if (path === '') return copy(value);
    if (read(document, path, 'replace') === undefined) {
      throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    }
    const [parent, key] = parentOf(document, path, 'replace');
    if (Array.isArray(parent)) parent[index(key, parent.length - 1, 'replace', path)] = copy(value);
    else put(parent, key, copy(value));
    return document;
  },
  move: (document, path, _value, from) => {
    if (path.startsWith(`${from}/`)) throw new PatchError(`move operation does not apply: ${path} is inside ${from}`);
    const moved = read(document, from, 'move');
    if (moved === undefined) throw missing('move', from);
    return add(remove(document, from, 'move'), path, moved, 'move');
  },
  copy: (document, path, _value, from) => {
    const copied = read(document, from, 'copy');
    if (copied === undefined) throw missing('copy', from);
    return add(document, path, copy(copied), 'copy');
  },
  test: (document, path, value) => {
    const found = read(document, path, 'test');
    // An absent value equals null, as in evanphx/json-patch.
    if (!equal(found ?? null, value)) throw new PatchError(`testing value ${path} failed: test failed`);
    return document;
  },
};

const missing = (op: string, path: string): PatchError =>
  new PatchError(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
const steps = (path: string, op: string): string[] => {
  if (path === '') return [];
  if (!path.startsWith('/')) throw missing(op, path);
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
};
function index(key: string, max: number, op: string, path: string): number {
  const negative = /^-[1-9]\d*$/.test(key);
  const value = negative ? max + 1 + Number(key) : Number(key);
  if (!/^-?(?:0|[1-9]\d*)$/.test(key) || value > max || value < 0) {
    throw new PatchError(
      `${op} operation does not apply: doc is missing path: "${path}": Unable to access invalid index: ${key}: invalid index referenced`,
    );
  }
  return value;
}
function parentOf(document: Json, path: string, op: string): [parent: Json[] | { [key: string]: Json }, key: string] {
  const all = steps(path, op);
  const key = all.pop() ?? '';
  let at: Json | undefined = document;
  for (const step of all) {
    if (Array.isArray(at)) at = at[index(step, at.length - 1, op, path)];
    else if (isObject(at) && Object.hasOwn(at, step)) at = at[step];
    else throw missing(op, path);
  }
  if (typeof at !== 'object' || at === null) throw missing(op, path);
  return [at, key];
}
function read(document: Json, path: string, op: string): Json | undefined {
  if (path === '') return document;
  const [parent, key] = parentOf(document, path, op);
  if (Array.isArray(parent)) return key === '-' ? undefined : parent[index(key, parent.length - 1, op, path)];
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}
function add(document: Json, path: string, value: Json, op: string): Json {
  if (path === '') return value;
  const [parent, key] = parentOf(document, path, op);
  if (!Array.isArray(parent)) put(parent, key, value);
  else if (key === '-') parent.push(value);
  else parent.splice(index(key, parent.length, op, path), 0, value);
  return document;
}
function remove(document: Json, path: string, op: string): Json {
  if (path === '') return null;
  const [parent, key] = parentOf(document, path, op);
  if (Array.isArray(parent)) parent.splice(index(key, parent.length - 1, op, path), 1);
  else if (!Object.hasOwn(parent, key)) throw missing(op, path);
  else delete parent[key];
  return document;
}
