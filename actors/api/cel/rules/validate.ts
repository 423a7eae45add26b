//! Runs the rules of a schema over an object: apiextensions-apiserver pkg/apiserver/schema/cel/validation.go.
import { type FieldError, forbidden, invalid, required, textOfError } from '../../field-error.ts';
import { equal, isObject, type Json, type JsonObject, textOf } from '../../json.ts';
import { fromJson } from '../json-value.ts';
import { Optional, type Value } from '../value.ts';
import type { RuleNode } from './compile.ts';
import { nameOfRule, type Rule } from './rule.ts';

/** k8s.io/apiserver/pkg/apis/cel/config.go. */
export const CALL_COST_MAX = 1_000_000;
export const OBJECT_COST_MAX = 10_000_000;
const MESSAGE_BYTES_MAX = 5 * 1024;
const SPENT = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** What the object was before, as far as places in it can be told to be the same. */
interface Before {
  readonly old: Json | undefined;
  /** The nearest place around that can be told: nothing there has changed, so what is wrong was wrong before. */
  readonly unchanged: boolean;
  readonly correlated: boolean;
}
export class Run {
  readonly errors: FieldError[] = [];
  readonly #warn: (text: string) => void;
  #budget = OBJECT_COST_MAX;
  #stopped = false;
  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }
  root(node: RuleNode, value: Json, old: Json | undefined): void {
    this.#node(node, '', value, {
      old,
      unchanged: old !== undefined && equal(value, old),
      correlated: old !== undefined,
    });
  }
  #node(node: RuleNode, path: string, value: Json, before: Before): void {
    if (value === null || this.#stopped) return;
    this.#rules(node, path, value, before);
    for (const below of node.allOf)
      if (!this.#stopped) this.#node(below, path, value, { ...before, correlated: false });
    if (Array.isArray(value)) this.#list(node, path, value, before);
    else if (isObject(value)) this.#map(node, path, value, before);
  }
  #map(node: RuleNode, path: string, value: JsonObject, before: Before): void {
    if (node.properties.size === 0 && node.values === undefined) return;
    const granular = node.schema['x-kubernetes-map-type'] !== 'atomic';
    const old = granular && isObject(before.old) ? before.old : undefined;
    for (const [name, member] of Object.entries(value)) {
      const below = node.properties.get(name) ?? node.values;
      if (below === undefined) continue;
      const named = node.properties.has(name);
      const at = named ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`;
      this.#node(below, at, member, this.#below(before, granular, member, old?.[name]));
    }
  }
  #list(node: RuleNode, path: string, value: readonly Json[], before: Before): void {
    const { items, type } = node;
    if (items === undefined) return;
    const byKey = type.listType === 'map' && Array.isArray(before.old);
    const identity = (item: Json): string =>
      JSON.stringify((type.listKeys ?? []).map((key) => (isObject(item) ? (item[key] ?? null) : null)));
    const olds = new Map(byKey ? (before.old as Json[]).map((item) => [identity(item), item]) : []);
    for (const [i, item] of value.entries())
      this.#node(items, `${path}[${i}]`, item, this.#below(before, byKey, item, olds.get(identity(item))));
  }
  #below(before: Before, correlatable: boolean, value: Json, old: Json | undefined): Before {
    if (!before.correlated || !correlatable) return { ...before, old: undefined, correlated: false };
    return { old, unchanged: old !== undefined && equal(value, old), correlated: old !== undefined };
  }

  #rules({ rules, schema, type }: RuleNode, path: string, json: Json, before: Before): void {
    if (rules.length === 0) return;
    const shown = textOf(schema['type']);
    const add = (detail: string): void => void this.errors.push(invalid(path, shown, detail));
    if (this.#budget <= 0) {
      this.#stopped = true;
      return add(SPENT);
    }
    const self = fromJson(json, type);
    const { old } = before;
    const oldSelf = old === undefined || old === null ? undefined : fromJson(old, type);
    for (const rule of rules) {
      if (this.#stopped) return;
      if (rule.program === undefined) {
        add(`rule compile error: ${rule.fault}`);
        continue;
      }
      if (rule.usesOld && oldSelf === undefined && !rule.optionalOld) continue;
      const bindings = { self, oldSelf: rule.optionalOld ? new Optional(oldSelf) : oldSelf };
      const outcome = rule.program.evaluate(bindings, CALL_COST_MAX);
      if (outcome.what === 'pending') continue;
      if (!this.#spend(outcome.cost)) return add(SPENT);
      if (outcome.what === 'value') {
        if (outcome.value === true) continue;
        const at = rule.fieldPath === '' ? path : path === '' ? rule.fieldPath : `${path}.${rule.fieldPath}`;
        const value = shown === 'object' || shown === 'array' ? undefined : json;
        const error = errorOf(rule, at, value, this.#message(rule, bindings) ?? messageOf(rule));
        // What was wrong before and is as it was does not stand in the way of other changes.
        if (!rule.usesOld && before.unchanged) this.#warn(textOfError(error));
        else this.errors.push(error);
      } else if (outcome.cancelled) {
        this.#stopped = true;
        return add(
          `'${outcome.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${nameOfRule(rule)}`,
        );
      } else if (outcome.message.startsWith('no such overload'))
        add(
          `'${outcome.message}': call arguments did not match a supported operator, function or macro signature for rule: ${nameOfRule(rule)}`,
        );
      else add(`${outcome.message} evaluating rule: ${nameOfRule(rule)}`);
    }
  }
  #spend(cost: number): boolean {
    this.#stopped ||= cost > this.#budget;
    this.#budget -= cost;
    return !this.#stopped;
  }
  /** Undefined when the expression gives none that can be shown. */
  #message({ message }: Rule, bindings: Readonly<Record<string, Value | undefined>>): string | undefined {
    const outcome = message?.evaluate(bindings, CALL_COST_MAX);
    if (outcome === undefined || outcome.what === 'pending') return undefined;
    if (!this.#spend(outcome.cost))
      return 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run';
    if (outcome.what === 'error' || typeof outcome.value !== 'string') return undefined;
    const text = outcome.value.trim();
    return text === '' || text.includes('\n') || Buffer.byteLength(text) > MESSAGE_BYTES_MAX ? undefined : text;
  }
}
const messageOf = (rule: Rule): string =>
  textOf(rule.json['message']) === '' ? `failed rule: ${nameOfRule(rule)}` : nameOfRule(rule);
function errorOf({ json }: Rule, field: string, value: Json | undefined, detail: string): FieldError {
  switch (json['reason']) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return { type: 'Duplicate', field, value, detail: '', ...(value === undefined ? { valueOmitted: true } : {}) };
    default:
      return { ...invalid(field, value, detail), ...(value === undefined ? { valueOmitted: true } : {}) };
  }
}
