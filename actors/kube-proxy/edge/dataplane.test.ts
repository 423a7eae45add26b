import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { Result } from '../../../runtime/fault.ts';
import { realClock } from '../../../runtime/real/clock.ts';
import { silent } from '../../../runtime/sim/world.ts';
import { LoopbackNetwork } from '../../network/edge/loopback.ts';
import { openNetwork } from '../../network/edge/open.ts';
import type { ClusterNetwork, NodeNetwork } from '../../network/protocol.ts';
import type { PortPlan } from '../protocol.ts';
import { SocketDataplane } from './dataplane.ts';

const home = mkdtempSync(join(tmpdir(), 'orrery-proxy-'));
after(() => rmSync(home, { recursive: true }));
const value = <T>(run: (done: (result: Result<T>) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => run((result) => (result.ok ? resolve(result.value) : reject(result.fault))));
const cluster = await value<ClusterNetwork>((done) => openNetwork({ key: home, home, mode: 'loopback' }, done));
const nodeOf = (name: string): Promise<NodeNetwork> => value((done) => cluster.node(name, done));
const network = await nodeOf('n1');
const prefix = network.plan.gatewayIp.replace(/\.0\.1$/, '');
const serviceIp = network.plan.serviceCidr.replace('0.0/16', '0.9');

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});
function proxy(on: NodeNetwork = network): SocketDataplane {
  const dataplane = new SocketDataplane({ network: on, clock: realClock, logger: silent });
  closers.push(() => dataplane.close(() => {}));
  return dataplane;
}
type Handle = (socket: Socket) => void;
async function pod(ip: string, handle: Handle, port = 0): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    handle(socket);
  });
  closers.push(() => server.close());
  server.listen(port, ip);
  await once(server, 'listening');
  return server;
}
const named =
  (name: string): Handle =>
  (socket) =>
    void socket.end(name);
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const plan = (backends: readonly (readonly [ip: string, port: number])[], more: Partial<PortPlan> = {}): PortPlan => ({
  key: 'default/web:/TCP',
  protocol: 'TCP',
  listen: [{ ip: serviceIp, port: 8_080, kind: 'service', local: false }],
  affinityMs: 0,
  backends: backends.map(([ip, port]) => ({ ip, port, node: 'n1' })),
  localBackends: [],
  ...more,
});
/** What the service answers; rejects when it refuses. */
const ask = (send = '', ip = serviceIp, port = 8_080): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: ip, port, allowHalfOpen: true });
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
    socket.end(send);
  });
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 500; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => realClock.setTimeout(() => resolve(undefined), 10));
    }
  }
}
const refused = (ip = serviceIp, port = 8_080): Promise<void> =>
  eventually(() => assert.rejects(ask('', ip, port), { code: 'ECONNREFUSED' }));

test('tcp: three pods: answer in turn', async () => {
  const pods = await Promise.all(['a', 'b', 'c'].map((name, i) => pod(`${prefix}.9.${i + 2}`, named(name))));
  proxy().set(plan(pods.map((server, i) => [`${prefix}.9.${i + 2}`, portOf(server)])));
  await eventually(() => ask());
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await ask());
  assert.equal(answers.slice(0, 3).sort().join(''), 'abc');
  assert.deepEqual(answers.slice(0, 3), answers.slice(3));
});
test('tcp: a pod just killed: the next one answers, no request fails', async () => {
  const [a, b] = [await pod(`${prefix}.9.2`, named('a')), await pod(`${prefix}.9.3`, named('b'))];
  proxy().set(
    plan([
      [`${prefix}.9.2`, portOf(a)],
      [`${prefix}.9.3`, portOf(b)],
    ]),
  );
  await eventually(() => ask());
  a.close();
  for (let i = 0; i < 4; i++) assert.equal(await ask(), 'b');
});
test('tcp: no endpoint: connection refused, at first, later, and after the service', async () => {
  const a = await pod(`${prefix}.9.2`, named('a'));
  const dataplane = proxy();
  dataplane.set(plan([]));
  await refused();
  dataplane.set(plan([[`${prefix}.9.2`, portOf(a)]]));
  assert.equal(await eventually(() => ask()), 'a');
  dataplane.set(plan([]));
  await refused();
  dataplane.set(plan([[`${prefix}.9.2`, portOf(a)]]));
  assert.equal(await eventually(() => ask()), 'a');
  dataplane.remove('default/web:/TCP');
  await refused();
});
test('tcp: half-close: the answer comes after the end of the question, all of it', async () => {
  const size = 4 * 1024 * 1024;
  const echo = await pod(`${prefix}.9.2`, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => socket.end(Buffer.concat(chunks)));
  });
  proxy().set(plan([[`${prefix}.9.2`, portOf(echo)]]));
  const text = 'x'.repeat(size);
  assert.equal((await eventually(() => ask(text))).length, size);
});
test('tcp: endpoint gone: its connections go on, new ones go elsewhere', async () => {
  const slow = await pod(`${prefix}.9.2`, (socket) => socket.pipe(socket));
  const b = await pod(`${prefix}.9.3`, named('b'));
  const dataplane = proxy();
  dataplane.set(plan([[`${prefix}.9.2`, portOf(slow)]]));
  await eventually(() => ask('x'));
  const open = connect(8_080, serviceIp);
  open.write('one');
  assert.equal(String((await once(open, 'data'))[0]), 'one');
  dataplane.set(plan([[`${prefix}.9.3`, portOf(b)]]));
  assert.equal(await ask(), 'b');
  open.write('two');
  assert.equal(String((await once(open, 'data'))[0]), 'two');
  open.destroy();
});
test('tcp: no root: a port below 1024 of a pod and a service is served 10,000 higher', async () => {
  const lowPorts = { below: 1_024, add: 10_000 };
  const rootless = new LoopbackNetwork({ ...network.plan, lowPorts }, network.addresses);
  await pod(`${prefix}.9.2`, named('a'), 10_080);
  proxy(rootless).set(
    plan([[`${prefix}.9.2`, 80]], { listen: [{ ip: serviceIp, port: 80, kind: 'service', local: false }] }),
  );
  assert.equal(await eventually(() => ask('', serviceIp, 10_080)), 'a');
});
test('tcp: session affinity: one client stays with one pod', async () => {
  const pods = await Promise.all(['a', 'b'].map((name, i) => pod(`${prefix}.9.${i + 2}`, named(name))));
  const backends = pods.map((server, i) => [`${prefix}.9.${i + 2}`, portOf(server)] as const);
  proxy().set(plan(backends, { affinityMs: 10_000 }));
  const first = await eventually(() => ask());
  for (let i = 0; i < 4; i++) assert.equal(await ask(), first);
});
test('udp: echo: each client keeps its pod; a pod that is gone loses its flows', async () => {
  const servers = await Promise.all(
    ['a', 'b'].map(async (name, i): Promise<UdpSocket> => {
      const socket = createSocket('udp4');
      socket.on('message', (bytes, from) => socket.send(`${name} ${bytes}`, from.port, from.address));
      socket.bind(0, `${prefix}.9.${i + 2}`);
      await once(socket, 'listening');
      closers.push(() => socket.close());
      return socket;
    }),
  );
  const at = (i: number): [string, number] => [`${prefix}.9.${i + 2}`, servers[i]!.address().port];
  const dataplane = proxy();
  const udp = { key: 'default/web:/UDP', protocol: 'UDP' as const };
  dataplane.set(plan([at(0), at(1)], udp));
  const client = createSocket('udp4');
  closers.push(() => client.close());
  const say = (text: string): Promise<string> =>
    eventually(async () => {
      const answer = once(client, 'message', { signal: AbortSignal.timeout(200) });
      client.send(text, 8_080, serviceIp);
      return String((await answer)[0]);
    });
  const first = (await say('1'))[0]!;
  assert.equal(await say('2'), `${first} 2`);
  dataplane.set(plan([at(first === 'a' ? 1 : 0)], udp));
  assert.equal(await say('3'), `${first === 'a' ? 'b' : 'a'} 3`);
});
test('several proxies: each its own node address; the first serves what they share, the next takes over', async () => {
  const a = await pod(`${prefix}.9.2`, named('a'));
  const two = await nodeOf('n2');
  const backends = [[`${prefix}.9.2`, portOf(a)]] as const;
  const listenOf = ({ addresses }: NodeNetwork): PortPlan['listen'] => [
    { ip: serviceIp, port: 8_080, kind: 'service', local: false },
    { ip: addresses.nodeIp, port: 30_123, kind: 'own', local: false },
  ];
  const [first, second] = [proxy(network), proxy(two)];
  first.set(plan(backends, { listen: listenOf(network) }));
  second.set(plan(backends, { listen: listenOf(two) }));
  for (const node of [network, two]) assert.equal(await eventually(() => ask('', node.addresses.nodeIp, 30_123)), 'a');
  assert.equal(await eventually(() => ask()), 'a');
  await new Promise<void>((resolve) => first.close(resolve));
  assert.equal(await eventually(() => ask()), 'a');
  await refused(network.addresses.nodeIp, 30_123);
});
test('several proxies: the first one’s process killed: another serves within a second', async () => {
  const a = await pod(`${prefix}.9.2`, named('a'));
  const wanted = plan([[`${prefix}.9.2`, portOf(a)]]);
  const script = `
    import { SocketDataplane } from './actors/kube-proxy/edge/dataplane.ts';
    import { realClock } from './runtime/real/clock.ts';
    import { silent } from './runtime/sim/world.ts';
    const network = ${JSON.stringify({ plan: network.plan, addresses: network.addresses })};
    network.serve = (_, done) => done({ ok: true });
    new SocketDataplane({ network, clock: realClock, logger: silent }).set(${JSON.stringify(wanted)});
    setInterval(() => {}, 1000);
    process.stdout.write('up');`;
  const other: ChildProcess = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => other.kill('SIGKILL'));
  await once(other.stdout!, 'data');
  assert.equal(await eventually(() => ask()), 'a');
  proxy().set(wanted);
  other.kill('SIGKILL');
  await once(other, 'exit');
  const killedAt = performance.now();
  assert.equal(await eventually(() => ask()), 'a');
  assert.equal(performance.now() - killedAt < 1_000, true);
});
