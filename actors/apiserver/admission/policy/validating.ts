//! ValidatingAdmissionPolicy: expressions that refuse, warn or note (k8s.io/apiserver/pkg/admission/plugin/policy).
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import type { Json, JsonObject } from '../../../api/json.ts';
import { listOf, objectOf, textOf } from '../../../api/json.ts';
import { failure, forbidden } from '../../../api/status.ts';
import { type Engine, type Refused, refuse } from '../../verbs/engine.ts';
import type { Attributes } from '../attributes.ts';
import { isExempt } from '../matching.ts';
import type { Plugin } from '../plugin.ts';
import { admissionRequest, inVersion } from '../request.ts';
import { held } from './conditions.ts';
import { Decisions } from './decisions.ts';
import type { Definition, Validation } from './definition.ts';
import { BUDGET, CONDITIONS_BUDGET, type Evaluated, Evaluation, SPENT } from './evaluation.ts';
import { namespaceOf, type Selected, selectedOf, VALIDATING } from './selected.ts';

const MESSAGE_BYTES_MAX = 5 * 1024;
const ANNOTATION_MAX = 10 * 1024;
const FAILURE_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure';
/** validating/errors.go reasonToCode. */
const CODES: Readonly<Record<string, number>> = {
  Invalid: 422,
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

/** What one expression of a policy says against the request; `index` is its place in the policy. */
interface Denial {
  readonly message: string;
  readonly reason: string;
  readonly index: number;
}
interface Denied {
  readonly selected: Selected;
  readonly denial: Denial;
}

export const validatingAdmissionPolicy: Plugin = {
  name: 'ValidatingAdmissionPolicy',
  handles: (a) => !isExempt(a),
  *validate(engine, a): Task<Result<void>> {
    const selected = yield* selectedOf(engine, a, VALIDATING);
    if (!selected.ok || selected.value.length === 0) return selected.ok ? ok(undefined) : selected;
    const namespace = yield* namespaceOf(engine, a);
    if (!namespace.ok) return namespace;
    const denied: Denied[] = [];
    for (const one of selected.value) {
      if (one.fault !== undefined) {
        const message = `failed to configure binding: ${one.fault}`;
        if (one.definition.failurePolicy === 'Fail') denied.push({ selected: one, denial: refusing(message) });
        continue;
      }
      const notes = new Map<string, Set<string>>();
      for (const params of one.params)
        for (const denial of yield* validated(engine, a, one, params, namespace.value, notes))
          acted(a, one, denial, denied);
      for (const [key, values] of notes)
        a.annotations.set(`${one.definition.name}/${key}`, joinedWith(a, one.definition, key, values));
    }
    return denied.length === 0 ? ok(undefined) : refusal(a, denied[0]!);
  },
};
const refusing = (message: string, index = 0): Denial => ({ message, reason: 'Invalid', index });

/** Several bindings may note different values under one key. */
function joinedWith(a: Attributes, { name }: Definition, key: string, values: ReadonlySet<string>): string {
  const before = a.annotations.get(`${name}/${key}`);
  return [...new Set([...(before === undefined ? [] : before.split(', ')), ...values])].join(', ');
}
function acted(a: Attributes, selected: Selected, denial: Denial, denied: Denied[]): void {
  const { definition, binding, bindingName } = selected;
  const actions = listOf(objectOf(binding['spec'])['validationActions']).map(textOf);
  for (const action of actions) {
    if (action === 'Deny') denied.push({ selected, denial });
    if (action === 'Warn')
      a.call.warnings.push(
        `Validation failed for ValidatingAdmissionPolicy '${definition.name}' with binding '${bindingName}': ${denial.message}`,
      );
    if (action === 'Audit') {
      const note = { message: denial.message, policy: definition.name, binding: bindingName };
      const value = [{ ...note, expressionIndex: denial.index, validationActions: actions }];
      a.annotations.set(FAILURE_ANNOTATION, JSON.stringify(value));
    }
  }
}
/** The first denial speaks for all. */
function refusal(a: Attributes, { selected, denial }: Denied): Refused {
  const { definition, bindingName } = selected;
  const message = `ValidatingAdmissionPolicy '${definition.name}' with binding '${bindingName}' denied request: ${denial.message}`;
  const { info } = a.call;
  const name = a.name || textOf(objectOf(a.object?.['metadata'])['generateName']) || 'Unknown';
  const { message: whole = message, details = {} } = forbidden(info, name, message);
  const { reason } = denial;
  return refuse(failure(CODES[reason] ?? 422, reason, whole, { ...details, causes: [{ message }] }));
}

function* validated(
  engine: Engine,
  a: Attributes,
  { definition, invocation }: Selected,
  params: JsonObject | undefined,
  namespace: JsonObject | undefined,
  notes: Map<string, Set<string>>,
): Task<readonly Denial[]> {
  const inputs = {
    object: inVersion(a, a.object, invocation.kind),
    old: inVersion(a, a.old, invocation.kind),
    request: admissionRequest(a, invocation, ''),
    params,
    namespace,
  };
  const decisions = new Decisions(engine, a, invocation);
  const { variables, conditions, failurePolicy } = definition;
  const failed = (message: string, index = 0): Denial[] =>
    failurePolicy === 'Ignore' ? [] : [refusing(message, index)];
  if (conditions.length > 0) {
    const result = yield* held(conditions, new Evaluation(inputs, variables, decisions, CONDITIONS_BUDGET));
    if (result === 'skip') return [];
    if (result !== 'match') return failed(result.error);
  }
  const evaluation = new Evaluation(inputs, variables, decisions, BUDGET);
  const denials: Denial[] = [];
  for (const [index, validation] of definition.validations.entries()) {
    const evaluated = yield* evaluation.evaluate(validation.expression);
    if (!evaluated.ok && evaluated.spent) return failed(SPENT);
    if (!evaluated.ok) denials.push(...failed(evaluated.message, index));
    else if (evaluated.value !== true) {
      const message = yield* messageOf(validation, evaluation);
      denials.push({ message, reason: validation.reason, index });
    }
  }
  const noted = new Evaluation(inputs, variables, decisions, BUDGET);
  for (const { name, expression } of definition.auditAnnotations) {
    const evaluated: Evaluated = yield* noted.evaluate(expression);
    if (!evaluated.ok) denials.push(...failed(evaluated.message));
    else if (typeof evaluated.value === 'string' && evaluated.value.trim() !== '') {
      const values = notes.get(name) ?? new Set();
      notes.set(name, values.add(evaluated.value.trim().slice(0, ANNOTATION_MAX)));
    }
  }
  return denials;
}
function* messageOf({ messageExpression, message, expression }: Validation, evaluation: Evaluation): Task<string> {
  if (messageExpression !== undefined) {
    const evaluated = yield* evaluation.evaluate(messageExpression);
    const text: Json = evaluated.ok && typeof evaluated.value === 'string' ? evaluated.value.trim() : '';
    if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MESSAGE_BYTES_MAX) return text;
  }
  return message.trim() || `failed expression: ${expression.source.trim()}`;
}
