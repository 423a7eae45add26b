//! Admission policies, their bindings, and match conditions: pkg/apis/admissionregistration/validation.
import { environmentOf, JSON_PATCH, OBJECT, type Vocabulary } from '../cel/admission.ts';
import type { Environment } from '../cel/environment.ts';
import { expressionOf } from '../cel/expression.ts';
import { BOOL, DYN, listOf as listType, NULL, STRING, type Type } from '../cel/type.ts';
import { duplicate, invalid, notSupported, required } from '../field-error.ts';
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { dns1035Label, dns1123Subdomain, pathSegment, qualifiedName } from '../names.ts';
import { type Errors, labelSelector, name, oneOf, specOf } from './check.ts';
import { ruleWithOperations } from './rule.ts';

const CONDITIONS_MAX = 64;
const ANNOTATIONS_MAX = 20;
const VALUE_EXPRESSION_MAX = 5 * 1024;

/** `wanted`: what it may evaluate to. Gives the type, dyn when it is wrong. */
function expression(
  errors: Errors,
  path: string,
  source: string,
  environment: Environment,
  wanted?: readonly Type[],
): Type {
  const { program, fault } = expressionOf(source, environment, wanted);
  if (fault !== undefined) errors.push(invalid(path, source, fault));
  return program?.type ?? DYN;
}
/** Of policies and of webhooks. */
export function matchConditions(errors: Errors, path: string, value: Json | undefined, params = false): void {
  const conditions = listOf(value).map(objectOf);
  if (conditions.length > CONDITIONS_MAX)
    errors.push({
      type: 'TooMany',
      field: path,
      value: conditions.length,
      detail: `must have at most ${CONDITIONS_MAX} items`,
    });
  const names = new Set<string>();
  const environment = conditions.length === 0 ? undefined : environmentOf({ authorizer: true, params });
  for (const [i, condition] of conditions.entries()) {
    const at = `${path}[${i}]`;
    const source = textOf(condition['expression']).trim();
    if (source === '') errors.push(required(`${at}.expression`));
    else expression(errors, `${at}.expression`, source, environment!, [BOOL]);
    const own = textOf(condition['name']);
    if (own === '') errors.push(required(`${at}.name`));
    else name(errors, `${at}.name`, own, qualifiedName);
    if (own !== '' && names.has(own)) errors.push(duplicate(`${at}.name`, own));
    names.add(own);
  }
}

export function validatingPolicy(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const vocabulary = common(errors, spec);
  const validations = listOf(spec['validations']).map(objectOf);
  const annotations = listOf(spec['auditAnnotations']).map(objectOf);
  if (validations.length === 0 && annotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    errors.push(required('spec.validations', detail), required('spec.auditAnnotations', detail));
  }
  const environment = environmentOf(vocabulary);
  const plain = environmentOf({ ...vocabulary, authorizer: false });
  for (const [i, one] of validations.entries()) validation(errors, `spec.validations[${i}]`, one, environment, plain);
  if (annotations.length > ANNOTATIONS_MAX)
    errors.push(
      invalid('spec.auditAnnotations', annotations, `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`),
    );
  const keys = new Set<string>();
  for (const [i, annotation] of annotations.entries()) {
    const at = `spec.auditAnnotations[${i}]`;
    const key = textOf(annotation['key']);
    const policy = textOf(objectOf(object['metadata'])['name']);
    if (policy === '') errors.push(invalid(`${at}.key`, key, 'requires metadata.name be non-empty'));
    else
      for (const fault of qualifiedName(`${policy}/${key}`))
        errors.push(invalid(`${at}.key`, `${policy}/${key}`, fault));
    const source = textOf(annotation['valueExpression']).trim();
    if (source === '') errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
    else if (source.length > VALUE_EXPRESSION_MAX)
      errors.push(required(`${at}.valueExpression`, `must not exceed ${VALUE_EXPRESSION_MAX} bytes in length`));
    else expression(errors, `${at}.valueExpression`, source, environment, [STRING, NULL]);
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  }
}
function validation(errors: Errors, at: string, one: JsonObject, environment: Environment, plain: Environment): void {
  const source = textOf(one['expression']);
  if (source.trim() === '') errors.push(required(`${at}.expression`, 'expression is not specified'));
  else expression(errors, `${at}.expression`, source, environment, [BOOL]);
  const messageExpression = textOf(one['messageExpression']);
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(invalid(`${at}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  else if (messageExpression !== '') expression(errors, `${at}.messageExpression`, messageExpression, plain, [STRING]);
  const message = textOf(one['message']);
  if (message !== '' && message.trim() === '')
    errors.push(invalid(`${at}.message`, message, 'must be non-empty if specified'));
  else if (message.trim().includes('\n'))
    errors.push(invalid(`${at}.message`, message, 'must not contain line breaks'));
  oneOf(errors, `${at}.reason`, one['reason'], ['Forbidden', 'Invalid', 'RequestEntityTooLarge'], true);
}

const MUTATED = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
function mutatedOperations(errors: Errors, path: string, resources: Json | undefined): void {
  for (const rule of listOf(objectOf(resources)['resourceRules']).map(objectOf))
    for (const operation of listOf(rule['operations']))
      if (!MUTATED.includes(textOf(operation)))
        errors.push(notSupported(`${path}.resourceRules.operations`, operation, MUTATED));
}
export function mutatingPolicy(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const vocabulary = common(errors, spec);
  mutatedOperations(errors, 'spec.matchConstraints', spec['matchConstraints']);
  const mutations = listOf(spec['mutations']).map(objectOf);
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  const environment = environmentOf({ ...vocabulary, patches: true });
  for (const [i, mutation] of mutations.entries()) mutated(errors, `spec.mutations[${i}]`, mutation, environment);
  if (textOf(spec['reinvocationPolicy']) === '') errors.push(required('spec.reinvocationPolicy'));
  else oneOf(errors, 'spec.reinvocationPolicy', spec['reinvocationPolicy'], ['IfNeeded', 'Never']);
}
const PATCHES: Readonly<Record<string, readonly [own: string, other: string, wanted: Type]>> = {
  JSONPatch: ['jsonPatch', 'applyConfiguration', listType(JSON_PATCH)],
  ApplyConfiguration: ['applyConfiguration', 'jsonPatch', OBJECT],
};
function mutated(errors: Errors, at: string, mutation: JsonObject, environment: Environment): void {
  const patchType = textOf(mutation['patchType']);
  if (patchType === '') return void errors.push(required(`${at}.patchType`));
  const known = Object.hasOwn(PATCHES, patchType) ? PATCHES[patchType] : undefined;
  if (known === undefined)
    return void errors.push(notSupported(`${at}.patchType`, patchType, Object.keys(PATCHES).sort()));
  const [own, other, wanted] = known;
  const source = textOf(objectOf(mutation[own])['expression']).trim();
  if (mutation[own] === undefined)
    errors.push(required(`${at}.${own}`, `must be specified when patchType is ${patchType}`));
  else if (source === '') errors.push(required(`${at}.${own}.expression`));
  else expression(errors, `${at}.${own}.expression`, source, environment, [wanted]);
  if (mutation[other] !== undefined)
    errors.push(invalid(`${at}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
}

/** What both kinds of policy have; gives what their expressions may speak of. */
function common(errors: Errors, spec: JsonObject): Vocabulary {
  if (spec['failurePolicy'] === undefined) errors.push(required('spec.failurePolicy'));
  else oneOf(errors, 'spec.failurePolicy', spec['failurePolicy'], ['Fail', 'Ignore']);
  const params = spec['paramKind'] !== undefined;
  if (params) paramKind(errors, objectOf(spec['paramKind']));
  if (spec['matchConstraints'] === undefined) errors.push(required('spec.matchConstraints'));
  else {
    const constraints = objectOf(spec['matchConstraints']);
    matchResources(errors, 'spec.matchConstraints', constraints);
    if (listOf(constraints['resourceRules']).length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  matchConditions(errors, 'spec.matchConditions', spec['matchConditions'], params);
  const variables: Record<string, Type> = {};
  for (const [i, variable] of listOf(spec['variables']).map(objectOf).entries()) {
    const at = `spec.variables[${i}]`;
    const own = textOf(variable['name']);
    if (own.trim() === '') errors.push(required(`${at}.name`, 'name is not specified'));
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(own))
      errors.push(invalid(`${at}.name`, own, 'must be a valid CEL identifier'));
    const source = textOf(variable['expression']);
    const environment = environmentOf({ params, authorizer: true, variables: { ...variables } });
    if (source.trim() === '') errors.push(required(`${at}.expression`, 'expression is not specified'));
    else variables[own] = expression(errors, `${at}.expression`, source, environment);
  }
  return { params, authorizer: true, variables };
}
function paramKind(errors: Errors, kind: JsonObject): void {
  const apiVersion = textOf(kind['apiVersion']);
  const [version = '', group = '', ...more] = apiVersion.split('/').reverse();
  const at = 'spec.paramKind';
  if (apiVersion === '') errors.push(required(`${at}.apiVersion`));
  else if (more.length > 0)
    errors.push(invalid(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    if (group !== '' && dns1123Subdomain(group).length > 0)
      errors.push(invalid(`${at}.apiVersion`, group, dns1123Subdomain(group).join(',')));
    if (version === '') errors.push(invalid(`${at}.apiVersion`, apiVersion, 'version must be specified'));
    else if (dns1035Label(version).length > 0)
      errors.push(invalid(`${at}.apiVersion`, version, dns1035Label(version).join(',')));
  }
  const own = textOf(kind['kind']);
  if (own === '') errors.push(required(`${at}.kind`));
  else if (dns1035Label(own.toLowerCase()).length > 0)
    errors.push(
      invalid(
        `${at}.kind`,
        own,
        `may have mixed case, but should otherwise match: ${dns1035Label(own.toLowerCase()).join(',')}`,
      ),
    );
}
function matchResources(errors: Errors, path: string, resources: JsonObject): void {
  if (resources['matchPolicy'] === undefined) errors.push(required(`${path}.matchPolicy`));
  else oneOf(errors, `${path}.matchPolicy`, resources['matchPolicy'], ['Equivalent', 'Exact']);
  for (const selector of ['namespaceSelector', 'objectSelector'])
    if (resources[selector] === undefined) errors.push(required(`${path}.${selector}`));
    else labelSelector(errors, `${path}.${selector}`, resources[selector]);
  for (const list of ['resourceRules', 'excludeResourceRules'])
    for (const [i, rule] of listOf(resources[list]).map(objectOf).entries()) {
      const at = `${path}.${list}[${i}]`;
      const names = new Set<Json>();
      for (const [n, one] of listOf(rule['resourceNames']).entries()) {
        name(errors, `${at}.resourceNames[${n}]`, one, pathSegment);
        if (names.has(one)) errors.push(duplicate(`${at}.resourceNames[${n}]`, one));
        names.add(one);
      }
      ruleWithOperations(errors, at, rule);
    }
}

export function validatingBinding(errors: Errors, object: JsonObject): void {
  bindingSpec(errors, specOf(object));
  const actions = listOf(specOf(object)['validationActions']);
  const at = 'spec.validationActions';
  const seen = new Set<Json>();
  for (const [i, action] of actions.entries()) {
    oneOf(errors, `${at}[${i}]`, action, ['Audit', 'Deny', 'Warn']);
    if (seen.has(action)) errors.push(duplicate(`${at}[${i}]`, action));
    seen.add(action);
  }
  if (seen.has('Deny') && seen.has('Warn'))
    errors.push(
      invalid(
        at,
        [...actions],
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  if (seen.size === 0) errors.push(required(at, 'at least one validation action is required'));
}
export function mutatingBinding(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  bindingSpec(errors, spec);
  mutatedOperations(errors, 'spec.matchResources', spec['matchResources']);
}
function bindingSpec(errors: Errors, spec: JsonObject): void {
  if (textOf(spec['policyName']) === '') errors.push(required('spec.policyName'));
  else name(errors, 'spec.policyName', spec['policyName'], dns1123Subdomain);
  if (spec['paramRef'] !== undefined) paramRef(errors, objectOf(spec['paramRef']));
  if (spec['matchResources'] !== undefined)
    matchResources(errors, 'spec.matchResources', objectOf(spec['matchResources']));
}
function paramRef(errors: Errors, ref: JsonObject): void {
  const at = 'spec.paramRef';
  const own = textOf(ref['name']);
  const both = own !== '' && ref['selector'] !== undefined;
  const exclusive = 'name and selector are mutually exclusive';
  if (own !== '') name(errors, `${at}.name`, own, pathSegment);
  if (both) errors.push({ type: 'Forbidden', field: `${at}.name`, detail: exclusive });
  if (ref['selector'] !== undefined) labelSelector(errors, `${at}.selector`, ref['selector']);
  if (both) errors.push({ type: 'Forbidden', field: `${at}.selector`, detail: exclusive });
  if (own === '' && ref['selector'] === undefined)
    errors.push(required(at, 'one of name or selector must be specified'));
  if (textOf(ref['parameterNotFoundAction']) === '') errors.push(required(`${at}.parameterNotFoundAction`));
  else oneOf(errors, `${at}.parameterNotFoundAction`, ref['parameterNotFoundAction'], ['Allow', 'Deny']);
}
