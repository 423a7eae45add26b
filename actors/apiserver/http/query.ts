//! Query parameters and DeleteOptions as options, or what is wrong with them.
import { ok, type Result } from '../../../runtime/fault.ts';
import { type FieldError, notSupported } from '../../api/field-error.ts';
import { get, isObject, listOf, textOf } from '../../api/json.ts';
import { badRequest, invalid } from '../../api/status.ts';
import type { ApiOptions } from '../protocol.ts';
import { refuse } from '../verbs/engine.ts';

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
const VALIDATIONS: readonly string[] = ['Ignore', 'Strict', 'Warn'];
const POLICIES: readonly string[] = ['Background', 'Foreground', 'Orphan'];

export function optionsOf(query: URLSearchParams): Result<ApiOptions> {
  const options: Writable = {};
  for (const name of TEXTS) {
    const value = query.get(name);
    if (value) options[name] = value;
  }
  for (const name of ['limit', 'gracePeriodSeconds'] as const) {
    const value = query.get(name);
    if (value === null || value === '') continue;
    if (!/^-?\d{1,15}$/.test(value))
      return refuse(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`));
    options[name] = Number(value);
  }
  if (isTrue(query.get('force'))) options.force = true;
  if (query.has('sendInitialEvents')) options.sendInitialEvents = isTrue(query.get('sendInitialEvents'));
  const errors: FieldError[] = [];
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported('dryRun', dryRun as string[], ['All']));
  else if (dryRun.length > 0) options.dryRun = true;
  const validation = query.get('fieldValidation') || 'Warn';
  if (VALIDATIONS.includes(validation))
    options.fieldValidation = validation as NonNullable<ApiOptions['fieldValidation']>;
  else errors.push(notSupported('fieldValidation', validation, VALIDATIONS));
  const policy = query.get('propagationPolicy');
  if (policy) {
    if (POLICIES.includes(policy)) options.propagationPolicy = policy as NonNullable<ApiOptions['propagationPolicy']>;
    else errors.push(notSupported('propagationPolicy', policy, POLICIES));
  }
  const orphan = query.get('orphanDependents');
  if (orphan) options.propagationPolicy = isTrue(orphan) ? 'Orphan' : 'Background';
  return errors.length === 0 ? ok(options) : refuse(invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors));
}

/** A delete's body says the same as its query, and more. */
export function withDeleteOptions(options: ApiOptions, body: unknown): Result<ApiOptions> {
  if (body === undefined) return ok(options);
  if (!isObject(body))
    return refuse(badRequest("couldn't get version/kind; json parse error: the body is not DeleteOptions"));
  const kind = body['kind'] ?? 'DeleteOptions';
  if (kind !== 'DeleteOptions') return refuse(badRequest(`${textOf(kind)} cannot be handled as DeleteOptions`));
  const result: Writable = { ...options };
  const grace = body['gracePeriodSeconds'];
  if (grace !== undefined && grace !== null) {
    if (!Number.isInteger(grace)) return refuse(badRequest('gracePeriodSeconds must be an integer'));
    result.gracePeriodSeconds = grace as number;
  }
  const uid = textOf(get(body, 'preconditions', 'uid'));
  const resourceVersion = textOf(get(body, 'preconditions', 'resourceVersion'));
  if (uid !== '' || resourceVersion !== '')
    result.preconditions = { ...(uid === '' ? {} : { uid }), ...(resourceVersion === '' ? {} : { resourceVersion }) };
  if (typeof body['orphanDependents'] === 'boolean')
    result.propagationPolicy = body['orphanDependents'] ? 'Orphan' : 'Background';
  const policy = textOf(body['propagationPolicy']);
  if (policy !== '') {
    if (!POLICIES.includes(policy))
      return refuse(
        invalid({ group: '', kind: 'DeleteOptions' }, '', [notSupported('propagationPolicy', policy, POLICIES)]),
      );
    result.propagationPolicy = policy as NonNullable<ApiOptions['propagationPolicy']>;
  }
  if (listOf(body['dryRun']).includes('All')) result.dryRun = true;
  return ok(result);
}
