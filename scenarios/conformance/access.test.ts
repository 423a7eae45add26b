//! Who somebody is and what he may do: service accounts, tokens, reviews.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import type { Any, Api } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const accounts = ({ namespace }: Api): string => `/api/v1/namespaces/${namespace}/serviceaccounts`;

conformance('[sig-auth] ServiceAccounts should allow opting out of API token automount [Conformance]', async (api) => {
  const said: Readonly<Record<string, boolean | undefined>> = { default: undefined, mount: true, nomount: false };
  for (const [name, automountServiceAccountToken] of Object.entries(said))
    if (name !== 'default') await api.create(accounts(api), { metadata: { name }, automountServiceAccountToken });
  for (const [account, ofAccount] of Object.entries(said))
    for (const ofPod of [undefined, true, false]) {
      const pod = await api.create(`/api/v1/namespaces/${api.namespace}/pods`, {
        metadata: { generateName: `pod-${account}-` },
        spec: {
          containers: [{ name: 'c', image: 'nginx:1' }],
          serviceAccountName: account,
          ...(ofPod === undefined ? {} : { automountServiceAccountToken: ofPod }),
        },
      });
      const mounted = (pod.spec.containers[0].volumeMounts ?? []).some(
        ({ mountPath }: Any) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount',
      );
      assert.equal(mounted, ofPod ?? ofAccount ?? true, `pod ${ofPod}, account ${ofAccount}`);
    }
});

conformance(
  '[sig-auth] ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview [Conformance]',
  async (api) => {
    await api.create(accounts(api), { metadata: { name: 'e2e' } });
    const asked = await api.create(`${accounts(api)}/e2e/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3_600 },
    });
    const review = await api.create('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: asked.status.token },
    });
    assert.equal(review.status.error, undefined);
    assert.equal(review.status.authenticated, true);
    assert.equal(review.status.user.username, `system:serviceaccount:${api.namespace}:e2e`);
  },
);

conformance('[sig-auth] SubjectReview should support SubjectReview API operations [Conformance]', async (api) => {
  await api.create(accounts(api), { metadata: { name: 'e2e' } });
  const user = `system:serviceaccount:${api.namespace}:e2e`;
  const resourceAttributes = { verb: 'list', resource: 'configmaps', version: 'v1', namespace: api.namespace };
  const ask = (kind: string): Promise<Any> =>
    api.create(
      kind === 'SubjectAccessReview'
        ? '/apis/authorization.k8s.io/v1/subjectaccessreviews'
        : `/apis/authorization.k8s.io/v1/namespaces/${api.namespace}/localsubjectaccessreviews`,
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind,
        metadata: kind === 'SubjectAccessReview' ? {} : { namespace: api.namespace },
        spec: { user, resourceAttributes },
      },
    );
  const impersonated = async (): Promise<number> =>
    (await api.up.call(`/api/v1/namespaces/${api.namespace}/configmaps`, { headers: { 'impersonate-user': user } }))
      .code;
  for (const kind of ['SubjectAccessReview', 'LocalSubjectAccessReview'])
    assert.equal((await ask(kind)).status.allowed, false, kind);
  assert.equal(await impersonated(), 403);
  await api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${api.namespace}/rolebindings`, {
    metadata: { name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'e2e', namespace: api.namespace }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  });
  await eventually('the role counts', async () => (await ask('SubjectAccessReview')).status.allowed === true);
  assert.equal((await ask('LocalSubjectAccessReview')).status.allowed, true);
  assert.equal(await impersonated(), 200);
});
