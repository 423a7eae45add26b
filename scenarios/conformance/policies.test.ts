//! Policies in CEL: what they refuse and what they change.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import type { Any, Api } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const deployments = ({ namespace }: Api): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
const deployment = (name: string, replicas: number): Any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
  },
});
/** Only what this test makes. */
const matching = (api: Api): Any => ({
  namespaceSelector: { matchLabels: { [api.namespace]: 'yes' } },
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
});
async function inForce(api: Api, kind: 'validating' | 'mutating', spec: Any): Promise<void> {
  await api.patch(`/api/v1/namespaces/${api.namespace}`, { metadata: { labels: { [api.namespace]: 'yes' } } });
  const name = `${api.namespace}.policy`;
  const full = { ...spec, failurePolicy: 'Fail', matchConstraints: matching(api) };
  await api.create(`${ADMISSION}/${kind}admissionpolicies`, { metadata: { name }, spec: full });
  const binding = { policyName: name, ...(kind === 'validating' ? { validationActions: ['Deny'] } : {}) };
  await api.create(`${ADMISSION}/${kind}admissionpolicybindings`, { metadata: { name }, spec: binding });
}
async function deniesSingleReplicas(api: Api): Promise<void> {
  const status = await eventually('the policy is in force', () =>
    api.refused(422, 'POST', `${deployments(api)}?dryRun=All`, deployment('single', 1)),
  );
  assert.equal(status.reason, 'Invalid');
  assert.match(status.message, /ValidatingAdmissionPolicy '.*\.policy' with binding '.*\.policy' denied request/);
  await api.create(deployments(api), deployment('several', 2));
}

conformance(
  '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should validate against a Deployment [Conformance]',
  async (api) => {
    await inForce(api, 'validating', {
      validations: [
        {
          expression: 'object.spec.replicas > 1',
          messageExpression: "'wants replicas > 1, got ' + string(object.spec.replicas)",
        },
        { expression: 'namespaceObject.metadata.name == object.metadata.namespace', message: 'another namespace' },
      ],
    });
    await deniesSingleReplicas(api);
    const { message } = await api.refused(422, 'POST', deployments(api), deployment('single', 1));
    assert.match(message, /wants replicas > 1, got 1/);
  },
);
conformance(
  '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should allow expressions to refer variables. [Conformance]',
  async (api) => {
    await inForce(api, 'validating', {
      variables: [
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
      ],
      validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas == false' }],
    });
    await deniesSingleReplicas(api);
    await api.refused(422, 'POST', deployments(api), deployment('odd', 3));
  },
);

for (const [name, path] of [
  [
    '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment [Conformance]',
    'labels',
  ],
  [
    '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment with annotations [Conformance]',
    'annotations',
  ],
] as const)
  conformance(name, async (api) => {
    await inForce(api, 'mutating', {
      reinvocationPolicy: 'Never',
      variables: [{ name: 'seen', expression: 'string(object.spec.replicas)' }],
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: `Object{metadata: Object.metadata{${path}: {"applied": variables.seen}}}` },
        },
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression: '[JSONPatch{op: "replace", path: "/spec/replicas", value: object.spec.replicas + 1}]',
          },
        },
      ],
    });
    const made = await eventually('the policy is in force', async () => {
      const shown = await api.create(`${deployments(api)}?dryRun=All`, deployment('marker', 1));
      return shown.metadata[path]?.applied !== undefined && api.create(deployments(api), deployment('changed', 2));
    });
    assert.equal(made.metadata[path].applied, '2');
    assert.equal(made.spec.replicas, 3);
  });
