//! Custom resources: their definitions, what is published of them, what is checked.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, APPLY, type Api } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const SCHEMA = {
  type: 'object',
  description: 'Foo CRD for Testing',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: {
        bars: {
          description: 'List of Bars and their specs.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { description: 'Name of Bar.', type: 'string' },
              age: { description: 'Age of Bar.', type: 'string' },
            },
          },
        },
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['containerPort'],
          items: { type: 'object', required: ['containerPort'], properties: { containerPort: { type: 'integer' } } },
        },
      },
    },
    status: OPEN,
  },
};

interface Made {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly path: string;
  /** Of its objects, in the test's namespace. */
  readonly at: (version?: string) => string;
  readonly object: (more?: Any, version?: string) => Any;
}
const letters = (api: Api): string =>
  api.namespace.replace(/\d/g, (digit) => String.fromCharCode(97 + Number(digit))).replace(/-/g, '');
async function define(
  api: Api,
  schema: Any,
  options: {
    readonly versions?: readonly string[];
    readonly group?: string;
    readonly kind?: string;
    readonly labels?: Any;
  } = {},
): Promise<Made> {
  const group = options.group ?? `${api.namespace}.example.com`;
  const kind = options.kind ?? `Foo${letters(api)}`;
  const plural = `${kind.toLowerCase()}s`;
  const versions = options.versions ?? ['v1'];
  await api.create(CRDS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...(options.labels ? { labels: options.labels } : {}) },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === 0,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      })),
    },
  });
  const path = `${CRDS}/${plural}.${group}`;
  await eventually('established', async () =>
    (await api.get(path)).status?.conditions?.some(
      ({ type, status }: Any) => type === 'Established' && status === 'True',
    ),
  );
  const at = (version = versions[0]): string => `/apis/${group}/${version}/namespaces/${api.namespace}/${plural}`;
  await eventually('served', () => api.get(at()));
  return {
    group,
    plural,
    kind,
    path,
    at,
    object: (more = {}, version = versions[0]) => ({
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name: 'mytest' },
      ...more,
    }),
  };
}
/** The definition of a kind in OpenAPI v2; undefined: it has none. */
async function published(api: Api, { group, kind }: Made, version = 'v1'): Promise<Any> {
  const { definitions } = await api.get('/openapi/v2');
  return definitions[`${group.split('.').reverse().join('.')}.${version}.${kind}`];
}

conformance(
  '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition creating/deleting custom resource definition objects works [Conformance]',
  async (api) => {
    const made = await define(api, OPEN);
    await api.delete(made.path);
    await eventually('gone', async () => (await api.up.call(made.path)).code === 404);
  },
);
conformance(
  '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition listing custom resource definition objects works [Conformance]',
  async (api) => {
    const labels = { e2e: api.namespace };
    for (let i = 0; i < 10; i++) await define(api, OPEN, { group: `g${i}.${api.namespace}.example.com`, labels });
    const mine = `${CRDS}?labelSelector=e2e=${api.namespace}`;
    assert.equal((await api.get(mine)).items.length, 10);
    await api.delete(mine);
    await eventually('all are gone', async () => (await api.get(mine)).items.length === 0);
  },
);
conformance(
  '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works [Conformance]',
  async (api) => {
    const { path } = await define(api, OPEN);
    const read = await api.get(`${path}/status`);
    assert.ok(read.status.conditions.length > 0);
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
    await eventually('updated', async () => {
      const current = await api.get(path);
      current.status.conditions = [...current.status.conditions, condition];
      return api.update(`${path}/status`, current);
    });
    const patched = await api.patch(`${path}/status`, {
      metadata: { labels: { e2e: 'patched' } },
      status: { observed: 1 },
    });
    assert.ok(patched.status.conditions.some(({ type }: Any) => type === 'StatusUpdate'));
  },
);
conformance(
  '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] should include custom resource definition resources in discovery documents [Conformance]',
  async (api) => {
    const { groups } = await api.get('/apis');
    const found = groups.find(({ name }: Any) => name === 'apiextensions.k8s.io');
    assert.ok(found.versions.some(({ groupVersion }: Any) => groupVersion === 'apiextensions.k8s.io/v1'));
    assert.equal((await api.get('/apis/apiextensions.k8s.io')).kind, 'APIGroup');
    const { resources } = await api.get('/apis/apiextensions.k8s.io/v1');
    assert.ok(resources.some(({ name }: Any) => name === 'customresourcedefinitions'));
  },
);
conformance(
  '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin] custom resource defaulting for requests and from storage works [Conformance]',
  async (api) => {
    const made = await define(api, { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } });
    await api.create(made.at(), made.object());
    await eventually('a default is declared', async () => {
      const crd = await api.get(made.path);
      Object.assign(crd.spec.versions[0].schema.openAPIV3Schema.properties, {
        a: { type: 'string', default: 'A' },
        b: { type: 'string', default: 'B' },
      });
      return api.update(made.path, crd);
    });
    await eventually('it counts for what is stored', async () => (await api.get(`${made.at()}/mytest`)).a === 'A');
    const other = await api.create(made.at(), { ...made.object(), metadata: { name: 'other' }, b: 'mine' });
    assert.deepEqual([other.a, other.b], ['A', 'mine']);
  },
);
conformance(
  '[sig-api-machinery] CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects [Conformance]',
  async (api) => {
    const made = await define(api, OPEN);
    const watch = await api.watch(`${made.at()}?watch=1`);
    for (const name of ['one', 'two']) {
      await api.create(made.at(), { ...made.object(), metadata: { name } });
      await watch.next('ADDED', name);
      await api.patch(`${made.at()}/${name}`, { dummy: 'test' });
      await watch.next('MODIFIED', name);
    }
    for (const name of ['one', 'two']) {
      await api.delete(`${made.at()}/${name}`);
      await watch.next('DELETED', name);
    }
    watch.stop();
  },
);
for (const name of [
  '[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface for CRDs [Conformance]',
  '[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery request for CRDs [Conformance]',
])
  conformance(name, async (api) => {
    const made = await define(api, OPEN);
    await eventually('in aggregated discovery', async () => {
      const { items } = await api.get('/apis', { accept: AGGREGATED });
      const group = items.find(({ metadata }: Any) => metadata.name === made.group);
      return group?.versions[0].resources.some(({ resource }: Any) => resource === made.plural);
    });
  });

conformance(
  '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD with validation schema [Conformance]',
  async (api) => {
    const made = await define(api, SCHEMA);
    const definition = await eventually('published', () => published(api, made));
    assert.equal(definition.description, 'Foo CRD for Testing');
    const k = api.up.kubectl();
    const object = made.object({ spec: { bars: [{ name: 'test-bar' }] } });
    const ns = `-n ${api.namespace}`;
    await k.run(`${ns} create -f -`, { stdin: JSON.stringify(object) });
    await k.run(`${ns} delete ${made.plural} mytest`);
    const wrong = JSON.stringify(made.object({ spec: { bars: [{ name: 'test-bar', feeling: 'good' }] } }));
    assert.match(await k.fails(`${ns} create -f -`, { stdin: wrong }), /unknown field "spec\.bars\[0\]\.feeling"/);
    const nameless = JSON.stringify(made.object({ spec: { bars: [{ age: '10' }] } }));
    assert.match(
      await k.fails(`${ns} create -f -`, { stdin: nameless }),
      /spec\.bars\[0\]\.name|missing required field "name"/,
    );
    assert.match(await k.run(`explain ${made.plural}`), /Foo CRD for Testing[\s\S]*FIELDS:[\s\S]*spec\s+<Object>/u);
    assert.match(
      await k.run(`explain ${made.plural}.spec.bars`),
      /List of Bars and their specs[\s\S]*age[\s\S]*name[\s\S]*-required-/u,
    );
    assert.match(await k.fails(`explain ${made.plural}.spec.bars2`), /field "bars2" does not exist/);
  },
);
for (const [name, schema, more] of [
  [
    '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD without validation schema [Conformance]',
    OPEN,
    { a: { b: [1] } },
  ],
  [
    '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields at the schema root [Conformance]',
    OPEN,
    { spec: { x: 'y' } },
  ],
  [
    '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields in an embedded object [Conformance]',
    { type: 'object', properties: { spec: OPEN } },
    { spec: { b: [{ c: 'd' }] } },
  ],
] as const)
  conformance(name, async (api) => {
    const made = await define(api, schema);
    await eventually('published', () => published(api, made));
    const k = api.up.kubectl();
    const stdin = JSON.stringify(made.object(more));
    for (const word of ['create', 'delete', 'apply', 'delete'])
      await k.run(`-n ${api.namespace} ${word} -f -`, { stdin });
    assert.match(await k.run(`explain ${made.plural}`), new RegExp(`KIND:\\s+${made.kind}`));
  });
for (const [name, second] of [
  [
    '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of different groups [Conformance]',
    (api: Api) => ({ group: `other.${api.namespace}.example.com` }),
  ],
  [
    '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group and version but different kinds [Conformance]',
    (api: Api) => ({ kind: `Bar${letters(api)}` }),
  ],
  [
    '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group but different versions [Conformance]',
    (api: Api) => ({ kind: `Bar${letters(api)}`, versions: ['v2'] }),
  ],
] as const)
  conformance(name, async (api) => {
    const options: { group?: string; kind?: string; versions?: string[] } = second(api);
    const one = await define(api, SCHEMA);
    const two = await define(api, SCHEMA, options);
    await eventually(
      'both are published',
      async () =>
        (await published(api, one)) !== undefined && (await published(api, two, options.versions?.[0])) !== undefined,
    );
  });
conformance(
  '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] updates the published spec when one version gets renamed [Conformance]',
  async (api) => {
    const made = await define(api, SCHEMA, { versions: ['v2', 'v3'] });
    await eventually('published', async () => (await published(api, made, 'v3')) !== undefined);
    await eventually('renamed', async () => {
      const crd = await api.get(made.path);
      crd.spec.versions[1].name = 'v4';
      return api.update(made.path, crd);
    });
    await eventually(
      'v4 instead of v3',
      async () => (await published(api, made, 'v4')) !== undefined && (await published(api, made, 'v3')) === undefined,
    );
    assert.notEqual(await published(api, made, 'v2'), undefined);
  },
);
conformance(
  '[sig-api-machinery] CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] removes definition from spec when one version gets changed to not be served [Conformance]',
  async (api) => {
    const made = await define(api, SCHEMA, { versions: ['v5', 'v6alpha1'] });
    await eventually('published', async () => (await published(api, made, 'v6alpha1')) !== undefined);
    await eventually('no longer served', async () => {
      const crd = await api.get(made.path);
      crd.spec.versions[1].served = false;
      return api.update(made.path, crd);
    });
    await eventually('it is gone', async () => (await published(api, made, 'v6alpha1')) === undefined);
    assert.notEqual(await published(api, made, 'v5'), undefined);
  },
);

const strictly = (made: Made): string => `${made.at()}/mytest?fieldManager=e2e&fieldValidation=Strict`;
conformance(
  '[sig-api-machinery] FieldValidation should create/apply a CR with unknown fields for CRD with no validation schema [Conformance]',
  async (api) => {
    const made = await define(api, OPEN);
    await api.answered(201, 'PATCH', strictly(made), made.object({ spec: { foo: 'foo1', cronSpec: '* *' } }), APPLY);
  },
);
conformance(
  '[sig-api-machinery] FieldValidation should create/apply a valid CR for CRD with validation schema [Conformance]',
  async (api) => {
    const made = await define(api, SCHEMA);
    const spec = { cronSpec: '* * * * */5', ports: [{ containerPort: 80 }] };
    await api.answered(201, 'PATCH', strictly(made), made.object({ spec }), APPLY);
  },
);
conformance(
  '[sig-api-machinery] FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema [Conformance]',
  async (api) => {
    const made = await define(api, SCHEMA);
    const object = made.object({ spec: { cronSpec: '* * * * */5', extraProperty: 'arbitrary-value' } });
    const status = await api.refused(400, 'PATCH', strictly(made), object, APPLY);
    assert.match(status.message, /extraProperty: field not declared in schema|unknown field "spec\.extraProperty"/);
  },
);
conformance(
  '[sig-api-machinery] FieldValidation should detect duplicates in a CR when preserving unknown fields [Conformance]',
  async (api) => {
    const made = await define(api, OPEN);
    const { apiVersion, kind } = made.object();
    const text = `{"apiVersion":"${apiVersion}","kind":"${kind}","metadata":{"name":"mytest"},"spec":{"unknown":"u","cronSpec":"a","cronSpec":"b"}}`;
    const status = await api.refused(400, 'POST', `${made.at()}?fieldValidation=Strict`, text);
    assert.match(status.message, /duplicate field "spec\.cronSpec"/);
  },
);
conformance(
  '[sig-api-machinery] FieldValidation should detect unknown metadata fields in both the root and embedded object of a CR [Conformance]',
  async (api) => {
    const embedded = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    };
    const made = await define(api, {
      type: 'object',
      properties: { spec: { type: 'object', properties: { template: embedded } } },
    });
    const inside = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'in', unknownSubMeta: 'x' } };
    const object = { ...made.object({ spec: { template: inside } }), metadata: { name: 'mytest', unknownMeta: 'x' } };
    const status = await api.refused(400, 'POST', `${made.at()}?fieldValidation=Strict`, object);
    assert.match(status.message, /unknown field "metadata\.unknownMeta"/);
    assert.match(status.message, /unknown field "spec\.template\.metadata\.unknownSubMeta"/);
  },
);
