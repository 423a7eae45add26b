//! Webhooks as they are configured now.
import { ok, type Result } from '../../../../runtime/fault.ts';
import type { Task } from '../../../../runtime/task.ts';
import { asJson, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../../api/json.ts';
import type { Destination } from '../../outside.ts';
import type { Engine } from '../../verbs/engine.ts';
import { stored } from '../lookup.ts';
import { type Criteria, criteriaOf } from '../matching.ts';

export const MUTATING = stored('admissionregistration.k8s.io', 'v1', 'mutatingwebhookconfigurations');
export const VALIDATING = stored('admissionregistration.k8s.io', 'v1', 'validatingwebhookconfigurations');

export interface Hook {
  /** Of its configuration, its name and which of that name it is: what a second run remembers it by. */
  readonly uid: string;
  readonly configuration: string;
  readonly name: string;
  readonly criteria: Criteria;
  readonly conditions: readonly { readonly name: string; readonly expression: string }[];
  readonly to: Destination;
  readonly caBundle: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly sideEffects: string;
  readonly timeoutMs: number;
  readonly versions: readonly string[];
  /** IfNeeded: seen again when another has changed what it saw. */
  readonly again: boolean;
}
const TIMEOUT_SECONDS = 10;
/** Parsed once a state of a configuration. */
const parsed = new WeakMap<object, readonly Hook[]>();

/** In the order in which they are called: configurations by name, their webhooks as they stand. */
export function* hooksOf(engine: Engine, which: typeof MUTATING, deadline: number): Task<Result<readonly Hook[]>> {
  const cache = yield* engine.caches.fresh(which, 0, deadline);
  if (!cache.ok) return cache;
  if (cache.value.size === 0) return ok([]);
  const all: Hook[] = [];
  for (const { object } of cache.value.all()) {
    let hooks = parsed.get(object);
    if (hooks === undefined) {
      hooks = read(asJson(object), object.metadata.name);
      parsed.set(object, hooks);
    }
    all.push(...hooks);
  }
  return ok(all);
}
function read(object: JsonObject, configuration: string): readonly Hook[] {
  const seen = new Map<string, number>();
  return listOf(object['webhooks']).map((item) => {
    const hook = objectOf(item);
    const name = textOf(hook['name']);
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    const client = objectOf(hook['clientConfig']);
    const service = objectOf(client['service']);
    return {
      uid: `${configuration}/${name}/${nth}`,
      configuration,
      name,
      criteria: criteriaOf(hook),
      conditions: listOf(hook['matchConditions']) as unknown as Hook['conditions'],
      to:
        client['service'] === undefined
          ? { url: textOf(client['url']) }
          : {
              service: {
                namespace: textOf(service['namespace']),
                name: textOf(service['name']),
                port: numberOf(service['port'], 443),
                path: textOf(service['path']),
              },
            },
      caBundle: textOf(client['caBundle']),
      failurePolicy: hook['failurePolicy'] === 'Ignore' ? 'Ignore' : 'Fail',
      sideEffects: textOf(hook['sideEffects']),
      timeoutMs: numberOf(hook['timeoutSeconds'], TIMEOUT_SECONDS) * 1_000,
      versions: listOf(hook['admissionReviewVersions']).map(textOf),
      again: hook['reinvocationPolicy'] === 'IfNeeded',
    };
  });
}
