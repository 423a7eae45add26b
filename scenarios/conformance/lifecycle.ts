//! What most of the tests do with one kind: found in discovery, created, read, listed, watched, changed, deleted.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';

export interface Kind {
  /** `apis/networking.k8s.io/v1`, `api/v1` */
  readonly at: string;
  readonly resource: string;
  readonly cluster?: boolean;
  /** Without a name. */
  readonly body: (api: Api) => Any;
  /** Changes one of the object's own fields in an update. */
  readonly change?: (object: Any) => void;
  /** A status to patch and one to update with; how to see each. */
  readonly status?: {
    readonly patch: Any;
    readonly update: (object: Any) => void;
    readonly seen: (object: Any) => unknown;
  };
  /** More than three at once may not be what the kind allows. */
  readonly names?: (i: number) => string;
  readonly noCollection?: boolean;
}
const LABEL = 'conformance';
const COUNT = 3;

export async function lifecycle(api: Api, kind: Kind): Promise<void> {
  const label = `${LABEL}=${api.namespace}`;
  const base = `/${kind.at}/${kind.cluster ? '' : `namespaces/${api.namespace}/`}${kind.resource}`;
  const all = `/${kind.at}/${kind.resource}`;
  const name = kind.names ?? ((i: number): string => `${api.namespace}-${i}`);
  await discovered(api, kind);
  const made: Any[] = [];
  for (let i = 0; i < COUNT; i++) {
    const body = kind.body(api);
    const metadata = { ...body.metadata, name: name(i), labels: { ...body.metadata?.labels, [LABEL]: api.namespace } };
    made.push(await api.create(base, { ...body, metadata }));
  }
  const first = `${base}/${name(0)}`;
  assert.equal((await api.get(first)).metadata.uid, made[0].metadata.uid);
  const listed = await api.get(`${base}?labelSelector=${label}`);
  assert.equal(listed.items.length, COUNT);
  assert.equal((await api.get(`${all}?labelSelector=${label}`)).items.length, COUNT, 'over all namespaces');
  const watch = await api.watch(
    `${base}?watch=1&labelSelector=${label}&resourceVersion=${listed.metadata.resourceVersion}`,
  );
  try {
    const patched = await api.patch(first, { metadata: { annotations: { patched: 'true' } } }, MERGE);
    assert.equal(patched.metadata.annotations.patched, 'true');
    await watch.until('the patch', ({ object }) => object.metadata?.annotations?.patched === 'true');
    await replaced(api, first, (object) => {
      object.metadata.annotations.updated = 'true';
      kind.change?.(object);
    });
    const again = await watch.until('the update', ({ object }) => object.metadata?.annotations?.updated === 'true');
    assert.equal(again.type, 'MODIFIED');
    if (kind.status) await statusChanged(api, first, kind.status);
    await api.delete(first, { propagationPolicy: 'Background', gracePeriodSeconds: 0 });
    await watch.next('DELETED', name(0));
    await api.refused(404, 'GET', first);
    if (kind.noCollection) for (let i = 1; i < COUNT; i++) await api.delete(`${base}/${name(i)}`);
    else await api.delete(`${base}?labelSelector=${label}`);
    await eventually('all are gone', async () => (await api.get(`${base}?labelSelector=${label}`)).items.length === 0);
  } finally {
    watch.stop();
  }
}

/** In /apis, the group's own document and the version's, with its verbs. */
export async function discovered(api: Api, { at, resource, cluster, status, noCollection }: Kind): Promise<void> {
  const [root, group, version] = at.split('/');
  if (root === 'apis') {
    const groups = await api.get('/apis');
    const found = groups.groups.find((one: Any) => one.name === group);
    assert.ok(
      found?.versions.some((one: Any) => one.version === version),
      `${group}/${version} in /apis`,
    );
    const own = await api.get(`/apis/${group}`);
    assert.ok(
      own.versions.some((one: Any) => one.version === version),
      `${version} in /apis/${group}`,
    );
  }
  const { resources } = await api.get(`/${at}`);
  const listed = resources.find((one: Any) => one.name === resource);
  assert.equal(listed?.namespaced, !cluster, `${resource} in /${at}`);
  const verbs = [
    'create',
    'delete',
    'get',
    'list',
    'patch',
    'update',
    'watch',
    ...(noCollection ? [] : ['deletecollection']),
  ];
  for (const verb of verbs) assert.ok(listed.verbs.includes(verb), `${resource} has ${verb}`);
  if (status)
    assert.ok(
      resources.some((one: Any) => one.name === `${resource}/status`),
      `${resource}/status`,
    );
}

/** Read, changed, written; again when somebody was faster. */
export function replaced(api: Api, path: string, change: (object: Any) => void): Promise<Any> {
  return eventually(`an update of ${path}`, async () => {
    const object = await api.get(path);
    change(object);
    return api.update(path, object);
  });
}
export async function statusChanged(api: Api, path: string, status: NonNullable<Kind['status']>): Promise<void> {
  await api.get(`${path}/status`);
  const patched = await api.patch(`${path}/status`, {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: status.patch,
  });
  assert.notEqual(status.seen(patched), undefined, 'the patched status');
  const updated = await replaced(api, `${path}/status`, status.update);
  assert.deepEqual(status.seen(await api.get(path)), status.seen(updated));
}
