//! What is written of one request, stage by stage: audit.k8s.io/v1 Event (k8s.io/apiserver/pkg/audit).
import { asJson, get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../api/json.ts';
import { microTime } from '../../api/time.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Action } from '../access/rule.ts';
import type { HttpRequest } from '../http/message.ts';
import type { User } from '../protocol.ts';
import { type AuditPolicy, type Decided, decide, type Stage } from './policy.ts';

const AGENT_MAX = 1_024;

/** Where events go. */
export interface Auditing {
  readonly policy: AuditPolicy;
  write(event: JsonObject): void;
}
export interface Asked {
  readonly id: string;
  readonly url: string;
  readonly action: Action;
  readonly agent: string;
  readonly sources: readonly string[];
}

export class AuditRecord {
  readonly #auditing: Auditing;
  readonly #asked: Asked;
  readonly #now: () => number;
  readonly #receivedAt: number;
  /** By the rule that is about him who has asked. Undefined: nobody has looked yet. */
  #decided: Decided | undefined;
  #user: User | undefined;
  #impersonated: User | undefined;
  #object: JsonObject = {};
  #request: Json | undefined;
  #response: Json | undefined;
  #status: JsonObject | undefined;
  #completed = false;
  readonly annotations = new Map<string, string>();
  constructor(auditing: Auditing, asked: Asked, now: () => number) {
    this.#auditing = auditing;
    this.#asked = asked;
    this.#now = now;
    this.#receivedAt = now();
  }

  /** It is known who asks. */
  received(user: User): void {
    if (this.#decided !== undefined) return;
    this.#user = user;
    this.#decided = decide(this.#auditing.policy, user, this.#asked.action);
    this.#write('RequestReceived');
  }
  /** Without a rule that would be worth telling. */
  allowed(): void {
    this.decided(true, '');
  }
  decided(allowed: boolean, reason: string): void {
    this.annotations.set('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    this.annotations.set('authorization.k8s.io/reason', reason);
  }
  impersonates(user: User): void {
    if (user !== this.#user) this.#impersonated = user;
  }
  /** The body, as it was sent. */
  request(body: unknown): void {
    const metadata = objectOf(get(body, 'metadata'));
    this.#object = Object.fromEntries(
      ['name', 'uid', 'resourceVersion'].flatMap((key) =>
        typeof metadata[key] === 'string' ? [[key, metadata[key]]] : [],
      ),
    );
    if (this.#is('Request', 'RequestResponse')) this.#request = this.#shown(body);
  }
  response(make: () => unknown): void {
    if (this.#is('RequestResponse')) this.#response = this.#shown(make());
  }
  failed({ status, message, reason, details, code }: Status): void {
    this.#status = asJson({ metadata: {}, status, message, reason, details, code });
    this.response(() => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status, message, reason, details, code }));
  }
  /** Before there was anything to answer. */
  refused(status: Status): void {
    this.failed(status);
    this.complete(status.code ?? 500);
  }
  started(code: number): void {
    this.#status ??= { metadata: {}, code };
    this.#write('ResponseStarted');
  }
  /** Once: whatever ends it next. */
  complete(code: number): void {
    if (this.#completed) return;
    this.#completed = true;
    this.#decided ??= decide(this.#auditing.policy, undefined, this.#asked.action);
    this.#status ??= { metadata: {}, code };
    this.#write('ResponseComplete');
  }

  #is(...levels: readonly string[]): boolean {
    return levels.includes(this.#decided?.level ?? 'None');
  }
  #shown(value: unknown): Json | undefined {
    if (value === undefined || value === null) return undefined;
    if (this.#decided?.omitManagedFields !== true || !isObject(value)) return value as Json;
    const bare = (object: JsonObject): JsonObject => {
      if (!isObject(object['metadata'])) return object;
      const { managedFields: _, ...metadata } = object['metadata'];
      return { ...object, metadata };
    };
    const items = value['items'];
    return Array.isArray(items)
      ? { ...bare(value), items: listOf(items).map((item) => bare(objectOf(item))) }
      : bare(value);
  }
  #write(stage: Stage): void {
    const decided = this.#decided;
    if (decided === undefined || decided.level === 'None' || decided.omitStages.has(stage)) return;
    const { id, url, action, agent, sources } = this.#asked;
    const reference = referenceOf(action, this.#object);
    this.#auditing.write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: decided.level,
      auditID: id,
      stage,
      requestURI: url,
      verb: action.verb,
      user: this.#user === undefined ? {} : userInfo(this.#user),
      ...(this.#impersonated === undefined ? {} : { impersonatedUser: userInfo(this.#impersonated) }),
      sourceIPs: [...sources],
      userAgent: agent.length > AGENT_MAX ? `${agent.slice(0, AGENT_MAX)}...TRUNCATED` : agent,
      ...(reference === undefined ? {} : { objectRef: reference }),
      ...(this.#status === undefined ? {} : { responseStatus: this.#status }),
      ...(this.#request === undefined ? {} : { requestObject: this.#request }),
      ...(this.#response === undefined ? {} : { responseObject: this.#response }),
      requestReceivedTimestamp: microTime(this.#receivedAt),
      stageTimestamp: microTime(this.#now()),
      ...(this.annotations.size === 0 ? {} : { annotations: Object.fromEntries(this.annotations) }),
    });
  }
}
const userInfo = ({ name, uid, groups, extra }: User): JsonObject => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups: [...groups],
  ...(extra === undefined ? {} : { extra: asJson(extra) }),
});
function referenceOf(action: Action, object: JsonObject): JsonObject | undefined {
  if ('path' in action) return undefined;
  const { group, version = '', resource, subresource, namespace, name } = action;
  const all: [string, string][] = [
    ['resource', resource],
    ['namespace', namespace],
    ['name', name || textOf(object['name'])],
    ['uid', textOf(object['uid'])],
    ['apiGroup', group],
    ['apiVersion', version],
    ['resourceVersion', textOf(object['resourceVersion'])],
    ['subresource', subresource],
  ];
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** `auditing` undefined: nothing is written. */
export function recordOf(
  auditing: Auditing | undefined,
  { url, headers, from = '' }: Pick<HttpRequest, 'url' | 'headers' | 'from'>,
  id: string,
  action: Action,
  now: () => number,
): AuditRecord | undefined {
  if (auditing === undefined) return undefined;
  const sources = [...(headers['x-forwarded-for'] ?? '').split(','), headers['x-real-ip'] ?? '', from];
  const named = new Set(sources.map((one) => one.trim()).filter((one) => one !== ''));
  return new AuditRecord(auditing, { id, url, action, agent: headers['user-agent'] ?? '', sources: [...named] }, now);
}
