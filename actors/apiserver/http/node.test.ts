import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../protocol.ts';
import { type Any, pod } from '../rig.ts';
import { jsonOf, Web } from './web.ts';

const nodeUser = (name: string): User => ({
  name: `system:node:${name}`,
  groups: ['system:nodes', 'system:authenticated'],
});
const n1 = nodeUser('n1');
const CORE = '/api/v1';
const IN = `${CORE}/namespaces/default`;

/** Nodes n1 and n2, each with a pod; that of n1 has a secret, a map and a claim. */
function served(): Web {
  const web = new Web({ spec: { endpoint: { ip: '10.0.0.9', port: 6443 } } });
  web.world.advance(500);
  for (const name of ['n1', 'n2']) made(web, `${CORE}/nodes`, { metadata: { name } });
  for (const name of ['own', 'other']) {
    made(web, `${IN}/secrets`, { metadata: { name } });
    made(web, `${IN}/configmaps`, { metadata: { name } });
  }
  const volumes = [
    { name: 's', secret: { secretName: 'own' } },
    { name: 'm', projected: { sources: [{ configMap: { name: 'own' } }] } },
    { name: 'c', persistentVolumeClaim: { claimName: 'claim' } },
  ];
  made(web, `${IN}/pods`, pod('p1', { nodeName: 'n1', volumes }));
  made(web, `${IN}/pods`, pod('p2', { nodeName: 'n2' }));
  web.world.advance(50);
  return web;
}
function made(web: Web, url: string, json: object): Any {
  const answer = web.http('POST', url, { json });
  assert.equal(answer.code, 201, answer.text);
  return jsonOf(answer);
}
const told = (web: Web, method: string, url: string, json?: object, user = n1): string => {
  const answer = web.http(method, url, { user, ...(json === undefined ? {} : { json }) });
  return answer.code < 300 ? String(answer.code) : `${answer.code} ${jsonOf(answer).message}`;
};
const patched = (web: Web, url: string, json: object): string => {
  const answer = web.http('PATCH', url, {
    user: n1,
    json,
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  return answer.code < 300 ? String(answer.code) : `${answer.code} ${jsonOf(answer).message}`;
};

test('node: reads: what its pods name, and nothing else', () => {
  const web = served();
  const refused = (verb: string, resource: string, name: string, why: string): string =>
    `403 ${resource}${name === '' ? '' : ` "${name}"`} is forbidden: User "system:node:n1" cannot ${verb} resource "${resource}" in API group "" in the namespace "default": ${why}`;
  const unrelated = "no relationship found between node 'n1' and this object";
  for (const resource of ['secrets', 'configmaps']) {
    assert.equal(told(web, 'GET', `${IN}/${resource}/own`), '200');
    assert.equal(told(web, 'GET', `${IN}/${resource}?fieldSelector=metadata.name%3Down`), '200');
    assert.equal(told(web, 'GET', `${IN}/${resource}/other`), refused('get', resource, 'other', unrelated));
    assert.equal(told(web, 'GET', `${IN}/${resource}`), refused('list', resource, '', 'No Object name found'));
  }
  assert.equal(told(web, 'GET', `${IN}/persistentvolumeclaims/claim`), '404 persistentvolumeclaims "claim" not found');
  assert.match(told(web, 'GET', `${IN}/persistentvolumeclaims`), /can only get individual resources of this type$/);
  assert.equal(told(web, 'GET', `${CORE}/pods?fieldSelector=spec.nodeName%3Dn1`), '200');
  assert.match(told(web, 'GET', `${CORE}/pods`), /can only list\/watch pods with spec.nodeName field selector$/);
  assert.match(told(web, 'GET', `${IN}/pods/p2`), /no relationship found/);
  assert.equal(told(web, 'GET', `${CORE}/nodes/n1`), '200');
  assert.match(told(web, 'GET', `${CORE}/nodes/n2`), /node 'n1' cannot read 'n2', only its own Node object$/);
  assert.match(told(web, 'GET', `${CORE}/nodes`), /node 'n1' cannot read all nodes, only its own Node object$/);
  assert.equal(told(web, 'GET', `${CORE}/services`), '200');
  assert.match(told(web, 'GET', '/apis/apps/v1/deployments'), /at the cluster scope$/);
});

test('node: a volume of a claim of its pod: and the secrets that the volume needs', () => {
  const web = served();
  const csi = { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: { name: 'other', namespace: 'default' } };
  made(web, `${CORE}/persistentvolumes`, {
    metadata: { name: 'v' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      csi,
      claimRef: { namespace: 'default', name: 'claim' },
    },
  });
  web.world.advance(50);
  assert.equal(told(web, 'GET', `${CORE}/persistentvolumes/v`), '200');
  assert.equal(told(web, 'GET', `${IN}/secrets/other`), '200');
  assert.match(told(web, 'GET', `${IN}/secrets/other`, undefined, nodeUser('n2')), /no relationship found/);
});

test('node: writes: its own node, lease and pods', () => {
  const web = served();
  const forbidden = (what: string, why: string): string => `403 ${what} is forbidden: ${why}`;
  const labels = (all: object): object => ({ metadata: { labels: all } });
  assert.equal(patched(web, `${CORE}/nodes/n1`, labels({ 'node.kubernetes.io/x': 'y', mine: '1' })), '200');
  const role = labels({ 'node-role.kubernetes.io/control-plane': '', 'node-restriction.kubernetes.io/a': 'b' });
  assert.equal(
    patched(web, `${CORE}/nodes/n1`, role),
    forbidden(
      'nodes "n1"',
      'is not allowed to modify labels: node-restriction.kubernetes.io/a, node-role.kubernetes.io/control-plane',
    ),
  );
  assert.equal(
    patched(web, `${CORE}/nodes/n1`, { spec: { taints: null } }),
    forbidden('nodes "n1"', 'node "n1" is not allowed to modify taints'),
  );
  assert.equal(
    patched(web, `${CORE}/nodes/n2/status`, labels({ a: 'b' })),
    forbidden('nodes "n2"', 'node "n1" is not allowed to modify node "n2"'),
  );
  assert.equal(
    told(web, 'POST', `${CORE}/nodes`, { metadata: { name: 'n3' } }),
    forbidden('nodes "n3"', 'node "n1" is not allowed to modify node "n3"'),
  );
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  assert.equal(told(web, 'POST', leases, { metadata: { name: 'n1' } }), '201');
  assert.match(told(web, 'POST', leases, { metadata: { name: 'n2' } }), /same name as the requesting node$/);
  const running = { status: { phase: 'Running' } };
  assert.equal(patched(web, `${IN}/pods/p1/status`, running), '200');
  assert.equal(
    patched(web, `${IN}/pods/p2/status`, running),
    forbidden('pods "p2"', 'node "n1" can only update pod status for pods with spec.nodeName set to itself'),
  );
  assert.equal(
    told(web, 'DELETE', `${IN}/pods/p2`),
    forbidden('pods "p2"', 'node "n1" can only delete pods with spec.nodeName set to itself'),
  );
  assert.equal(told(web, 'DELETE', `${IN}/pods/p1`), '200');
});

test('node: a mirror pod: bound to it, owned by it, naming nothing', () => {
  const web = served();
  const { uid } = jsonOf(web.http('GET', `${CORE}/nodes/n1`)).metadata;
  const mirror = (name: string, owner: object, spec: object): object =>
    pod(
      name,
      { nodeName: 'n1', ...spec },
      {
        annotations: { 'kubernetes.io/config.mirror': 'x' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid, controller: true, ...owner }],
      },
    );
  assert.match(
    told(web, 'POST', `${IN}/pods`, pod('m', { nodeName: 'n1' })),
    /pod does not have "kubernetes.io\/config.mirror" annotation, node "n1" can only create mirror pods$/,
  );
  const secret = { volumes: [{ name: 's', secret: { secretName: 'other' } }] };
  assert.match(told(web, 'POST', `${IN}/pods`, mirror('m', {}, secret)), /can not create pods that reference secrets$/);
  assert.match(told(web, 'POST', `${IN}/pods`, mirror('m', { uid: 'u' }, {})), /node n1 UID mismatch: expected u got /);
  assert.equal(told(web, 'POST', `${IN}/pods`, mirror('m', {}, {})), '201');
});

test('node: a token: for a pod of its own', () => {
  const web = served();
  const url = `${IN}/serviceaccounts/default/token`;
  const bound = (name: string, uid: string): object => ({
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
  });
  const uidOf = (name: string): string => jsonOf(web.http('GET', `${IN}/pods/${name}`)).metadata.uid;
  assert.match(told(web, 'POST', url, {}), /node requested token not bound to a pod$/);
  assert.match(told(web, 'POST', url, bound('p2', uidOf('p2'))), /bound to a pod scheduled on a different node$/);
  assert.equal(told(web, 'POST', url, bound('p1', uidOf('p1'))), '201');
  assert.match(
    told(web, 'POST', `${CORE}/namespaces/kube-system/serviceaccounts/default/token`, {}),
    /no relationship/,
  );
});

test('node: what may it: reviews say that rules do not tell', () => {
  const web = served();
  const rules = web.http('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    user: n1,
    json: { spec: { namespace: 'default' } },
  });
  assert.equal(jsonOf(rules).status.evaluationError, 'node authorizer does not support user rule resolution');
  const spec = {
    user: n1.name,
    groups: n1.groups,
    resourceAttributes: {
      verb: 'list',
      resource: 'pods',
      fieldSelector: { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }] },
    },
  };
  const review = web.http('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { json: { spec } });
  assert.equal(jsonOf(review).status.allowed, true, review.text);
});
