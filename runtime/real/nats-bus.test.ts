import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { busContract } from '../bus.contract.ts';
import type { Result } from '../fault.ts';
import type { Message } from '../ports.ts';
import { eventually } from './eventually.ts';
import { connectBus, type NatsBus } from './nats-bus.ts';
import { startNatsServer } from './nats-server.ts';

const server = await startNatsServer();
after(() => server?.stop());
const skip = server ? undefined : 'nats-server is not installed';

/** A message through the broker and back is behind everything that either side said before. */
const settle = async (...buses: readonly NatsBus[]): Promise<void> => {
  for (const bus of buses) await new Promise((resolve) => bus.request('nobody.here', { type: 'x' }, 5_000, resolve));
};

busContract(
  'nats bus',
  async () => {
    const [bus, other] = await Promise.all([connectBus(server!.url), connectBus(server!.url)]);
    return {
      bus,
      other,
      until: eventually,
      settle: async () => {
        await settle(other, bus, other);
      },
      close: async () => {
        await bus.close();
        await other.close();
      },
    };
  },
  skip,
);

test('nats bus: the broker is killed and started again: told so, and subscriptions live on', {
  ...(skip === undefined ? {} : { skip }),
}, async () => {
  const [bus, other] = await Promise.all([connectBus(server!.url), connectBus(server!.url)]);
  const statuses: string[] = [];
  const got: Message[] = [];
  bus.onStatus((status) => statuses.push(status));
  other.subscribe('k.again', ({ message }) => got.push(message));
  other.subscribe('k.silent', () => {});
  await settle(other, bus);
  const results: Result<Message>[] = [];
  bus.request('k.silent', { type: 'lost' }, 60_000, (result) => results.push(result));
  await settle(bus);
  await server!.kill();
  await eventually('disconnected', () => !bus.connected && !other.connected);
  assert.equal(!results[0]?.ok && results[0]?.fault.reason, 'Timeout');
  bus.publish('k.again', { type: 'dropped' });
  assert.equal(bus.dropped, 1);
  bus.request('k.again', { type: 'asked' }, 60_000, (result) => results.push(result));
  await eventually('refused', () => results.length === 2);
  assert.equal(!results[1]?.ok && results[1]?.fault.reason, 'Unavailable');
  await server!.restart();
  await eventually('connected', () => bus.connected && other.connected);
  await settle(other, bus);
  bus.publish('k.again', { type: 'after' });
  await eventually('delivered', () => got.length > 0);
  assert.deepEqual(got, [{ type: 'after' }]);
  assert.deepEqual(statuses, ['disconnected', 'connected']);
  await bus.close();
  await other.close();
});

test('nats bus: no broker there: one sentence', async () => {
  await assert.rejects(connectBus('nats://127.0.0.1:1', { connectMs: 500 }), /cannot reach the NATS server at nats:/);
});
