import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Result } from '../../../runtime/fault.ts';
import { realClock } from '../../../runtime/real/clock.ts';
import { silent } from '../../../runtime/sim/world.ts';
import { detectNetwork, openNetwork } from '../../network/edge/open.ts';
import type { ClusterNetwork, NodeNetwork, PodAddress } from '../../network/protocol.ts';
import { SocketDataplane } from './dataplane.ts';

const value = <T>(run: (done: (result: Result<T>) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => run((result) => (result.ok ? resolve(result.value) : reject(result.fault))));
const allowed = detectNetwork();
const skip = allowed.mode === 'namespaces' ? false : `needs network namespaces: ${allowed.missing}`;
const SERVER = `
  const server = require('node:net').createServer((socket) => socket.end(process.argv[1]));
  server.listen(8080, () => process.stdout.write('up'));`;
const CLIENT = `
  const socket = require('node:net').connect(80, process.argv[1]);
  socket.pipe(process.stdout);
  socket.on('error', (error) => process.stdout.write(error.code));`;

test('ClusterIP on namespaces: answers the machine and other pods; gone with its service', { skip }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'orrery-proxy-'));
  const cluster = await value<ClusterNetwork>((done) => openNetwork({ key: home, home, mode: 'namespaces' }, done));
  const network = await value<NodeNetwork>((done) => cluster.node('n1', done));
  const [web, client] = [await joinPod(network, 'web'), await joinPod(network, 'client')];
  const node = [process.execPath, '-e'] as const;
  const server = spawn('nsenter', [`--net=${web.netns}`, ...node, SERVER, 'hello'], { stdio: ['ignore', 'pipe', 2] });
  const dataplane = new SocketDataplane({ network, clock: realClock, logger: silent });
  try {
    await once(server.stdout!, 'data');
    const ip = network.plan.serviceCidr.replace('0.0/16', '0.33');
    dataplane.set({
      key: 'default/web:/TCP',
      protocol: 'TCP',
      listen: [{ ip, port: 80, kind: 'service', local: false }],
      affinityMs: 0,
      backends: [{ ip: web.ip, port: 8_080, node: 'n1' }],
      localBackends: [],
    });
    const fromMachine = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(80, ip);
        socket.on('data', (bytes) => resolve(String(bytes)));
        socket.on('error', reject);
      });
    assert.equal(await eventually(fromMachine), 'hello');
    const fromPod = spawn('nsenter', [`--net=${client.netns}`, ...node, CLIENT, ip], { stdio: ['ignore', 'pipe', 2] });
    assert.equal(String((await once(fromPod.stdout!, 'data'))[0]), 'hello');
    dataplane.remove('default/web:/TCP');
    const shown = (): string => spawnSync('ip', ['-o', 'addr', 'show', 'dev', network.plan.bridge!]).stdout.toString();
    await eventually(async () => assert.doesNotMatch(shown(), new RegExp(`${ip}/32`)));
  } finally {
    server.kill('SIGKILL');
    await new Promise<void>((resolve) => dataplane.close(resolve));
    await new Promise<void>((resolve) => cluster.close(resolve));
    rmSync(home, { recursive: true });
  }
});

const joinPod = (network: NodeNetwork, podUid: string): Promise<PodAddress> =>
  value((done) => network.join(podUid, done));
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
