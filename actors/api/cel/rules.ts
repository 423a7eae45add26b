//! x-kubernetes-validations: rules that a CustomResourceDefinition gives its objects.
import type { FieldError } from '../field-error.ts';
import type { JsonObject } from '../json.ts';
import { checkSchema } from './rules/check.ts';
import { compileNode, hasRules } from './rules/compile.ts';
import { typeOfSchema } from './rules/schema-type.ts';
import { Run } from './rules/validate.ts';

export interface Rules {
  /**
   * `old`: the object before an update. Errors have paths from the object's root. `warn` is told what is wrong but
   * was so before, in a part that the update leaves as it was.
   */
  validate(value: JsonObject, old: JsonObject | undefined, warn?: (text: string) => void): FieldError[];
}
/** Of an openAPIV3Schema (JSONSchemaProps); `path` is where it stands in the CustomResourceDefinition. */
export const checkRules = (schema: JsonObject, path: string): FieldError[] =>
  hasRules(schema) ? checkSchema(schema, path) : [];

/** Undefined when the schema has no rules. To be kept: it compiles each of them. */
export function compileRules(schema: JsonObject): Rules | undefined {
  const root = compileNode(schema, typeOfSchema(schema, true));
  if (root === undefined) return undefined;
  return {
    validate(value, old, warn = () => {}) {
      const run = new Run(warn);
      run.root(root, value, old);
      return run.errors;
    },
  };
}
