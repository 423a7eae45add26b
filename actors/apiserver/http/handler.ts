import type { Stop } from '../../../runtime/ports.ts';
import { uuid } from '../../../runtime/random.ts';
import type { JsonObject } from '../../api/json.ts';
import type { Descriptions } from '../../api/schema.ts';
import { badRequest, internalError, methodNotAllowedPath, notFoundPath, statusOf, timeout } from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import { recordOf } from '../audit/record.ts';
import { Fairness } from '../fairness/fairness.ts';
import type { Api } from '../index.ts';
import type { User } from '../protocol.ts';
import { ANONYMOUS, actionOf } from './access.ts';
import type { Yaml } from './body.ts';
import { fairnessGauges, isLong, marksOf, objectGauges } from './crowd.ts';
import { Documents } from './documents/documents.ts';
import { dumpOf } from './dumps.ts';
import { serveElsewhere } from './elsewhere.ts';
import { crowded, type Exchange, refused, send } from './exchange.ts';
import { Front, type FrontDeps } from './front.ts';
import { healthAnswer, isHealth } from './health.ts';
import { limitOf } from './limit.ts';
import { METRICS } from './media.ts';
import type { HttpRequest, Responder } from './message.ts';
import { type Gauge, Metrics } from './metrics.ts';
import { auditIdOf, counted, labelsOf, Observed } from './observed.ts';
import { pathAnswer, VERSION } from './paths.ts';
import { Resources } from './resources.ts';
import { routeOf } from './route.ts';

export interface HandlerDeps extends FrontDeps {
  readonly descriptions: () => Descriptions;
  /** Of the process, for /metrics. */
  readonly gauges?: () => readonly Gauge[];
  /** Present once somebody has spoken YAML. */
  readonly yaml: () => Yaml | undefined;
}
export class Handler {
  readonly #api: Api;
  readonly #deps: HandlerDeps;
  readonly #documents: Documents;
  readonly #metrics = new Metrics();
  readonly #resources: Resources;
  /** For what is not answered but connected. */
  readonly front: Front;
  readonly #fairness: Fairness;
  constructor(api: Api, deps: HandlerDeps) {
    this.#api = api;
    const { measures } = api.engine;
    const { auditing } = deps;
    const write = (event: JsonObject): void => {
      measures.count('apiserver_audit_event_total');
      auditing?.write(event);
    };
    this.#deps = auditing === undefined ? deps : { ...deps, auditing: { ...auditing, write } };
    this.front = new Front(api, this.#deps);
    this.#resources = new Resources(api, this.#metrics, deps.yaml);
    this.#fairness = new Fairness(api.engine.caches, api.engine.clock);
    const { schema, catalog: served } = api.engine;
    this.#documents = new Documents({ schema, descriptions: deps.descriptions, served, version: VERSION.gitVersion });
  }

  /** What it returns abandons the request: the client has gone. */
  handle(request: HttpRequest, raw: Responder): Stop {
    const at = request.url.indexOf('?');
    const path = at < 0 ? request.url : request.url.slice(0, at);
    const query = at < 0 ? NO_QUERY : new URLSearchParams(request.url.slice(at + 1));
    const route = routeOf(path);
    const action = actionOf(request.method, path, query, route);
    const { clock, random } = this.#api.engine;
    const now = (): number => clock.monotonic?.() ?? clock.now();
    const labels = labelsOf(this.#api.engine.catalog, request, path, action, query);
    const count = counted(this.#metrics, labels, now(), now);
    const id = uuid(random);
    let leave: Stop = () => {};
    let leaveLong: Stop = () => {};
    let leaveQueue: Stop = () => {};
    const long = isLong(action);
    const lasts = long || action.verb === 'watch';
    const limit = lasts ? undefined : limitOf(query);
    const audit = recordOf(this.#deps.auditing, request, auditIdOf(request) ?? id, action, () => clock.now());
    let timer: unknown;
    const end = (): void => {
      clock.clearTimeout(timer);
      leaveLong();
      leaveQueue();
      leave();
    };
    const responder = new Observed(raw, auditIdOf(request) ?? id, (code, bytes) => {
      count(code, bytes);
      audit?.complete(code);
      end();
    });
    if (long) responder.begins = (code) => audit?.started(code);
    let stop: Stop = () => {};
    let over = false;
    let served = false;
    const limitMs = limit?.ok === true ? limit.value : Number.POSITIVE_INFINITY;
    const deadline = clock.now() + limitMs;
    const exchange = (user: User): Exchange => ({
      request,
      responder,
      path,
      query,
      route,
      id,
      user,
      audit,
      over: () => {
        over = true;
      },
      deadline,
    });
    if (limit?.ok === false) return this.#refuse(exchange(ANONYMOUS), badRequest(limit.fault.message));
    if (!lasts)
      timer = clock.setTimeout(() => {
        if (over) return;
        stop();
        this.#metrics.terminated(labels, 504);
        this.#refuse(exchange(ANONYMOUS), timeout('request did not complete within the allotted timeout', 0));
      }, limitMs);
    const go = (user: User): void => {
      if (over) return;
      served = true;
      const placed = this.#fairness.placeOf(user, action);
      responder.marks = marksOf(placed);
      const start = (): void => {
        leaveQueue();
        if (!over) stop = this.#serve(exchange(user));
      };
      if (lasts) leaveLong = this.#metrics.lasts(labels);
      if (long) return start();
      const work = this.#fairness.workOf(placed, action, query);
      let begun = false;
      // A watch has its seat until what is there has been told.
      if (action.verb === 'watch')
        responder.begins = (code) => {
          begun = true;
          audit?.started(code);
          leave();
        };
      leaveQueue = this.#metrics.queued(MUTATING.has(action.verb));
      // A request that ends at once has left before it is known how.
      leave = this.#fairness.enter(placed, work, start, () => crowded(exchange(user)));
      if (over || begun) leave();
    };
    try {
      this.front.admit(
        request,
        path,
        action,
        go,
        (status) => this.#refuse(exchange(ANONYMOUS), status),
        (next) => {
          // A token that is known already has led to the end of the matter.
          if (!served) stop = next;
        },
        audit,
      );
    } catch (error) {
      if (!over) this.#refuse(exchange(ANONYMOUS), internalError(String(error)));
    }
    return () => {
      over = true;
      stop();
      end();
    };
  }
  #serve(exchange: Exchange): Stop {
    const { request, path, route } = exchange;
    const { headers } = request;
    const remote = this.#api.engine.catalog.remotes.at(path);
    if (remote?.actor !== undefined) return serveElsewhere(this.#api, exchange, remote);
    if (route !== undefined) return this.#resources.serve(exchange, route);
    if (isHealth(path)) return this.#health(exchange);
    const { clock } = this.#api.engine;
    const dumped = dumpOf(this.#fairness, path, clock.monotonic?.() ?? clock.now(), clock.now());
    if (dumped !== undefined) return send(exchange, 200, PLAIN, dumped);
    if (path === '/metrics')
      return send(exchange, 200, METRICS, this.#metrics.text(this.#gauges(), this.#api.engine.measures));
    const answer = pathAnswer({
      path,
      parts: path.split('/').filter((part) => part !== ''),
      query: exchange.query,
      accept: headers['accept'],
      known: headers['if-none-match'],
      at: request.at ?? 'localhost',
      nowMs: this.#api.engine.clock.now(),
      documents: this.#documents,
      yaml: this.#deps.yaml(),
      signer: this.#api.engine.signer,
    });
    if (answer !== undefined) {
      if (request.method !== 'GET' && request.method !== 'HEAD' && !('status' in answer))
        return this.#refuse(exchange, methodNotAllowedPath());
      if ('status' in answer) return this.#refuse(exchange, answer.status);
      return send(exchange, answer.code, answer.type, answer.text, [], answer.headers);
    }
    return this.#refuse(exchange, notFoundPath());
  }
  #health(exchange: Exchange): Stop {
    const { path, query } = exchange;
    return this.#api.run(healthAnswer(this.#api.engine, this.#api.ready, path, query), (answer) => {
      if (!answer.ok) this.#refuse(exchange, statusOf(answer.fault));
      else if (answer.value === undefined) this.#refuse(exchange, notFoundPath());
      else send(exchange, answer.value.code, answer.value.type, answer.value.text);
    });
  }
  #gauges(): readonly Gauge[] {
    const { caches } = this.#api.engine;
    return [...objectGauges(caches), ...fairnessGauges(this.#fairness), ...(this.#deps.gauges?.() ?? [])];
  }
  #refuse(exchange: Exchange, status: Status): Stop {
    return refused(exchange, status, { yaml: this.#deps.yaml(), schema: this.#api.engine.schema });
  }
}
/** What others than these ask only reads. */
const MUTATING: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'post',
  'put',
]);
const NO_QUERY = new URLSearchParams();
const PLAIN = 'text/plain; charset=utf-8';
