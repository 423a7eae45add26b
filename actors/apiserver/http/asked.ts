//! What a request for a resource asks: the call, and how the answer is to look. Nothing of it is done yet.
import { ok, type Result } from '../../../runtime/fault.ts';
import { badRequest, notAcceptable } from '../../api/status.ts';
import { isReading } from '../logic.ts';
import { type Call, type Engine, refuse } from '../verbs/engine.ts';
import { bodyOf, patchTypeOf, type Yaml } from './body.ts';
import type { Exchange } from './exchange.ts';
import { acceptedOf, includeObject, isPerson, LOG, SERVED, STREAMED, unknownInclude } from './media.ts';
import { isTrue, optionsOf, withDeleteOptions } from './query.ts';
import { type Look, turnRefusal } from './render.ts';
import type { Route } from './route.ts';
import { deprecations } from './warnings.ts';

const REQUEST_MS = 34_000;

export interface Asked {
  readonly call: Call;
  readonly look: Look;
  readonly watches: boolean;
}
/** Faults carry the Status that is to be told. */
export function askedOf(
  engine: Engine,
  yaml: Yaml | undefined,
  { request, query, audit, deadline }: Exchange,
  prepared: Pick<Call, 'request' | 'info'>,
  route: Route,
): Result<Asked> {
  const { clock, schema } = engine;
  const { headers } = request;
  const { verb } = prepared.request;
  const watches = isReading(verb) && (route.watch || (verb === 'list' && isTrue(query.get('watch'))));
  // What is only answered has no table (reviews, bindings).
  const { custom, stored } = prepared.info;
  const turns = custom !== undefined ? 'custom' : stored || verb === 'list' ? 'object' : 'untabled';
  const accepted = route.subresource === 'log' ? LOG : acceptedOf(headers['accept'], turns);
  if (accepted === undefined || (watches && accepted.format === 'yaml'))
    return refuse(notAcceptable([...(watches ? STREAMED : SERVED)]));
  const unturned = watches ? undefined : turnRefusal(prepared.info, verb, accepted);
  if (unturned !== undefined && isReading(verb)) return refuse(unturned);
  const include = includeObject(query);
  if (include === undefined && accepted.as === 'table') return refuse(badRequest(unknownInclude(query)));
  const patchType = verb === 'patch' ? patchTypeOf(headers['content-type']) : undefined;
  if (patchType !== undefined && !patchType.ok) return patchType;
  const asked = optionsOf(query, verb, patchType?.value);
  if (!asked.ok) return asked;
  const strict = asked.value.fieldValidation !== 'Ignore';
  const body = isReading(verb) ? NO_BODY : bodyOf(schema, request, yaml, strict);
  if (!body.ok) return body;
  const deletes = verb === 'delete' || verb === 'deletecollection';
  const options = deletes ? withDeleteOptions(schema, asked.value, body.value.value) : asked;
  if (!options.ok) return options;
  audit?.request(body.value.value);
  const call: Call = {
    info: prepared.info,
    request: {
      ...prepared.request,
      options: options.value,
      ...(deletes || body.value.value === undefined ? {} : { body: body.value.value }),
      ...(patchType === undefined ? {} : { patchType: patchType.value }),
    },
    deadline: verb === 'list' ? deadline : Math.min(deadline, clock.now() + REQUEST_MS),
    duplicates: body.value.duplicates,
    agent: headers['user-agent'] ?? '',
    warnings: deprecations(prepared.info),
    ...(audit === undefined ? {} : { annotations: audit.annotations }),
  };
  const look: Look = {
    accepted,
    include: include ?? 'Metadata',
    pretty: accepted.pretty || (query.get('pretty') ? isTrue(query.get('pretty')) : isPerson(headers['user-agent'])),
    nowMs: clock.now(),
    yaml,
    schema,
  };
  return ok({ call, look, watches });
}
const NO_BODY: Result<{ readonly value: unknown; readonly duplicates: readonly string[] }> = {
  ok: true,
  value: { value: undefined, duplicates: [] },
};
