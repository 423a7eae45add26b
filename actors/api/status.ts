//! meta/v1 Status: how an API server says no. Words, codes and reasons of k8s.io/apimachinery/pkg/api/errors.
import type { Fault, FaultReason } from '../../runtime/fault.ts';
import { bodyOf, causeOf, type FieldError, textOfError } from './field-error.ts';
import type { Status } from './types/meta.ts';

type Details = NonNullable<Status['details']>;
/** A ResourceInfo is one. */
interface Named {
  readonly group: string;
  readonly resource: string;
}
interface Kinded {
  readonly group: string;
  readonly kind: string;
}
const dotted = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);

export const failure = (code: number, reason: string, message: string, details?: Details): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason === '' ? {} : { reason }),
  ...(details === undefined ? {} : { details }),
  code,
});
/** What a delete answers. */
export const success = (details?: Details): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  ...(details === undefined ? {} : { details }),
});

const detailsOf = (resource: Named, name: string): Details => ({
  ...(name === '' ? {} : { name }),
  ...(resource.group === '' ? {} : { group: resource.group }),
  kind: resource.resource,
});

export const notFound = (resource: Named, name: string): Status =>
  failure(
    404,
    'NotFound',
    `${dotted(resource.resource, resource.group)} "${name}" not found`,
    detailsOf(resource, name),
  );
/** No such path at all: a request for a group, version or resource nobody serves. */
export const notFoundPath = (): Status =>
  failure(404, 'NotFound', 'the server could not find the requested resource', {});
export const alreadyExists = (resource: Named, name: string): Status =>
  failure(
    409,
    'AlreadyExists',
    `${dotted(resource.resource, resource.group)} "${name}" already exists`,
    detailsOf(resource, name),
  );
export const generateNameConflict = (resource: Named, name: string): Status =>
  failure(
    409,
    'AlreadyExists',
    `${dotted(resource.resource, resource.group)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    { ...detailsOf(resource, name), retryAfterSeconds: 1 },
  );
/** registry.OptimisticLockErrorMsg */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';
export const conflict = (resource: Named, name: string, why: string = MODIFIED): Status =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${dotted(resource.resource, resource.group)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

export function invalid(kind: Kinded, name: string, errors: readonly FieldError[]): Status {
  const messages = [...new Set(errors.map(textOfError))];
  const all = messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`;
  return failure(
    422,
    'Invalid',
    `${dotted(kind.kind, kind.group)} "${name}" is invalid${errors.length === 0 ? '' : `: ${all}`}`,
    {
      ...(name === '' ? {} : { name }),
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.kind,
      ...(errors.length === 0
        ? {}
        : { causes: errors.map((error) => ({ reason: causeOf(error), message: bodyOf(error), field: error.field })) }),
    },
  );
}
export const badRequest = (message: string): Status => failure(400, 'BadRequest', message);
/** A list or watch from a revision that is compacted. */
export const expired = (requested: number | string, oldest: number | string): Status =>
  expiredBecause(`too old resource version: ${requested} (${oldest})`);
export const expiredBecause = (message: string): Status => failure(410, 'Expired', message);
/**
 * A `continue` token whose revision is gone (storage/etcd3 handleCompactedErrorForPaging): `token` goes on at the
 * newest revision.
 */
export const continueExpired = (token: string): Status => ({
  ...expiredBecause(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  ),
  metadata: { continue: token },
});
export const gone = (message: string): Status => failure(410, 'Gone', message);
export const unauthorized = (message = 'Unauthorized'): Status => failure(401, 'Unauthorized', message);
export function forbidden(resource: Named, name: string, why: string): Status {
  const subject = dotted(resource.resource, resource.group);
  const message =
    subject === ''
      ? `forbidden: ${why}`
      : name === ''
        ? `${subject} is forbidden: ${why}`
        : `${subject} "${name}" is forbidden: ${why}`;
  return failure(403, 'Forbidden', message, subject === '' ? {} : detailsOf(resource, name));
}
export const methodNotAllowed = (resource: Named, action: string): Status =>
  failure(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind "${dotted(resource.resource, resource.group)}"`,
    {
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.resource,
    },
  );
/** The path exists, the HTTP verb does not (responsewriters). */
export const methodNotAllowedPath = (): Status =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
export const unsupportedMediaType = (accepted: readonly string[]): Status =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
export const notAcceptable = (accepted: readonly string[]): Status =>
  failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
export const requestEntityTooLarge = (message: string): Status =>
  failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
export const timeout = (message: string, retryAfterSeconds = 1): Status =>
  failure(504, 'Timeout', `Timeout: ${message}`, retryAfterSeconds === 0 ? {} : { retryAfterSeconds });
/** A server that can be asked again: 500 with its own reason, as Kubernetes does. */
export const serverTimeout = (resource: Named, operation: string, retryAfterSeconds = 1): Status =>
  failure(
    500,
    'ServerTimeout',
    `The ${operation} operation against ${dotted(resource.resource, resource.group)} could not be completed at this time, please try again.`,
    { ...detailsOf(resource, operation), retryAfterSeconds },
  );
export const tooManyRequests = (message: string, retryAfterSeconds = 1): Status =>
  failure(429, 'TooManyRequests', message, { retryAfterSeconds });
export const internalError = (why: string): Status =>
  failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
export const serviceUnavailable = (message: string, retryAfterSeconds?: number): Status =>
  failure(503, 'ServiceUnavailable', message, retryAfterSeconds === undefined ? undefined : { retryAfterSeconds });

const FAULT_OF: Readonly<Record<string, FaultReason>> = {
  ServerTimeout: 'Timeout',
  ServiceUnavailable: 'Unavailable',
  TooManyRequests: 'Busy',
};
const BY_CODE: Readonly<Record<number, FaultReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'Busy',
  503: 'Unavailable',
  504: 'Timeout',
};
const CODES: Readonly<Record<FaultReason, readonly [code: number, reason: string]>> = {
  AlreadyExists: [409, 'AlreadyExists'],
  BadRequest: [400, 'BadRequest'],
  Busy: [429, 'TooManyRequests'],
  Conflict: [409, 'Conflict'],
  Expired: [410, 'Expired'],
  Forbidden: [403, 'Forbidden'],
  Gone: [410, 'Gone'],
  InternalError: [500, 'InternalError'],
  Invalid: [422, 'Invalid'],
  MethodNotAllowed: [405, 'MethodNotAllowed'],
  NotAcceptable: [406, 'NotAcceptable'],
  NotFound: [404, 'NotFound'],
  RequestEntityTooLarge: [413, 'RequestEntityTooLarge'],
  Timeout: [504, 'Timeout'],
  Unauthorized: [401, 'Unauthorized'],
  Unavailable: [503, 'ServiceUnavailable'],
  UnsupportedMediaType: [415, 'UnsupportedMediaType'],
};
const known = (reason: string): reason is FaultReason => reason in CODES;

export function faultOf(status: Status): Fault {
  const reason = status.reason ?? '';
  return {
    reason: FAULT_OF[reason] ?? (known(reason) ? reason : (BY_CODE[status.code ?? 500] ?? 'InternalError')),
    message: status.message ?? '',
    detail: status,
  };
}
export const isStatus = (value: unknown): value is Status =>
  typeof value === 'object' && value !== null && (value as Status).kind === 'Status';
export function statusOf(fault: Fault): Status {
  if (isStatus(fault.detail)) return fault.detail;
  const [code, reason] = CODES[fault.reason];
  return failure(code, reason, fault.message, RETRY_AFTER[fault.reason]);
}
/** Without it client-go does not try again. */
const RETRY_AFTER: Partial<Record<FaultReason, Details>> = {
  Busy: { retryAfterSeconds: 1 },
  Timeout: { retryAfterSeconds: 1 },
  Unavailable: { retryAfterSeconds: 1 },
};
