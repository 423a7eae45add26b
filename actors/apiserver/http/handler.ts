//! One HTTP request from its head to the end of its answer. Sockets are the edge's: here a request goes in, text
//! comes out.
import type { Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { uuid } from '../../../runtime/random.ts';
import type { Descriptions } from '../../api/schema.ts';
import {
  badRequest,
  internalError,
  methodNotAllowedPath,
  notAcceptable,
  notFoundPath,
  serviceUnavailable,
  statusOf,
} from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Action } from '../access/rule.ts';
import { type Auditing, type AuditRecord, recordOf } from '../audit/record.ts';
import { Fairness } from '../fairness/fairness.ts';
import type { Api } from '../index.ts';
import { EXEMPT_MAX, isReading } from '../logic.ts';
import type { User } from '../protocol.ts';
import type { Call } from '../verbs/engine.ts';
import { prepare } from '../verbs/perform.ts';
import { ANONYMOUS, actionOf, admitted, type Credentials, isTrusted } from './access.ts';
import { bodyOf, patchTypeOf, type Yaml } from './body.ts';
import type { Authenticator } from './connect/door.ts';
import { fairnessGauges, isLong, marksOf, objectGauges } from './crowd.ts';
import { Documents } from './documents/documents.ts';
import { dumpOf } from './dumps.ts';
import { EventLines } from './event-lines.ts';
import { crowded, type Exchange, once, questionOf, send } from './exchange.ts';
import { healthAnswer, isHealth } from './health.ts';
import { serveLogs } from './logs.ts';
import {
  acceptedOf,
  contentType,
  includeObject,
  isPerson,
  LOG,
  METRICS,
  SERVED,
  STREAMED,
  unknownInclude,
} from './media.ts';
import type { HttpRequest, Responder } from './message.ts';
import { type Gauge, Metrics } from './metrics.ts';
import { auditIdOf, counted, labelsOf, Observed } from './observed.ts';
import { isOpen, pathAnswer, VERSION } from './paths.ts';
import { piecesOf, piecesOfStatus } from './pieces.ts';
import { isTrue, optionsOf, withDeleteOptions } from './query.ts';
import { type Look, turnRefusal } from './render.ts';
import { type Route, routeOf, verbOf } from './route.ts';
import { deprecations, warningsOf } from './warnings.ts';
import { serveWatch, WATCH_LEAST_MS } from './watching.ts';

const REQUEST_MS = 34_000;
const LONG_MS = 60_000;

export interface HandlerDeps {
  readonly descriptions: () => Descriptions;
  /** Of the process, for /metrics. */
  readonly gauges?: () => readonly Gauge[];
  /** Present once somebody has spoken YAML. */
  readonly yaml: () => Yaml | undefined;
  /** Absent: nothing is written. */
  readonly auditing?: Auditing;
  readonly credentials?: Credentials;
}
export class Handler {
  readonly #api: Api;
  readonly #deps: HandlerDeps;
  readonly #documents: Documents;
  readonly #metrics = new Metrics();
  readonly #lines = new EventLines();
  readonly #inFlight = this.#metrics.inFlight;
  readonly #fairness: Fairness;
  constructor(api: Api, deps: HandlerDeps) {
    this.#api = api;
    this.#deps = deps;
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
    const audit = recordOf(this.#deps.auditing, request, auditIdOf(request) ?? id, action, () => clock.now());
    const responder = new Observed(raw, auditIdOf(request) ?? id, (code, bytes) => {
      count(code, bytes);
      audit?.complete(code);
      leave();
    });
    if (isLong(action)) responder.begins = (code) => audit?.started(code);
    let stop: Stop = () => {};
    let over = false;
    let served = false;
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
    });
    const go = (user: User): void => {
      if (over) return;
      served = true;
      const placed = this.#fairness.placeOf(user, action);
      responder.marks = marksOf(placed);
      const start = (): void => {
        if (!over) stop = this.#serve(exchange(user));
      };
      if (isLong(action)) return start();
      const work = this.#fairness.workOf(placed, action, query);
      let begun = false;
      // A watch has its seat until what is there has been told.
      if (action.verb === 'watch')
        responder.begins = (code) => {
          begun = true;
          audit?.started(code);
          leave();
        };
      // A request that ends at once has left before it is known how.
      leave = this.#fairness.enter(placed, work, start, () => crowded(exchange(user)));
      if (over || begun) leave();
    };
    try {
      this.#authenticate(
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
      leave();
    };
  }
  /** Who wants to be connected, and whether he may. How that ends is not written. */
  authenticate(...[request, path, action, go, refuse, waits]: Parameters<Authenticator['authenticate']>): void {
    const { clock, random } = this.#api.engine;
    const audit = recordOf(this.#deps.auditing, request, auditIdOf(request) ?? uuid(random), action, () => clock.now());
    const through = (user: User): void => void [audit?.started(101), go(user)];
    const refused = (status: Status): void => void [audit?.refused(status), refuse(status)];
    this.#authenticate(request, path, action, through, refused, waits, audit);
  }
  /** Who asks, and whether he may. */
  #authenticate(
    request: HttpRequest,
    path: string,
    action: Action,
    go: (user: User) => void,
    refuse: (status: Status) => void,
    waits: (stop: Stop) => void,
    audit: AuditRecord | undefined,
  ): void {
    const known = (user: User): void => {
      audit?.received(user);
      go(user);
    };
    const { credentials } = this.#deps;
    if (isOpen(path) && credentials?.anonymous !== false) return known(request.user ?? ANONYMOUS);
    if (!this.#api.ready) return refuse(serviceUnavailable('the API server is stopping or starts anew', 1));
    if (isTrusted(request)) {
      audit?.received(request.user!);
      audit?.allowed();
      return go(request.user!);
    }
    const { engine } = this.#api;
    waits(
      this.#api.run(admitted(engine, request, action, engine.clock.now() + REQUEST_MS, audit, credentials), (who) => {
        if (who.ok) go(who.value);
        else refuse(statusOf(who.fault));
      }),
    );
  }

  #serve(exchange: Exchange): Stop {
    const { request, path, route } = exchange;
    const { headers } = request;
    if (route !== undefined) return this.#routed(exchange, route);
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
  #routed(exchange: Exchange, route: Route): Stop {
    const { request } = exchange;
    const verb = verbOf(request.method, route);
    const prepared =
      verb === undefined ? undefined : prepare(this.#api.engine.catalog, questionOf(exchange, route, verb));
    if (prepared === undefined) return this.#refuse(exchange, methodNotAllowedPath());
    if (!prepared.ok) {
      const status = statusOf(prepared.fault);
      return this.#refuse(exchange, status.code === 405 ? methodNotAllowedPath() : status);
    }
    return this.#resource(exchange, prepared.value, route);
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
  #resource(exchange: Exchange, prepared: Pick<Call, 'request' | 'info'>, route: Route): Stop {
    const { request, query } = exchange;
    const { headers } = request;
    const { verb } = prepared.request;
    const watches = isReading(verb) && (route.watch || (verb === 'list' && isTrue(query.get('watch'))));
    // What is only answered has no table (reviews, bindings).
    const { custom, stored } = prepared.info;
    const turns = custom !== undefined ? 'custom' : stored || verb === 'list' ? 'object' : 'untabled';
    const accepted = route.subresource === 'log' ? LOG : acceptedOf(headers['accept'], turns);
    if (accepted === undefined || (watches && accepted.format === 'yaml'))
      return this.#refuse(exchange, notAcceptable([...(watches ? STREAMED : SERVED)]));
    const unturned = watches ? undefined : turnRefusal(prepared.info, verb, accepted);
    if (unturned !== undefined && isReading(verb)) return this.#refuse(exchange, unturned);
    const include = includeObject(query);
    if (include === undefined && accepted.as === 'table')
      return this.#refuse(exchange, badRequest(unknownInclude(query)));
    const patchType = verb === 'patch' ? patchTypeOf(headers['content-type']) : undefined;
    if (patchType !== undefined && !patchType.ok) return this.#refuse(exchange, statusOf(patchType.fault));
    const asked = optionsOf(query, verb, patchType?.value);
    if (!asked.ok) return this.#refuse(exchange, statusOf(asked.fault));
    const strict = asked.value.fieldValidation !== 'Ignore';
    const body = isReading(verb) ? NO_BODY : bodyOf(this.#api.engine.schema, request, this.#deps.yaml(), strict);
    if (!body.ok) return this.#refuse(exchange, statusOf(body.fault));
    const deletes = verb === 'delete' || verb === 'deletecollection';
    const options = deletes ? withDeleteOptions(this.#api.engine.schema, asked.value, body.value.value) : asked;
    if (!options.ok) return this.#refuse(exchange, statusOf(options.fault));
    const { clock } = this.#api.engine;
    const call: Call = {
      info: prepared.info,
      request: {
        ...prepared.request,
        options: options.value,
        ...(deletes || body.value.value === undefined ? {} : { body: body.value.value }),
        ...(patchType === undefined ? {} : { patchType: patchType.value }),
      },
      deadline: clock.now() + (verb === 'list' ? LONG_MS : REQUEST_MS),
      duplicates: body.value.duplicates,
      agent: headers['user-agent'] ?? '',
      warnings: deprecations(prepared.info),
      ...(exchange.audit === undefined ? {} : { annotations: exchange.audit.annotations }),
    };
    exchange.audit?.request(body.value.value);
    const look: Look = {
      accepted,
      include: include ?? 'Metadata',
      pretty: accepted.pretty || (query.get('pretty') ? isTrue(query.get('pretty')) : isPerson(headers['user-agent'])),
      nowMs: clock.now(),
      yaml: this.#deps.yaml(),
      schema: this.#api.engine.schema,
    };
    const refuse = (status: Status): Stop => this.#refuse(exchange, status);
    if (route.subresource === 'log')
      return serveLogs(this.#api, call, query, exchange.responder, refuse, exchange.over);
    if (isReading(verb) && (route.watch || (verb === 'list' && isTrue(query.get('watch')))))
      return this.#watch(exchange, call, look);
    return this.#answer(exchange, call, look);
  }

  #answer(exchange: Exchange, call: Call, look: Look): Stop {
    const kind = isReading(call.request.verb) ? 'reading' : 'writing';
    if (this.#inFlight[kind] >= EXEMPT_MAX) return crowded(exchange);
    this.#inFlight[kind]++;
    const ended = once(() => this.#inFlight[kind]--);
    const stop = this.#api.request(call, (result) => {
      ended();
      if (!result.ok) return void this.#refuse(exchange, statusOf(result.fault), call.warnings);
      const answer = result.value;
      const code =
        answer.type === 'object' ? answer.code : answer.type === 'status' ? (answer.status.code ?? 200) : 200;
      const text = piecesOf(call.info, answer, look);
      if ('kind' in text) return void this.#refuse(exchange, text);
      const isJson = look.accepted.format === 'json';
      exchange.audit?.response(() =>
        isJson ? JSON.parse(text.join('')) : 'object' in answer ? answer.object : undefined,
      );
      send(exchange, code, contentType(look.accepted.format), text, call.warnings);
    });
    return () => {
      ended();
      stop();
    };
  }

  #watch(exchange: Exchange, call: Call, look: Look): Stop {
    const { query, responder } = exchange;
    const seconds = query.get('timeoutSeconds');
    if (seconds && !/^\d{1,9}$/.test(seconds))
      return this.#refuse(exchange, badRequest(`strconv.ParseInt: parsing ${JSON.stringify(seconds)}: invalid syntax`));
    const { random } = this.#api.engine;
    const asked = {
      call,
      look: { ...look, pretty: false },
      options: {
        bookmarks: isTrue(query.get('allowWatchBookmarks')),
      },
      timeoutMs: Number(seconds) > 0 ? Number(seconds) * 1_000 : WATCH_LEAST_MS * (1 + random.float()),
      headers: warningsOf(call.warnings),
    };
    this.#inFlight.watching++;
    const ended = once(() => this.#inFlight.watching--);
    const over = (): void => {
      ended();
      exchange.over();
    };
    const refuse = (status: Status): Stop => this.#refuse(exchange, status);
    const stop = serveWatch(
      this.#api,
      asked,
      responder,
      refuse,
      over,
      this.#lines,
      this.#metrics.watchEvents(call.info),
    );
    return () => {
      ended();
      stop();
    };
  }

  #refuse(exchange: Exchange, status: Status, warnings: readonly string[] = []): Stop {
    const format = acceptedOf(exchange.request.headers['accept'])?.format ?? 'json';
    const said = piecesOfStatus(status, { format, yaml: this.#deps.yaml(), schema: this.#api.engine.schema });
    exchange.audit?.failed(status);
    const after = status.details?.retryAfterSeconds;
    const more = after === undefined ? {} : { 'retry-after': String(after) };
    return send(exchange, status.code ?? 500, contentType(format), said, warnings, more);
  }
}
const NO_QUERY = new URLSearchParams();
const PLAIN = 'text/plain; charset=utf-8';
const NO_BODY: Result<{ readonly value: unknown; readonly duplicates: readonly string[] }> = {
  ok: true,
  value: { value: undefined, duplicates: [] },
};
