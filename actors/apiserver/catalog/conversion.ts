//! Versions of custom resources that a webhook turns into each other (ConversionReview v1).
import { ok, type Result } from '../../../runtime/fault.ts';
import { uuid } from '../../../runtime/random.ts';
import type { Task } from '../../../runtime/task.ts';
import { asJson, get, isObject, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { apiVersion, type ResourceInfo } from '../../api/resources.ts';
import { internalError } from '../../api/status.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Entry } from '../cache/entry.ts';
import { callOutside, type Destination } from '../outside.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';

const TIMEOUT_MS = 30_000;
/** Objects in one question. */
const AT_ONCE = 500;

/** Afterwards `viewOf` knows these entries in the version of `info`. */
export function* present(engine: Engine, info: ResourceInfo, entries: readonly Entry[]): Task<Result<void>> {
  const { custom } = info;
  if (custom?.conversion === undefined) return ok(undefined);
  const others = entries.filter((entry) => needsConversion(info, entry));
  for (let from = 0; from < others.length; from += AT_ONCE) {
    const some = others.slice(from, from + AT_ONCE);
    const done = yield* ask(
      engine,
      info,
      some.map((entry) => asJson(entry.object)),
      apiVersion(info),
    );
    if (!done.ok) return done;
    some.forEach((entry, i) => {
      custom.shown.set(entry, custom.fill(done.value[i] as JsonObject));
    });
  }
  return ok(undefined);
}
export const needsConversion = (info: ResourceInfo, entry: Entry): boolean =>
  info.custom?.conversion !== undefined &&
  entry.object.apiVersion !== apiVersion(info) &&
  !info.custom.shown.has(entry);

/** The object of a request in the version in which it is kept. */
export function* toStorage(engine: Engine, { info }: Call, object: KubeObject): Task<Result<KubeObject>> {
  const wanted = apiVersion({ group: info.storage.group, version: info.storage.version });
  if (info.custom?.conversion === undefined || object.apiVersion === wanted) return ok(object);
  const done = yield* ask(engine, info, [asJson(object)], wanted);
  return done.ok ? ok(done.value[0] as unknown as KubeObject) : done;
}

function* ask(
  engine: Engine,
  info: ResourceInfo,
  objects: readonly JsonObject[],
  desired: string,
): Task<Result<readonly JsonObject[]>> {
  const client = info.custom?.conversion?.clientConfig ?? {};
  const uid = uuid(engine.random);
  const review = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    request: { uid, desiredAPIVersion: desired, objects },
  };
  const caBundle = textOf(client['caBundle']);
  const answer = yield* callOutside(
    engine,
    {
      to: destinationOf(client),
      query: `timeout=${TIMEOUT_MS / 1_000}s`,
      ...(caBundle === '' ? {} : { caBundle }),
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(review),
      timeoutMs: TIMEOUT_MS,
    },
    engine.clock.now() + TIMEOUT_MS,
  );
  const failed = (why: string) =>
    refuse(
      internalError(`conversion webhook for ${textOf(objects[0]?.['apiVersion'])}, Kind=${info.kind} failed: ${why}`),
    );
  if (!answer.ok) return failed(answer.fault.message);
  if (answer.value.code !== 200) return failed(`the server answered ${answer.value.code}`);
  const converted = convertedOf(answer.value.body, uid, objects, desired);
  return typeof converted === 'string' ? failed(converted) : ok(converted);
}
function destinationOf(client: JsonObject): Destination {
  const url = textOf(client['url']);
  if (url !== '') return { url };
  const { namespace, name, port, path } = objectOf(client['service']);
  return {
    service: {
      namespace: textOf(namespace),
      name: textOf(name),
      ...(typeof port === 'number' ? { port } : {}),
      ...(typeof path === 'string' ? { path } : {}),
    },
  };
}

/** The objects, or what is wrong with the answer (apiserver/conversion/webhook_converter.go). */
function convertedOf(
  body: string,
  uid: string,
  given: readonly JsonObject[],
  desired: string,
): readonly JsonObject[] | string {
  let review: unknown;
  try {
    review = JSON.parse(body);
  } catch {
    return 'the answer is no JSON';
  }
  const response = get(review, 'response');
  if (get(response, 'uid') !== uid) return `expected response.uid="${uid}", got "${textOf(get(response, 'uid'))}"`;
  if (get(response, 'result', 'status') !== 'Success')
    return textOf(get(response, 'result', 'message')) || 'response.result.status was not Success';
  const objects = listOf(get(response, 'convertedObjects'));
  if (objects.length !== given.length) return `expected ${given.length} converted objects, got ${objects.length}`;
  const result: JsonObject[] = [];
  for (const [i, object] of objects.entries()) {
    const before = given[i] as JsonObject;
    if (!isObject(object) || object['apiVersion'] !== desired || object['kind'] !== before['kind'])
      return `invalid converted object at index ${i}: invalid groupVersion (expected ${desired})`;
    for (const name of ['name', 'namespace', 'uid'])
      if (get(object, 'metadata', name) !== get(before, 'metadata', name))
        return `invalid metadata of object at index ${i}: ${name} must not be changed`;
    // A webhook changes labels and annotations, and nothing else of the metadata.
    const { labels: _, annotations: _1, ...kept } = objectOf(before['metadata']);
    const { labels, annotations } = objectOf(object['metadata']);
    result.push({
      ...object,
      metadata: {
        ...kept,
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      },
    });
  }
  return result;
}
