//! Webhooks' configurations, as the API checks and keeps them.
import assert from 'node:assert/strict';
import type { Any, Api } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';

const conformance = conformanceTests();
const GROUP = '/apis/admissionregistration.k8s.io/v1';
const EXPRESSION = "object.metadata.namespace == 'nobody'";
const configuration = ({ namespace }: Api, matchConditions: readonly Any[]): Any => ({
  metadata: { name: namespace },
  webhooks: [
    {
      name: 'match-condition-test.k8s.io',
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      clientConfig: { service: { namespace, name: 'nobody', path: '/webhook', port: 8443 } },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      matchConditions,
    },
  ],
});
for (const [kept, refusing, resource] of [
  [
    '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update mutating webhook configurations with match conditions [Conformance]',
    '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should reject mutating webhook configurations with invalid match conditions [Conformance]',
    'mutatingwebhookconfigurations',
  ],
  [
    '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update validating webhook configurations with match conditions [Conformance]',
    '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should reject validating webhook configurations with invalid match conditions [Conformance]',
    'validatingwebhookconfigurations',
  ],
] as const) {
  conformance(kept, async (api) => {
    const path = `${GROUP}/${resource}`;
    const first = [{ name: 'expression-1', expression: EXPRESSION }];
    const made = await api.create(path, configuration(api, first));
    assert.deepEqual(made.webhooks[0].matchConditions, first);
    const both = [...first, { name: 'expression-2', expression: 'true' }];
    const own = `${path}/${api.namespace}`;
    const updated = await replaced(api, own, (object) => {
      object.webhooks[0].matchConditions = both;
    });
    assert.deepEqual(updated.webhooks[0].matchConditions, both);
    await api.delete(own);
  });
  conformance(refusing, async (api) => {
    const wrong = [{ name: 'invalid-expression-1', expression: '... [] bad expression' }];
    const refused = await api.refused(422, 'POST', `${GROUP}/${resource}`, configuration(api, wrong));
    assert.match(refused.message, /compilation failed/);
    assert.equal(refused.details.causes[0].field, 'webhooks[0].matchConditions[0].expression');
  });
}
conformance(
  '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should include webhook resources in discovery documents [Conformance]',
  async (api) => {
    const name = 'admissionregistration.k8s.io';
    const group = (await api.get('/apis')).groups.find((one: Any) => one.name === name);
    assert.ok(group.versions.some((one: Any) => one.groupVersion === `${name}/v1`));
    assert.ok((await api.get(`/apis/${name}`)).versions.some((one: Any) => one.version === 'v1'));
    const { resources } = await api.get(GROUP);
    for (const resource of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
      assert.ok(
        resources.some((one: Any) => one.name === resource),
        resource,
      );
  },
);
