//! Create: the object decoded, admitted, named, prepared, checked and stored where nothing was.
import { ok, type Result } from '../../../runtime/fault.ts';
import { suffix, uuid } from '../../../runtime/random.ts';
import type { Task } from '../../../runtime/task.ts';
import { asJson, type JsonObject, objectOf, textOf } from '../../api/json.ts';
import { alreadyExists, badRequest, generateNameConflict, methodNotAllowed } from '../../api/status.ts';
import { prepareForCreate } from '../../api/strategy.ts';
import { timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { warningsOf } from '../../api/warnings.ts';
import { type Attributes, attributesOf } from '../admission/attributes.ts';
import { mutate, validate } from '../admission/chain.ts';
import { Entry } from '../cache/entry.ts';
import { present, toStorage } from '../catalog/conversion.ts';
import { encodeValue } from '../protocol.ts';
import { besideCreate, lostRace } from '../service/allocate.ts';
import { keyOfObject } from '../storage/streams.ts';
import { decodeObject, revisionGiven } from './body.ts';
import { type Answer, type Call, type Engine, refuse } from './engine.ts';
import { manage } from './manage.ts';
import { answerOf } from './shown.ts';
import { validateCreate, warn } from './validate.ts';
import { type Created, insert } from './write.ts';

const TERMINATING = 'create not allowed while custom resource definition is terminating';
const NAMES_TRIED = 8;
/** validation.MaxNameLength less the five that are drawn. */
const BASE_MAX = 58;

export function* create(engine: Engine, call: Call): Task<Result<Answer>> {
  if (call.info.custom?.terminating) return refuse({ ...methodNotAllowed(call.info, 'create'), message: TERMINATING });
  const decoded = decodeObject(engine, call, call.request.body);
  if (!decoded.ok) return decoded;
  if (revisionGiven(decoded.value) !== '')
    return refuse(badRequest('resourceVersion should not be set on objects to be created'));
  return yield* createAs(engine, call, decoded.value);
}
/** An object that is decoded and has its defaults. */
export function* createAs(engine: Engine, call: Call, object: JsonObject): Task<Result<Answer>> {
  const admitted = yield* mutate(engine, attributesOf(call, 'CREATE', { object }));
  if (!admitted.ok) return admitted;
  return yield* store(engine, call, admitted.value);
}

/** What the mutating phase has let through. */
export function* store(engine: Engine, call: Call, attributes: Attributes): Task<Result<Answer>> {
  const given = objectOf(attributes.object);
  const metadata = objectOf(given['metadata']);
  const base = textOf(metadata['generateName']);
  const generated = textOf(metadata['name']) === '' && base !== '';
  const made = {
    ...metadata,
    uid: uuid(engine.random),
    creationTimestamp: timestamp(engine.clock.now()),
  };
  const avoid = new Set<string>();
  let races = 0;
  for (let attempt = 0; ; attempt++) {
    const name = generated ? `${base.slice(0, BASE_MAX)}${suffix(engine.random)}` : textOf(metadata['name']);
    const fresh = prepareForCreate(call.info, { ...given, metadata: { ...made, name } });
    // An apply has said already who owns what.
    const prepared = call.request.patchType === 'apply' ? fresh : manage(engine, call, undefined, fresh);
    const beside = yield* besideCreate(engine, call, prepared, avoid);
    if (!beside.ok) return beside;
    const object = beside.value.object as unknown as KubeObject;
    const refusal = validateCreate(call, object);
    if (refusal !== undefined) return refuse(refusal);
    warn(call, warningsOf(call.info, object, given));
    const allowed = yield* validate(engine, { ...attributes, name, object: asJson(object) });
    if (!allowed.ok) return allowed;
    const kept = yield* toStorage(engine, call, object);
    if (!kept.ok) return kept;
    const done: Result<Created> = call.request.options.dryRun
      ? yield* pretend(engine, call, kept.value)
      : yield* insert(engine, call, kept.value, beside.value.beside, attempt);
    if (!done.ok) return done;
    if ('entry' in done.value) {
      const shown = yield* present(engine, call.info, [done.value.entry]);
      return shown.ok ? ok(answerOf(call, done.value.entry, 201)) : shown;
    }
    const { exists, taken } = done.value;
    if (exists === null) {
      const lost = lostRace(prepared, object, taken, ++races);
      if (lost !== undefined) return lost;
      for (const key of taken) avoid.add(key);
    } else if (!generated) return refuse(alreadyExists(call.info, name));
    else if (attempt + 1 >= NAMES_TRIED) return refuse(generateNameConflict(call.info, name));
  }
}

function* pretend(engine: Engine, call: Call, object: KubeObject): Task<Result<Created>> {
  const key = keyOfObject(call.info.storage, object);
  const there = yield* engine.store.get(key, call.deadline);
  if (!there.ok) return there;
  if (there.value !== undefined) return ok({ exists: there.value, taken: [] });
  return ok({ entry: Entry.of(key, encodeValue(object), 0) });
}
