//! Which indexes of a Job are enough (pkg/apis/batch/validation).
import { invalid, required, tooLong, tooMany } from '../../field-error.ts';
import { get, type JsonObject, listOf, numberOf, objectOf } from '../../json.ts';
import { type Errors, nonNegative } from '../check.ts';
import { countOf } from './indexes.ts';

const RULES_MAX = 20;
const INDEXES_MAX = 64 * 1024;

export function successPolicy(errors: Errors, at: string, spec: JsonObject): void {
  const rules = listOf(get(spec, 'successPolicy', 'rules'));
  const path = `${at}.rules`;
  if (rules.length === 0)
    errors.push(required(path, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > RULES_MAX) errors.push(tooMany(path, rules.length, RULES_MAX));
  rules.forEach((item, i) => {
    rule(errors, `${path}[${i}]`, objectOf(item), numberOf(spec['completions']));
  });
}
function rule(errors: Errors, at: string, given: JsonObject, completions: number): void {
  const [count, indexes] = [given['succeededCount'], given['succeededIndexes']];
  if (typeof count !== 'number' && typeof indexes !== 'string')
    errors.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'));
  let total = 0;
  if (typeof indexes === 'string') {
    const path = `${at}.succeededIndexes`;
    if (Buffer.byteLength(indexes) > INDEXES_MAX) errors.push(tooLong(path, INDEXES_MAX));
    const read = countOf(indexes, completions);
    if (read.fault === undefined) total = read.value;
    else errors.push(invalid(path, indexes, `error parsing succeededIndexes: ${read.fault}`));
  }
  if (typeof count !== 'number') return;
  const path = `${at}.succeededCount`;
  nonNegative(errors, path, count);
  const atMost = (most: number, what: string): void => {
    if (count > most) errors.push(invalid(path, count, `must be less than or equal to ${most} (${what})`));
  };
  atMost(completions, 'the number of specified completions');
  if (typeof indexes === 'string') atMost(total, 'the number of indexes in the specified succeededIndexes field');
}
