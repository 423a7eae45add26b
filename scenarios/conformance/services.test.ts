//! Who is behind a Service: Endpoints and EndpointSlices as pods come and go.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, MERGE } from './api.ts';
import { conformanceTests } from './conformance.ts';

const conformance = conformanceTests();
const core = ({ namespace }: Api, resource: string): string => `/api/v1/namespaces/${namespace}/${resource}`;
const slicesOf = async (api: Api, service: string): Promise<readonly Any[]> =>
  (
    await api.get(
      `/apis/discovery.k8s.io/v1/namespaces/${api.namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${service}`,
    )
  ).items;
const absent = (api: Api, path: string): Promise<unknown> =>
  eventually(`${path} is gone`, async () => {
    await api.refused(404, 'GET', path);
    return true;
  });
const service = (name: string, spec: Any): Any => ({ metadata: { name }, spec });
const nobody = { selector: { 'does-not-match-anything': 'foo' }, ports: [{ name: 'http', port: 80 }] };

conformance(
  '[sig-network] EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods [Conformance]',
  async (api) => {
    await api.create(core(api, 'services'), service('empty', nobody));
    const endpoints = `${core(api, 'endpoints')}/empty`;
    await eventually('its Endpoints', () => api.get(endpoints));
    assert.equal((await api.get(endpoints)).subsets, undefined);
    await api.delete(`${core(api, 'services')}/empty`);
    await absent(api, endpoints);
  },
);
conformance(
  '[sig-network] EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods [Conformance]',
  async (api) => {
    await api.create(core(api, 'services'), service('empty', nobody));
    await eventually('one slice', async () => (await slicesOf(api, 'empty')).length === 1);
    assert.deepEqual((await slicesOf(api, 'empty'))[0].endpoints ?? [], []);
    await api.delete(`${core(api, 'services')}/empty`);
    await eventually('no slice', async () => (await slicesOf(api, 'empty')).length === 0);
  },
);

const pod = (name: string, labels: Any, ports: readonly Any[]): Any => ({
  metadata: { name, labels },
  spec: { containers: [{ name: 'c', image: 'nginx:1', ports }], terminationGracePeriodSeconds: 0 },
});
const PORTS = [
  { name: 'example-name', containerPort: 3000 },
  { name: 'other-port', containerPort: 3001 },
];
async function runs(api: Api, name: string): Promise<Any> {
  return await eventually(`${name} is ready`, async () => {
    const found = await api.get(`${core(api, 'pods')}/${name}`);
    const ready = found.status.conditions?.some((one: Any) => one.type === 'Ready' && one.status === 'True');
    return ready && found.status.podIP ? found : undefined;
  });
}
const ipsIn = (endpoints: Any): readonly string[] =>
  (endpoints.subsets ?? []).flatMap((subset: Any) => (subset.addresses ?? []).map((one: Any) => one.ip));
const ipsOf = (slices: readonly Any[]): readonly string[] =>
  slices.flatMap((slice) => (slice.endpoints ?? []).flatMap((one: Any) => one.addresses));

conformance(
  '[sig-network] EndpointsController should create Endpoints for Pods matching a Service [Conformance]',
  async (api) => {
    await api.create(core(api, 'pods'), pod('one', { foo: 'bar', of: 'one' }, PORTS));
    const { status } = await runs(api, 'one');
    await api.create(
      core(api, 'services'),
      service('named', {
        selector: { foo: 'bar' },
        ports: [{ name: 'example', port: 80, targetPort: 'example-name' }],
      }),
    );
    const seen = await eventually('its address', async () => {
      const endpoints = await api.get(`${core(api, 'endpoints')}/named`);
      return ipsIn(endpoints).length === 1 ? endpoints : undefined;
    });
    assert.deepEqual(ipsIn(seen), [status.podIP]);
    assert.deepEqual(
      seen.subsets[0].ports.map((port: Any) => [port.name, port.port]),
      [['example', 3000]],
    );
    await api.delete(`${core(api, 'pods')}/one`);
    await eventually('nobody', async () => ipsIn(await api.get(`${core(api, 'endpoints')}/named`)).length === 0);
  },
);
conformance(
  '[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service [Conformance]',
  async (api) => {
    for (const name of ['pod1', 'pod2'])
      await api.create(core(api, 'pods'), pod(name, { foo: 'bar', [name]: 'x' }, PORTS));
    const [one, two] = [await runs(api, 'pod1'), await runs(api, 'pod2')];
    const services: [name: string, selector: Any, ports: readonly Any[], ips: readonly string[], port: number][] = [
      [
        'named',
        { foo: 'bar' },
        [{ name: 'a', port: 80, targetPort: 'example-name' }],
        [one.status.podIP, two.status.podIP],
        3000,
      ],
      ['first', { pod1: 'x' }, [{ name: 'a', port: 80, targetPort: 3001 }], [one.status.podIP], 3001],
    ];
    for (const [name, selector, ports, ips, port] of services) {
      await api.create(core(api, 'services'), service(name, { selector, ports }));
      await eventually(`${name} in slices and in Endpoints`, async () => {
        const slices = await slicesOf(api, name);
        assert.deepEqual([...ipsOf(slices)].sort(), [...ips].sort());
        assert.deepEqual([...ipsIn(await api.get(`${core(api, 'endpoints')}/${name}`))].sort(), [...ips].sort());
        for (const slice of slices) {
          assert.deepEqual(
            slice.ports.map((at: Any) => at.port),
            [port],
          );
          for (const endpoint of slice.endpoints) {
            assert.deepEqual([endpoint.conditions.ready, endpoint.targetRef.kind], [true, 'Pod']);
            assert.ok(endpoint.nodeName);
          }
        }
        return true;
      });
    }
  },
);
conformance(
  '[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]',
  async (api) => {
    await api.create(
      core(api, 'services'),
      service('example-custom-endpoints', { ports: [{ name: 'example', port: 80 }] }),
    );
    const path = `${core(api, 'endpoints')}/example-custom-endpoints`;
    const subsets = (ip: string): Any => [
      { addresses: [{ ip }], ports: [{ name: 'example', port: 9090, protocol: 'TCP' }] },
    ];
    await api.create(core(api, 'endpoints'), {
      metadata: { name: 'example-custom-endpoints' },
      subsets: subsets('10.1.2.3'),
    });
    const mirrored = (ip: string): Promise<unknown> =>
      eventually(`a slice with ${ip}`, async () => {
        const slices = await slicesOf(api, 'example-custom-endpoints');
        assert.deepEqual(ipsOf(slices), [ip]);
        assert.deepEqual([slices[0].ports[0].port, slices[0].ports[0].name], [9090, 'example']);
        return true;
      });
    await mirrored('10.1.2.3');
    await api.patch(path, { subsets: subsets('10.2.3.4') }, MERGE);
    await mirrored('10.2.3.4');
    await api.delete(path);
    await eventually('no slice', async () => (await slicesOf(api, 'example-custom-endpoints')).length === 0);
  },
);
conformance('[sig-network] Service endpoints latency should not be very high [Conformance]', async (api) => {
  await api.create(core(api, 'pods'), pod('svc-latency', { name: 'svc-latency-rc' }, []));
  await runs(api, 'svc-latency');
  const watch = await api.watch(`${core(api, 'endpoints')}?watch=1`);
  try {
    // The original makes 200, half of them within 20 s, nearly all within 50 s; each of these within its own wait.
    for (let i = 0; i < 50; i++) {
      const name = `latency-svc-${i}`;
      await api.create(
        core(api, 'services'),
        service(name, { selector: { name: 'svc-latency-rc' }, ports: [{ port: 80 }] }),
      );
      await watch.until(
        `Endpoints of ${name}`,
        ({ object }) => object.metadata?.name === name && ipsIn(object).length > 0,
      );
    }
  } finally {
    watch.stop();
  }
});
