//! One rule of admission: the shape that all of them have.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, type JsonObject, textOf } from '../../api/json.ts';
import { forbidden } from '../../api/status.ts';
import { type Engine, type Refused, refuse } from '../verbs/engine.ts';
import type { Attributes } from './attributes.ts';

export interface Plugin {
  /** As `--enable-admission-plugins` of kube-apiserver calls it. */
  readonly name: string;
  handles(a: Attributes): boolean;
  /** The object as it should be; undefined: as it is. It may run twice for one request and must then add nothing. */
  mutate?(engine: Engine, a: Attributes): Task<Result<JsonObject | undefined>>;
  validate?(engine: Engine, a: Attributes): Task<Result<void>>;
}

/** 403 in the words of k8s.io/apiserver/pkg/admission NewForbidden. */
export function forbid(a: Attributes, why: string): Refused {
  const generated = get(a.object, 'metadata', 'generateName');
  return refuse(forbidden(a.call.info, a.name || textOf(generated) || 'Unknown', why));
}
/** A step that has nothing to wait for. */
export function* done<T>(value: T): Task<Result<T>> {
  return ok(value);
}
