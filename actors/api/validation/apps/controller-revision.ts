//! ControllerRevisions (pkg/apis/apps/validation).
import { required } from '../../field-error.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { type Errors, immutable, nonNegative } from '../check.ts';

export function controllerRevision(errors: Errors, object: JsonObject, old?: JsonObject): void {
  nonNegative(errors, 'revision', object['revision']);
  const data = object['data'];
  if (old !== undefined) immutable(errors, 'data', data, old['data']);
  else if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (!isObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
}
