//! What the authorizer of expressions has decided, for one request. Expressions cannot wait: one that needs a
//! decision that is not there yet ends, the decision is made, and it is evaluated again.
import type { Task } from '../../../../runtime/task.ts';
import {
  Authorizer,
  type Check,
  type Decision,
  keyOfCheck,
  ResourceCheck,
} from '../../../api/cel/library/authorizer.ts';
import type { Engine } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import type { Invocation } from '../matching.ts';
import { authorized } from './authorize.ts';

export class Decisions {
  readonly authorizer: Authorizer;
  readonly requestResource: ResourceCheck;
  readonly #known = new Map<string, Decision>();
  readonly #engine: Engine;
  readonly #attributes: Attributes;
  constructor(engine: Engine, attributes: Attributes, { resource }: Invocation) {
    this.#engine = engine;
    this.#attributes = attributes;
    const { request } = attributes.call;
    this.authorizer = new Authorizer(this.#known, request.user);
    this.requestResource = new ResourceCheck(this.authorizer, {
      group: resource.group,
      resource: resource.resource,
      subresource: request.subresource,
      namespace: request.namespace,
      name: attributes.name,
    });
  }
  *decide(question: object): Task<void> {
    const check = question as Check;
    const decision = yield* authorized(this.#engine, check, this.#attributes.call.deadline);
    this.#known.set(keyOfCheck(check), decision);
  }
}
