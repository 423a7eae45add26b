//! Defaults of what extends the API (pkg/apis/admissionregistration, apiextensions-apiserver, kube-aggregator).
import { type JsonObject, textOf } from '../json.ts';
import { at, each, fill } from './fill.ts';

const service = (config: JsonObject): JsonObject => at(config, 'service', (item) => fill(item, { port: 443 }));
const rule = (item: JsonObject): JsonObject => fill(item, { scope: '*' });
const webhook = (item: JsonObject): JsonObject =>
  at(
    each(
      fill(item, {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
      }),
      'rules',
      rule,
    ),
    'clientConfig',
    service,
  );
export const validatingWebhooks = (object: JsonObject): JsonObject => each(object, 'webhooks', webhook);
export const mutatingWebhooks = (object: JsonObject): JsonObject =>
  each(object, 'webhooks', (item) => fill(webhook(item), { reinvocationPolicy: 'Never' }));

const matching = (resources: JsonObject): JsonObject =>
  each(
    each(
      fill(resources, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }),
      'resourceRules',
      rule,
    ),
    'excludeResourceRules',
    rule,
  );
export const admissionPolicy = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => at(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matching));
export const admissionPolicyBinding = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => at(spec, 'matchResources', matching));

export const customResourceDefinition = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => {
    const named = at(spec, 'names', (names) => {
      const kind = textOf(names['kind']);
      return kind === '' ? names : fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
    });
    return at(fill(named, { conversion: { strategy: 'None' } }), 'conversion', (conversion) =>
      at(conversion, 'webhook', (item) => at(item, 'clientConfig', service)),
    );
  });
export const apiService = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => at(spec, 'service', (item) => fill(item, { port: 443 })));
