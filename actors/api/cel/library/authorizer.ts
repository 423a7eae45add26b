//! `authorizer`: whether somebody may do something (k8s.io/apiserver/pkg/cel/library/authz.go).
import { Failure, Pending } from '../failure.ts';
import { define, type Overload } from '../overload.ts';
import { Opaque } from '../value.ts';

export interface Who {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}
/** A question to the authorizer: of a path, or of a resource. */
export interface Check {
  readonly user: Who;
  readonly verb: string;
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** '' when the authorizer could decide. */
  readonly error: string;
}
export const keyOfCheck = (check: Check): string => JSON.stringify(check);

export class Authorizer extends Opaque {
  override readonly typeName = 'kubernetes.authorization.Authorizer';
  readonly user: Who;
  readonly #known: ReadonlyMap<string, Decision>;
  constructor(known: ReadonlyMap<string, Decision>, user: Who) {
    super();
    this.#known = known;
    this.user = user;
  }
  as(user: Who): Authorizer {
    return new Authorizer(this.#known, user);
  }
  ask(check: Omit<Check, 'user'>): DecisionValue {
    const question = { user: this.user, ...check };
    const decision = this.#known.get(keyOfCheck(question));
    if (decision === undefined) throw new Pending(question);
    return new DecisionValue(decision);
  }
  override equals(other: Opaque): boolean {
    return this === other;
  }
}
class PathCheck extends Opaque {
  override readonly typeName = 'kubernetes.authorization.PathCheck';
  readonly authorizer: Authorizer;
  readonly path: string;
  constructor(authorizer: Authorizer, path: string) {
    super();
    this.authorizer = authorizer;
    this.path = path;
  }
  override equals(other: Opaque): boolean {
    return this === other;
  }
}
class GroupCheck extends Opaque {
  override readonly typeName = 'kubernetes.authorization.GroupCheck';
  readonly authorizer: Authorizer;
  readonly group: string;
  constructor(authorizer: Authorizer, group: string) {
    super();
    this.authorizer = authorizer;
    this.group = group;
  }
  override equals(other: Opaque): boolean {
    return this === other;
  }
}
type ResourceParts = Omit<Check, 'user' | 'verb' | 'path'>;
export class ResourceCheck extends Opaque {
  override readonly typeName = 'kubernetes.authorization.ResourceCheck';
  readonly authorizer: Authorizer;
  readonly parts: ResourceParts;
  constructor(authorizer: Authorizer, parts: ResourceParts) {
    super();
    this.authorizer = authorizer;
    this.parts = parts;
  }
  with(parts: ResourceParts): ResourceCheck {
    return new ResourceCheck(this.authorizer, { ...this.parts, ...parts });
  }
  override equals(other: Opaque): boolean {
    return this === other;
  }
}
class DecisionValue extends Opaque {
  override readonly typeName = 'kubernetes.authorization.Decision';
  readonly decision: Decision;
  constructor(decision: Decision) {
    super();
    this.decision = decision;
  }
  override equals(other: Opaque): boolean {
    return this === other;
  }
}
const AUTHORIZER = 'kubernetes.authorization.Authorizer';
const PATH = 'kubernetes.authorization.PathCheck';
const GROUP = 'kubernetes.authorization.GroupCheck';
const RESOURCE = 'kubernetes.authorization.ResourceCheck';
const DECISION = 'kubernetes.authorization.Decision';
/** authz.go: a check costs as much as 350,000 steps. */
const COSTLY = { cost: (): number => 350_000 };

function serviceAccount(a: Authorizer, namespace: string, name: string): Authorizer {
  if (!NAME.test(name)) throw new Failure(`Invalid service account name`);
  if (!NAME.test(namespace)) throw new Failure(`Invalid service account namespace`);
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return a.as({ name: `system:serviceaccount:${namespace}:${name}`, groups });
}
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

export const AUTHORIZATION: readonly Overload[] = [
  define(`${AUTHORIZER}.path(string): ${PATH}`, (a: Authorizer, path: string) => {
    if (path === '') throw new Failure('path must not be empty');
    return new PathCheck(a, path);
  }),
  define(`${AUTHORIZER}.group(string): ${GROUP}`, (a: Authorizer, group: string) => new GroupCheck(a, group)),
  define(`${AUTHORIZER}.serviceAccount(string, string): ${AUTHORIZER}`, serviceAccount),
  define(`${GROUP}.resource(string): ${RESOURCE}`, (group: GroupCheck, resource: string) => {
    if (resource === '') throw new Failure('resource must not be empty');
    return new ResourceCheck(group.authorizer, { group: group.group, resource });
  }),
  ...(['subresource', 'namespace', 'name', 'fieldSelector', 'labelSelector'] as const).map((part) =>
    define(`${RESOURCE}.${part}(string): ${RESOURCE}`, (check: ResourceCheck, text: string) =>
      check.with({ [part]: text }),
    ),
  ),
  define(
    `${RESOURCE}.check(string): ${DECISION}`,
    ({ authorizer, parts }: ResourceCheck, verb: string) => authorizer.ask({ verb, ...parts }),
    COSTLY,
  ),
  define(
    `${PATH}.check(string): ${DECISION}`,
    ({ authorizer, path }: PathCheck, verb: string) => authorizer.ask({ verb, path }),
    COSTLY,
  ),
  define(`${DECISION}.allowed(): bool`, ({ decision }: DecisionValue) => decision.allowed && decision.error === ''),
  define(`${DECISION}.reason(): string`, ({ decision }: DecisionValue) => decision.reason),
  define(`${DECISION}.errored(): bool`, ({ decision }: DecisionValue) => decision.error !== ''),
  define(`${DECISION}.error(): string`, ({ decision }: DecisionValue) => decision.error),
];
