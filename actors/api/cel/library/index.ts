//! All functions that Kubernetes 1.36 gives to expressions (k8s.io/apiserver/pkg/cel/environment/base.go).
import { type Functions, functionsOf } from '../overload.ts';
import { ADDRESSES } from './addresses.ts';
import { AUTHORIZATION } from './authorizer.ts';
import { NAMED_FORMATS } from './formats.ts';
import { LISTS } from './lists.ts';
import { OPERATORS } from './operators.ts';
import { OPTIONALS } from './optionals.ts';
import { PATTERNS } from './patterns.ts';
import { QUANTITIES } from './quantities.ts';
import { SEMVER } from './semver.ts';
import { STANDARD } from './standard.ts';
import { PATCH_STRINGS, STRINGS } from './strings.ts';
import { URLS } from './urls.ts';

let functions: Functions | undefined;
/** Put together with the first expression. */
export function kubernetesFunctions(): Functions {
  functions ??= functionsOf(
    OPERATORS,
    STANDARD,
    OPTIONALS,
    STRINGS,
    LISTS,
    PATTERNS,
    QUANTITIES,
    SEMVER,
    URLS,
    ADDRESSES,
    NAMED_FORMATS,
    AUTHORIZATION,
  );
  return functions;
}
let patching: Functions | undefined;
/** And those of mutations. */
export function patchFunctions(): Functions {
  patching ??= new Map([...kubernetesFunctions(), ...functionsOf(PATCH_STRINGS)]);
  return patching;
}
