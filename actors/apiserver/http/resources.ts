//! Requests for resources: answered at once, or told line by line.
import type { Stop } from '../../../runtime/ports.ts';
import { methodNotAllowedPath, statusOf } from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Api } from '../index.ts';
import { EXEMPT_MAX, isReading } from '../logic.ts';
import type { Call } from '../verbs/engine.ts';
import { prepare } from '../verbs/perform.ts';
import { askedOf } from './asked.ts';
import type { Yaml } from './body.ts';
import { EventLines } from './event-lines.ts';
import { crowded, type Exchange, once, questionOf, refused, send } from './exchange.ts';
import { serveLogs } from './logs.ts';
import { contentType } from './media.ts';
import type { Metrics } from './metrics.ts';
import { piecesOf } from './pieces.ts';
import { isTrue } from './query.ts';
import type { Look } from './render.ts';
import { type Route, verbOf } from './route.ts';
import { warningsOf } from './warnings.ts';
import { serveWatch, WATCH_LEAST_MS } from './watching.ts';

export class Resources {
  readonly #api: Api;
  readonly #metrics: Metrics;
  readonly #yaml: () => Yaml | undefined;
  readonly #lines = new EventLines();
  constructor(api: Api, metrics: Metrics, yaml: () => Yaml | undefined) {
    this.#api = api;
    this.#metrics = metrics;
    this.#yaml = yaml;
  }

  serve(exchange: Exchange, route: Route): Stop {
    const { engine } = this.#api;
    const verb = verbOf(exchange.request.method, route);
    const prepared = verb === undefined ? undefined : prepare(engine.catalog, questionOf(exchange, route, verb));
    if (prepared === undefined) return this.#refuse(exchange, methodNotAllowedPath());
    if (!prepared.ok) {
      const status = statusOf(prepared.fault);
      return this.#refuse(exchange, status.code === 405 ? methodNotAllowedPath() : status);
    }
    const asked = askedOf(engine, this.#yaml(), exchange, prepared.value, route);
    if (!asked.ok) return this.#refuse(exchange, statusOf(asked.fault));
    const { call, look, watches } = asked.value;
    if (call.warnings.length > 0) this.#metrics.deprecated(call.info, route.subresource);
    if (route.subresource === 'log') {
      const refuse = (status: Status): Stop => this.#refuse(exchange, status);
      return serveLogs(this.#api, call, exchange.query, exchange.responder, refuse, exchange.over);
    }
    return watches ? this.#watch(exchange, call, look) : this.#answer(exchange, call, look);
  }

  #answer(exchange: Exchange, call: Call, look: Look): Stop {
    const { inFlight } = this.#metrics;
    const kind = isReading(call.request.verb) ? 'reading' : 'writing';
    if (inFlight[kind] >= EXEMPT_MAX) return crowded(exchange);
    inFlight[kind]++;
    const ended = once(() => inFlight[kind]--);
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
    const { timeoutSeconds = 0 } = call.request.options;
    const { random } = this.#api.engine;
    const asked = {
      call,
      look: { ...look, pretty: false },
      options: {
        bookmarks: isTrue(query.get('allowWatchBookmarks')),
      },
      timeoutMs: timeoutSeconds === 0 ? WATCH_LEAST_MS * (1 + random.float()) : Math.max(0, timeoutSeconds * 1_000),
      headers: warningsOf(call.warnings),
    };
    const told = this.#metrics.watchEvents(call.info);
    const refuse = (status: Status): Stop => this.#refuse(exchange, status);
    return serveWatch(this.#api, asked, responder, refuse, exchange.over, this.#lines, told);
  }

  #refuse(exchange: Exchange, status: Status, warnings: readonly string[] = []): Stop {
    return refused(exchange, status, { yaml: this.#yaml(), schema: this.#api.engine.schema }, warnings);
  }
}
