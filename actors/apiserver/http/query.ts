//! Query parameters and DeleteOptions as options, or what is wrong with them.
import { ok, type Result } from '../../../runtime/fault.ts';
import { decode } from '../../api/decode.ts';
import { type FieldError, forbidden, invalid as invalidField, notSupported, required } from '../../api/field-error.ts';
import { get, isObject, listOf, textOf } from '../../api/json.ts';
import { definitionOf, type Schema } from '../../api/schema.ts';
import { badRequest, invalid } from '../../api/status.ts';
import { fieldManager } from '../../api/validation/metadata.ts';
import type { ApiOptions, ApiRequest } from '../protocol.ts';
import { refuse } from '../verbs/engine.ts';
import { unreadable } from '../verbs/identity.ts';

/** Whatever is there, even nothing, is true unless it says that it is not (runtime.Convert_Slice_string_To_bool). */
export const isTrue = (text: string | null): boolean => text !== null && text !== '0' && text.toLowerCase() !== 'false';
type Writable = { -readonly [K in keyof ApiOptions]: ApiOptions[K] };

const TEXTS = [
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'continue',
  'fieldManager',
] as const;
const VALIDATIONS: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan', 'nil'];
/** strconv.ParseInt to 64 bits. */
function intProblem(text: string): string | undefined {
  if (!/^[-+]?\d+$/.test(text)) return 'invalid syntax';
  return BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
    ? undefined
    : 'value out of range';
}
type Verb = ApiRequest['verb'];
const KINDS: Readonly<Partial<Record<Verb, string>>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};
const NUMBERS: Readonly<Partial<Record<Verb, readonly ('limit' | 'timeoutSeconds' | 'gracePeriodSeconds')[]>>> = {
  list: ['limit', 'timeoutSeconds'],
  delete: ['gracePeriodSeconds'],
  deletecollection: ['limit', 'timeoutSeconds', 'gracePeriodSeconds'],
};

/** `patchType` of a patch. What a verb has no option for, it does not read. */
export function optionsOf(query: URLSearchParams, verb: Verb, patchType?: ApiRequest['patchType']): Result<ApiOptions> {
  const options: Writable = {};
  for (const name of TEXTS) {
    const value = query.get(name);
    if (value) options[name] = value;
  }
  for (const name of NUMBERS[verb] ?? []) {
    const value = query.get(name);
    if (!value) continue;
    const wrong = intProblem(value);
    if (wrong !== undefined) return refuse(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: ${wrong}`));
    options[name] = Number(value);
  }
  if (isTrue(query.get('force'))) options.force = true;
  if (query.has('sendInitialEvents')) options.sendInitialEvents = isTrue(query.get('sendInitialEvents'));
  const kind = KINDS[verb];
  if (kind === undefined) return ok(options);
  const errors: FieldError[] = [];
  if (patchType === 'apply') {
    if (!options.fieldManager) errors.push(required('fieldManager', 'is required for apply patch'));
  } else if (patchType !== undefined && query.get('force')) {
    errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  const orphan = query.get('orphanDependents');
  const policy = query.get('propagationPolicy') ?? '';
  if (kind === 'DeleteOptions') {
    propagation(errors, options, orphan ? isTrue(orphan) : undefined, policy);
    dryRuns(errors, options, query.getAll('dryRun'));
  } else {
    fieldManager(errors, 'fieldManager', options.fieldManager ?? '');
    dryRuns(errors, options, query.getAll('dryRun'));
    const validation = query.get('fieldValidation') ?? '';
    if (!VALIDATIONS.includes(validation)) errors.push(notSupported('fieldValidation', validation, VALIDATIONS));
    else options.fieldValidation = (validation || 'Warn') as NonNullable<ApiOptions['fieldValidation']>;
  }
  return errors.length === 0 ? ok(options) : refuse(invalid({ group: 'meta.k8s.io', kind }, '', errors));
}
function propagation(errors: FieldError[], options: Writable, orphan: boolean | undefined, policy: string): void {
  if (policy !== '' && orphan !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalidField('propagationPolicy', policy, detail));
  } else if (orphan !== undefined) options.propagationPolicy = orphan ? 'Orphan' : 'Background';
  else if (policy !== '') {
    if (policy === 'nil' || !POLICIES.includes(policy))
      errors.push(notSupported('propagationPolicy', policy, POLICIES));
    else options.propagationPolicy = policy as NonNullable<ApiOptions['propagationPolicy']>;
  }
}
function dryRuns(errors: FieldError[], options: Writable, given: readonly string[]): void {
  const values = given.filter((value) => value !== '');
  if (values.some((value) => value !== 'All')) errors.push(notSupported('dryRun', values, ['All']));
  else if (values.length > 0) options.dryRun = true;
}

const KIND = 'DeleteOptions';
/** A delete's body counts instead of its query. */
export function withDeleteOptions(schema: Schema, options: ApiOptions, body: unknown): Result<ApiOptions> {
  if (body === undefined) return ok(options);
  const given = body ?? {};
  if (!isObject(given)) return refuse(badRequest(unreadable(body)));
  const { kind: called = KIND, apiVersion = 'v1' } = given;
  // Clients name the group that they delete from.
  if (called !== KIND) {
    const words = `no kind "${textOf(called)}" is registered for version "${textOf(apiVersion)}"`;
    return refuse(badRequest(`${words} in scheme "pkg/runtime/scheme.go:111"`));
  }
  const named = { ...given, kind: KIND, apiVersion: 'v1' };
  const { object, errors: wrong } = decode(schema, definitionOf(schema, 'v1', KIND) ?? '', named);
  if (wrong[0] !== undefined) return refuse(badRequest(wrong[0].detail));
  const { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, limit } = options;
  const result: Writable = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(resourceVersionMatch === undefined ? {} : { resourceVersionMatch }),
    ...(options.continue === undefined ? {} : { continue: options.continue }),
    ...(limit === undefined ? {} : { limit }),
  };
  const grace = object['gracePeriodSeconds'];
  if (typeof grace === 'number') result.gracePeriodSeconds = grace;
  const uid = textOf(get(object, 'preconditions', 'uid'));
  const version = textOf(get(object, 'preconditions', 'resourceVersion'));
  if (uid !== '' || version !== '')
    result.preconditions = { ...(uid === '' ? {} : { uid }), ...(version === '' ? {} : { resourceVersion: version }) };
  const errors: FieldError[] = [];
  const orphan = object['orphanDependents'];
  propagation(errors, result, typeof orphan === 'boolean' ? orphan : undefined, textOf(object['propagationPolicy']));
  dryRuns(errors, result, listOf(object['dryRun']).map(textOf));
  const kind = { group: 'meta.k8s.io', kind: 'DeleteOptions' };
  return errors.length === 0 ? ok(result) : refuse(invalid(kind, '', errors));
}
