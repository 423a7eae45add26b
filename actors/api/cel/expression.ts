//! An expression that somebody has configured: compiled, or known to be wrong.
import type { Environment } from './environment.ts';
import { compile, type Program } from './index.ts';
import { assignable, type Type, textOfType } from './type.ts';

export interface Expression {
  readonly source: string;
  readonly program?: Program;
  /** Why there is no program. */
  readonly fault?: string;
}
/** `wanted`: what it may evaluate to; any type when absent. */
export function expressionOf(source: string, environment: Environment, wanted?: readonly Type[]): Expression {
  const compiled = compile(source, environment);
  if (!compiled.ok) return { source, fault: `compilation failed: ${compiled.text}` };
  const { program } = compiled;
  if (wanted === undefined || wanted.some((type) => isExactly(type, program.type))) return { source, program };
  const names = wanted.map(nameOf);
  const one = names.length === 1 ? names[0] : `one of [${names.join(' ')}]`;
  return { source, fault: `must evaluate to ${one} but got ${nameOf(program.type)}` };
}
const NAMES: Readonly<Record<string, string>> = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  null: 'null_type',
};
const nameOf = (type: Type): string => NAMES[type.kind] ?? textOfType(type);
/** A value that is known at run time only is not exactly of a type; the members of a list may be. */
const isExactly = (wanted: Type, type: Type): boolean =>
  wanted.kind === type.kind && textOfType(wanted) === textOfType(type) && assignable(wanted, type);
