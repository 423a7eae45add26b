//! All functions that Kubernetes 1.36 gives to expressions.
import { type Functions, functionsOf } from '../overload.ts';
import { OPERATORS } from './operators.ts';
import { STANDARD } from './standard.ts';

let functions: Functions | undefined;
/** Made with the first expression. */
export function kubernetesFunctions(): Functions {
  functions ??= functionsOf(OPERATORS, STANDARD);
  return functions;
}
