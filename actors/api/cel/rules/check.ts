//! What is wrong with the rules of a schema: apiextensions-apiserver pkg/apis/apiextensions/validation.
import { type FieldError, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, objectOf, textOf } from '../../json.ts';
import type { Type } from '../type.ts';
import { escaped } from './escape.ts';
import { fieldPathOf } from './field-path.ts';
import { compileRule, rulesOf } from './rule.ts';
import { REQUEST_BYTES_MAX, typeOfSchema } from './schema-type.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
/** apis/apiextensions/validation: of one rule at all places where it may run, and of all rules of a version. */
const RULE_COST_MAX = 10_000_000;
const SCHEMA_COST_MAX = 100_000_000;

export function checkSchema(schema: JsonObject, path: string): FieldError[] {
  const checker = new Checker();
  checker.node(schema, typeOfSchema(schema, true), path, 1, undefined);
  return checker.finish(path);
}
class Checker {
  readonly #errors: FieldError[] = [];
  readonly #costs: { readonly path: string; readonly cost: number }[] = [];
  /**
   * `times`: how often the schema lets it be in an object; undefined: without bound. `apart`: the list or map around
   * it whose members cannot be told one from the other.
   */
  node(
    schema: JsonObject,
    type: Type | undefined,
    path: string,
    times: number | undefined,
    apart: string | undefined,
    validated = schema,
  ): void {
    for (const [i, rule] of rulesOf(validated).entries())
      this.#rule(rule, schema, type, `${path}.x-kubernetes-validations[${i}]`, times, apart);
    for (const [name, below] of Object.entries(objectOf(validated['properties']))) {
      const own = objectOf(schema['properties'])[name];
      if (!isObject(below) || !isObject(own)) continue;
      const known = escaped(name);
      const typed = known === undefined ? typeOfSchema(own) : type?.fields?.get(known)?.type;
      const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? path : undefined;
      this.node(own, typed, `${path}.properties[${name}]`, times, apart ?? atomic, below);
    }
    this.#deeper(schema, validated, 'items', type, path, product(times, schema['maxItems']), apart);
    const entries = product(times, schema['maxProperties']);
    this.#deeper(schema, validated, 'additionalProperties', type, path, entries, apart);
    const all = validated['allOf'];
    if (Array.isArray(all))
      for (const [i, one] of all.entries())
        if (isObject(one)) this.node(schema, type, `${path}.allOf[${i}]`, times, apart, one);
  }
  #deeper(
    schema: JsonObject,
    validated: JsonObject,
    word: 'items' | 'additionalProperties',
    type: Type | undefined,
    path: string,
    times: number | undefined,
    apart: string | undefined,
  ): void {
    const own = schema[word];
    const below = validated[word];
    if (!isObject(own) || !isObject(below)) return;
    const loose =
      word === 'items' ? schema['x-kubernetes-list-type'] !== 'map' : schema['x-kubernetes-map-type'] === 'atomic';
    this.node(own, type?.of, `${path}.${word}`, times, apart ?? (loose ? path : undefined), below);
  }
  #rule(
    rule: JsonObject,
    schema: JsonObject,
    type: Type | undefined,
    path: string,
    times: number | undefined,
    apart: string | undefined,
  ): void {
    const faults = shapeFaults(rule, schema, path);
    this.#errors.push(...faults);
    if (faults.length > 0) return;
    if (type === undefined) {
      const list = path.slice(0, path.lastIndexOf('['));
      const detail = 'failed to convert to declType for CEL validation rules';
      this.#errors.push({ type: 'InternalError', field: list, detail });
      return;
    }
    const compiled = compileRule(rule, schema, type);
    if (compiled.fault !== undefined) this.#errors.push(invalid(`${path}.rule`, rule, compiled.fault));
    if (compiled.messageFault !== undefined)
      this.#errors.push(invalid(`${path}.messageExpression`, rule, compiled.messageFault));
    // Without a bound: as many as fit into one request.
    const most = times ?? Math.floor(REQUEST_BYTES_MAX / ((type.least ?? 0) + 1));
    if (compiled.program !== undefined) this.#cost('rule', `${path}.rule`, compiled.program.costMax() * most);
    if (compiled.message !== undefined)
      this.#cost('messageExpression', `${path}.messageExpression`, compiled.message.costMax());
    if (compiled.usesOld && apart !== undefined)
      this.#errors.push(
        invalid(
          `${path}.rule`,
          textOf(rule['rule']),
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${apart}`,
        ),
      );
    else if (!compiled.usesOld && rule['optionalOldSelf'] !== undefined)
      this.#errors.push(
        invalid(
          `${path}.optionalOldSelf`,
          rule['optionalOldSelf'] as Json,
          'may not be set if oldSelf is not used in rule',
        ),
      );
  }
  #cost(what: 'rule' | 'messageExpression', path: string, cost: number): void {
    this.#costs.push({ path, cost });
    if (cost > RULE_COST_MAX)
      this.#errors.push(forbidden(path, tooCostly(`estimated ${what} cost`, cost, RULE_COST_MAX)));
  }
  finish(path: string): FieldError[] {
    const total = this.#costs.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= SCHEMA_COST_MAX) return this.#errors;
    const worst = [...this.#costs].sort((a, b) => b.cost - a.cost).slice(0, 4);
    for (const one of worst.filter(({ cost }) => cost > SCHEMA_COST_MAX / 100))
      this.#errors.push(
        forbidden(
          one.path,
          'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
        ),
      );
    const detail = tooCostly(
      'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema',
      total,
      SCHEMA_COST_MAX,
    );
    this.#errors.push(forbidden(path, detail));
    return this.#errors;
  }
}
const product = (times: number | undefined, most: Json | undefined): number | undefined =>
  times === undefined || typeof most !== 'number' ? undefined : times * most;
function tooCostly(what: string, cost: number, limit: number): string {
  const times = cost / limit;
  const factor = times > 100 ? 'more than 100x' : `${times.toFixed(times < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
function shapeFaults(rule: JsonObject, schema: JsonObject, path: string): FieldError[] {
  const expression = textOf(rule['rule']).trim();
  const message = textOf(rule['message']);
  const faults: FieldError[] = [];
  if (expression === '') faults.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '')
    faults.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  else if (message.trim().includes('\n'))
    faults.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  else if (expression.includes('\n') && message.trim() === '')
    faults.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  const messageExpression = textOf(rule['messageExpression']);
  if (messageExpression !== '' && messageExpression.trim() === '')
    faults.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  const reason = textOf(rule['reason']);
  if (rule['reason'] !== undefined && !REASONS.includes(reason))
    faults.push(notSupported(`${path}.reason`, reason, REASONS));
  const fieldPath = textOf(rule['fieldPath']);
  if (fieldPath !== '' && fieldPath.trim() === '')
    faults.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (fieldPath.includes('\n')) faults.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (fieldPath !== '' && fieldPathOf(fieldPath, schema) === undefined)
    faults.push(invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
  return faults;
}
