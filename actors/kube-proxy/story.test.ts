//! The whole proxy in a simulated world: an API that lists and tells, a proxy that answers who gets a connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, api, inbox, watch } from '../../runtime/address.ts';
import type { Message } from '../../runtime/ports.ts';
import { World } from '../../runtime/sim/world.ts';
import type { Endpoint } from '../api/types/service.ts';
import { type ApiReply, type ApiRequest, encodeValue, resourceStream, storageKey } from '../apiserver/protocol.ts';
import type { Change } from '../etcd/protocol.ts';
import { startKubeProxy } from './index.ts';
import type { SimConnectReply } from './protocol.ts';
import { endpoint, service, slice } from './samples.ts';

type Sample = ReturnType<typeof service> | ReturnType<typeof slice>;

class Story {
  readonly world = new World({ seed: 1 });
  readonly #objects = new Map<string, Sample>();
  readonly #last = new Map<string, number>();
  #revision = 1;
  readonly proxy;
  constructor() {
    this.world.bus.subscribe(api('sim', 'list'), ({ message, reply }) => {
      const items = [...this.#objects.values()].filter(({ kind }) => kind === KINDS[(message as ApiRequest).resource]);
      reply?.({ type: 'api.list', items, resourceVersion: String(this.#revision) } satisfies ApiReply as Message);
    });
    this.proxy = startKubeProxy(this.world.host('h1'), { node: 'n1', nodeIp: '10.244.0.2' });
  }
  put(object: Sample): void {
    const [group, resource] = object.kind === 'Service' ? ['', 'services'] : ['discovery.k8s.io', 'endpointslices'];
    const { name } = object.metadata;
    this.#revision++;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
    this.#objects.set(`${resource}/${name}`, stored);
    const stream = resourceStream(group, resource);
    const change: Change = {
      type: 'change.put',
      stream,
      key: storageKey(group, resource, 'default', name),
      revision: this.#revision,
      prevRevision: this.#last.get(stream) ?? this.#revision,
      createRevision: 1,
      value: encodeValue(stored),
    };
    this.#last.set(stream, this.#revision);
    this.world.bus.publish(watch('sim', group, resource, 'default', name), change as Message);
  }
  endpoints(...endpoints: readonly Endpoint[]): void {
    this.put(slice(endpoints));
    this.world.advance(1_000);
  }
  connect(): string {
    let answer = '';
    const asked = { type: 'sim.connect', ip: '10.96.0.9', port: 80, protocol: 'TCP', clientIp: '10.244.1.9' };
    this.world.bus.request(inbox('sim', address('kube-proxy', '', 'n1')), asked, 1_000, (result) => {
      const reply = result.ok ? (result.value as SimConnectReply) : undefined;
      answer = reply?.type === 'sim.connected' ? reply.backend.ip : 'refused';
    });
    this.world.until('the proxy answers', () => answer !== '', 2_000);
    return answer;
  }
}
const KINDS: Readonly<Record<string, string>> = { services: 'Service', endpointslices: 'EndpointSlice' };

test('kube-proxy: pods come, fail and go: connections follow the slices', () => {
  const story = new Story();
  story.put(service());
  story.world.until('it serves', () => story.proxy.snapshot().value === 'serving', 60_000);
  assert.equal(story.connect(), 'refused');
  story.endpoints(endpoint('10.244.1.2'), endpoint('10.244.2.2'));
  assert.deepEqual([story.connect(), story.connect(), story.connect()], ['10.244.1.2', '10.244.2.2', '10.244.1.2']);
  story.endpoints(endpoint('10.244.1.2'), endpoint('10.244.2.2', { ready: false }));
  assert.deepEqual([story.connect(), story.connect()], ['10.244.1.2', '10.244.1.2']);
  story.endpoints(endpoint('10.244.1.2', { ready: false, serving: true, terminating: true }));
  assert.equal(story.connect(), '10.244.1.2');
  story.endpoints();
  assert.equal(story.connect(), 'refused');
});
test('kube-proxy: orderly stop: drained, then gone', () => {
  const story = new Story();
  story.world.until('it serves', () => story.proxy.snapshot().value === 'serving', 60_000);
  let gone = false;
  story.proxy.stop(() => {
    gone = true;
  });
  story.world.until('it is gone', () => gone, 10_000);
  assert.deepEqual(
    story.world
      .host('h1')
      .actors()
      .map(({ address: at }) => at.component)
      .filter((name) => name !== 'informer'),
    [],
  );
});
