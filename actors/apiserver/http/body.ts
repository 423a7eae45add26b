//! Bodies: bytes to values, or the refusal that says why not.
import { ok, type Result } from '../../../runtime/fault.ts';
import { duplicateFields } from '../../api/duplicates.ts';
import type { Schema } from '../../api/schema.ts';
import { badRequest, requestEntityTooLarge, unsupportedMediaType } from '../../api/status.ts';
import type { ApiRequest } from '../protocol.ts';
import { refuse } from '../verbs/engine.ts';
import { APPLY, PATCH_TYPES } from '../verbs/update.ts';
import { isYaml, mediaType, PROTOBUF, SERVED } from './media.ts';
import { BODY_MAX, type HttpRequest } from './message.ts';
import { decodeProtobuf } from './protobuf/decode.ts';
import { ProtobufError } from './protobuf/wire.ts';

export interface Yaml {
  parse(text: string): unknown;
  stringify(value: unknown): string;
  /** What is wrong with keys that are there more than once, as a sentence. */
  duplicates(text: string): readonly string[];
}
export interface Body {
  /** Undefined: there was none. */
  readonly value: unknown;
  readonly duplicates: readonly string[];
}
/** Deeper than anything that is meant; what walks an object walks by recursion. */
const DEPTH_MAX = 1_000;

export function bodyOf(
  schema: Schema,
  request: HttpRequest,
  yaml: Yaml | undefined,
  wantsDuplicates: boolean,
): Result<Body> {
  const { headers, body } = request;
  if (request.tooLarge || (body?.length ?? 0) > BODY_MAX) return refuse(requestEntityTooLarge(`limit is ${BODY_MAX}`));
  if (body === undefined || body.length === 0) return ok({ value: undefined, duplicates: [] });
  const type = mediaType(headers['content-type']);
  if (type === PROTOBUF) return protobufOf(schema, body);
  const speaksJson = type === '' || JSON_TYPES.has(type) || (PATCH_TYPES.includes(type) && type !== APPLY);
  if (!speaksJson && !isYaml(type) && type !== APPLY)
    return refuse(unsupportedMediaType(request.method === 'PATCH' ? PATCH_TYPES : [...SERVED]));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return refuse(badRequest('the object provided is unrecognized: the body is not valid UTF-8'));
  }
  // JSON is YAML too, and parsed faster.
  const json = speaksJson || (type === APPLY && text.startsWith('{'));
  try {
    const value = json ? JSON.parse(text) : parsedYaml(text, yaml);
    if (tooDeep(value)) return refuse(badRequest(`the body is nested deeper than ${DEPTH_MAX} levels`));
    return ok({
      value,
      duplicates: !wantsDuplicates ? [] : json ? duplicateFields(text) : (yaml?.duplicates(text) ?? []),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    const kind = json ? 'json' : 'yaml';
    return refuse(
      badRequest(
        `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ${kind} parse error: ${why}`,
      ),
    );
  }
}
function protobufOf(schema: Schema, body: Uint8Array): Result<Body> {
  try {
    return ok({ value: decodeProtobuf(schema, body), duplicates: [] });
  } catch (error) {
    if (!(error instanceof ProtobufError || error instanceof SyntaxError)) throw error;
    return refuse(badRequest(`the object provided is unrecognized: ${error.message}`));
  }
}
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', '*/*']);

function parsedYaml(text: string, yaml: Yaml | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (yaml === undefined) throw new Error('this server has no YAML parser');
    if (opensTooDeep(text)) throw new Error('exceeded max depth');
    return yaml.parse(text);
  }
}
/**
 * Before the parser, which recurses: V8 ends the process when a regular expression is first compiled where the stack is
 * nearly used up. Brackets that are text count too: a thousand that stay open are no text that people write.
 */
function opensTooDeep(text: string): boolean {
  let open = 0;
  let lead = 0;
  let leads = true;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\n') {
      lead = 0;
      leads = true;
    } else if (leads && ' \t-?:'.includes(char)) lead++;
    else leads = false;
    if (char === '[' || char === '{') open++;
    else if ((char === ']' || char === '}') && open > 0) open--;
    if (open > DEPTH_MAX || lead > DEPTH_MAX) return true;
  }
  return false;
}
function tooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) return true;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const key in one) {
        const child = (one as Record<string, unknown>)[key];
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}

const PATCH_OF: Readonly<Record<string, NonNullable<ApiRequest['patchType']>>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  [APPLY]: 'apply',
};
export function patchTypeOf(type: string | undefined): Result<NonNullable<ApiRequest['patchType']>> {
  const found = PATCH_OF[mediaType(type)];
  return found === undefined ? refuse(unsupportedMediaType(PATCH_TYPES)) : ok(found);
}
