//! One rule of x-kubernetes-validations, compiled.
import { type JsonObject, textOf } from '../../json.ts';
import { compile, type Program } from '../index.ts';
import { kubernetesFunctions } from '../library/index.ts';
import { optionalOf, type Type } from '../type.ts';
import { fieldPathOf } from './field-path.ts';

export interface Rule {
  readonly json: JsonObject;
  /** Absent when it does not compile: then `fault` says why. */
  readonly program?: Program;
  readonly fault?: string;
  readonly message?: Program;
  readonly messageFault?: string;
  /** oldSelf is an optional, there at creation too. */
  readonly optionalOld: boolean;
  readonly usesOld: boolean;
  /** Relative, '' when the rule names none. */
  readonly fieldPath: string;
}
export function compileRule(json: JsonObject, schema: JsonObject, self: Type): Rule {
  const optionalOld = json['optionalOldSelf'] === true;
  const environment = {
    variables: { self, oldSelf: optionalOld ? optionalOf(self) : self },
    functions: kubernetesFunctions(),
  };
  const base = {
    json,
    optionalOld,
    usesOld: false,
    fieldPath: fieldPathOf(textOf(json['fieldPath']).trim(), schema) ?? '',
  };
  const compiled = compile(textOf(json['rule']), environment);
  if (!compiled.ok) return { ...base, fault: `compilation failed: ${compiled.text}` };
  const { program } = compiled;
  if (program.type.kind !== 'bool') return { ...base, fault: 'cel expression must evaluate to a bool' };
  const rule = { ...base, program, usesOld: program.uses('oldSelf') };
  const expression = textOf(json['messageExpression']);
  if (expression === '') return rule;
  const message = compile(expression, environment);
  if (!message.ok) return { ...rule, messageFault: `messageExpression compilation failed: ${message.text}` };
  if (message.program.type.kind !== 'string')
    return { ...rule, messageFault: 'messageExpression must evaluate to a string' };
  return { ...rule, message: message.program };
}
/** What stands for the rule in messages. */
export const nameOfRule = ({ json }: Rule): string => textOf(json['message']).trim() || textOf(json['rule']).trim();
export const rulesOf = (schema: JsonObject): readonly JsonObject[] => {
  const list = schema['x-kubernetes-validations'];
  return Array.isArray(list) ? (list as JsonObject[]) : [];
};
