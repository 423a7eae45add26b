//! A policy and its expressions, compiled once a revision of it.
import { environmentOf, JSON_PATCH, OBJECT, type Vocabulary } from '../../../api/cel/admission.ts';
import { type Expression, expressionOf } from '../../../api/cel/expression.ts';
import { BOOL, DYN, listOf as listType, NULL, STRING, type Type } from '../../../api/cel/type.ts';
import { asJson, type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import { type Criteria, criteriaOf } from '../matching.ts';

export interface Named {
  readonly name: string;
  readonly expression: Expression;
}
export interface Validation {
  readonly expression: Expression;
  readonly message: string;
  readonly messageExpression?: Expression;
  readonly reason: string;
}
export interface Mutation {
  readonly patchType: string;
  readonly expression: Expression;
}
export interface Definition {
  readonly name: string;
  readonly criteria: Criteria;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  readonly variables: readonly Named[];
  readonly conditions: readonly Named[];
  readonly validations: readonly Validation[];
  /** `name` is the key. */
  readonly auditAnnotations: readonly Named[];
  readonly mutations: readonly Mutation[];
  /** reinvocationPolicy: IfNeeded. */
  readonly again: boolean;
}
const kept = new WeakMap<object, Definition>();
export function definitionOf(policy: KubeObject): Definition {
  let definition = kept.get(policy);
  if (definition === undefined) {
    definition = read(asJson(policy));
    kept.set(policy, definition);
  }
  return definition;
}
export function read(policy: JsonObject, types: Pick<Vocabulary, 'object' | 'paramsType'> = {}): Definition {
  const spec = objectOf(policy['spec']);
  const paramKind = spec['paramKind'] === undefined ? undefined : objectOf(spec['paramKind']);
  const base: Vocabulary = { params: paramKind !== undefined, authorizer: true, ...types };
  const variables: Named[] = [];
  const known: Record<string, Type> = {};
  const vocabulary = (): Vocabulary => ({ ...base, variables: { ...known } });
  for (const { name, expression } of listOf(spec['variables']).map(objectOf).map(sourceOf)) {
    const compiled = expressionOf(expression, environmentOf(vocabulary()));
    variables.push({ name, expression: compiled });
    known[name] = compiled.program?.type ?? DYN;
  }
  const environment = environmentOf(vocabulary());
  // Messages may not ask for authorization.
  const plain = environmentOf({ ...vocabulary(), authorizer: false });
  const patches = environmentOf({ ...vocabulary(), patches: true });
  return {
    name: textOf(objectOf(policy['metadata'])['name']),
    criteria: criteriaOf(objectOf(spec['matchConstraints'])),
    failurePolicy: spec['failurePolicy'] === 'Ignore' ? 'Ignore' : 'Fail',
    ...(paramKind === undefined
      ? {}
      : { paramKind: { apiVersion: textOf(paramKind['apiVersion']), kind: textOf(paramKind['kind']) } }),
    variables,
    conditions: listOf(spec['matchConditions'])
      .map(objectOf)
      .map(sourceOf)
      .map(({ name, expression }) => ({ name, expression: expressionOf(expression, environment, [BOOL]) })),
    validations: listOf(spec['validations'])
      .map(objectOf)
      .map((validation) => ({
        expression: expressionOf(textOf(validation['expression']), environment, [BOOL]),
        message: textOf(validation['message']),
        ...(textOf(validation['messageExpression']) === ''
          ? {}
          : { messageExpression: expressionOf(textOf(validation['messageExpression']), plain, [STRING]) }),
        reason: textOf(validation['reason']) || 'Invalid',
      })),
    auditAnnotations: listOf(spec['auditAnnotations'])
      .map(objectOf)
      .map((annotation) => ({
        name: textOf(annotation['key']),
        expression: expressionOf(textOf(annotation['valueExpression']), environment, [STRING, NULL]),
      })),
    mutations: listOf(spec['mutations'])
      .map(objectOf)
      .map((mutation) => {
        const patchType = textOf(mutation['patchType']);
        const isJson = patchType === 'JSONPatch';
        const source = textOf(objectOf(mutation[isJson ? 'jsonPatch' : 'applyConfiguration'])['expression']);
        const wanted = isJson ? listType(JSON_PATCH) : OBJECT;
        return { patchType, expression: expressionOf(source, patches, [wanted]) };
      }),
    again: spec['reinvocationPolicy'] === 'IfNeeded',
  };
}
const sourceOf = (item: JsonObject): { readonly name: string; readonly expression: string } => ({
  name: textOf(item['name']),
  expression: textOf(item['expression']),
});
