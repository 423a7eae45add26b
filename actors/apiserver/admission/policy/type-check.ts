//! Expressions of a ValidatingAdmissionPolicy held against the kinds that it is about: what cannot be right is told in
//! its status (k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go). It stays what it does.
import { typeOfDefinition, withObjectMeta } from '../../../api/cel/definition-type.ts';
import { typeOfSchema } from '../../../api/cel/rules/schema-type.ts';
import type { Type } from '../../../api/cel/type.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../../../api/json.ts';
import { apiVersion, type ResourceInfo } from '../../../api/resources.ts';
import { definitionOfResource } from '../../../api/schema.ts';
import type { Engine } from '../../verbs/engine.ts';
import { type Definition, read } from './definition.ts';

/** More kinds than these are not looked at. */
const KINDS_MAX = 10;
type Types = Pick<Engine, 'schema' | 'catalog'>;

/** `{ fieldRef, warning }` of each expression that is wrong for some kind. */
export function expressionWarnings(engine: Types, policy: JsonObject): JsonObject[] {
  const spec = objectOf(policy['spec']);
  const paramKind = objectOf(spec['paramKind']);
  const params = engine.catalog.findKind(textOf(paramKind['apiVersion']), textOf(paramKind['kind']));
  const paramsType = params && typeOf(engine, params);
  const checked = kindsOf(engine, spec).flatMap((info) => {
    const object = typeOf(engine, info);
    if (object === undefined) return [];
    const definition = read(policy, { object, ...(paramsType === undefined ? {} : { paramsType }) });
    return [[info, definition] as const];
  });
  return listOf(spec['validations']).flatMap((_, i) =>
    (['expression', 'messageExpression'] as const).flatMap((field) => {
      const warning = checked
        .map(([info, { validations }]) => [info, faultOf(validations[i], field)] as const)
        .filter(([, fault]) => fault !== undefined)
        .map(([{ group, version, kind }, fault]) => `${group}/${version}, Kind=${kind}: ${fault}`);
      return warning.length === 0 ? [] : [{ fieldRef: `spec.validations[${i}].${field}`, warning: warning.join('\n') }];
    }),
  );
}
/** To what it evaluates is looked at when a policy is written, not here. */
function faultOf(validation: Definition['validations'][number] | undefined, field: 'expression' | 'messageExpression') {
  const fault = validation?.[field]?.fault;
  return fault?.startsWith('compilation failed') ? fault : undefined;
}

/** Those that rules name without a wildcard, in order. */
function kindsOf({ catalog }: Types, spec: JsonObject): readonly ResourceInfo[] {
  const named = (rule: JsonObject, list: string): readonly string[] => listOf(rule[list]).map(textOf);
  const found = new Map<string, ResourceInfo>();
  for (const rule of listOf(objectOf(spec['matchConstraints'])['resourceRules']).map(objectOf))
    for (const group of named(rule, 'apiGroups'))
      for (const version of named(rule, 'apiVersions'))
        for (const resource of named(rule, 'resources')) {
          const info = catalog.find(group, version, resource);
          if (info !== undefined && found.size < KINDS_MAX) found.set(`${apiVersion(info)}/${info.kind}`, info);
        }
  return [...found.keys()].sort().map((key) => found.get(key)!);
}
function typeOf({ schema }: Types, info: ResourceInfo): Type | undefined {
  if (info.custom !== undefined) {
    const type = typeOfSchema(info.custom.schema);
    return type?.kind === 'object' ? withObjectMeta(schema, type) : undefined;
  }
  const name = definitionOfResource(schema, info);
  return name === undefined ? undefined : typeOfDefinition(schema, name);
}
