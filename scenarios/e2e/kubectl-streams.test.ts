//! exec, attach, cp, port-forward, run -it, debug and proxies by kubectl, over WebSocket and over SPDY.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before } from 'node:test';
import { Cp, Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node';
import { eventually } from './eventually.ts';
import { freePort, scratch, startUp, stopEverything, type Up } from './harness.ts';
import { type Kubectl, split } from './kubectl.ts';
import { fetchOnce } from './load.ts';
import { Program } from './program.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
const noTerminals = without.program('script');

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels: { app: 'p' } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'main', image: 'busybox:1.37', command: ['sleep', '86400'], env: [{ name: 'GREETING', value: 'hello' }] },
      { name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] },
    ],
  },
};

before(async () => {
  if (none) return;
  up = await startUp({ nodes: 1 });
  await up.kubectl().apply(POD);
  await up.kubectl().run('expose pod p --port 80 --name web');
  await up.kubectl().run('wait --for=condition=Ready pod/p --timeout=60s');
});
after(stopEverything);

for (const { name, path } of kubectlBinaries())
  for (const way of ['WebSocket', 'SPDY'] as const) {
    const on = String(way === 'WebSocket');
    const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: on, KUBECTL_PORT_FORWARD_WEBSOCKETS: on };
    const who = `${name} over ${way}`;
    const k = (): Kubectl => up.kubectl(path);

    story(`${who}: exec: output, errors, environment and exit code are the command's own`, async () => {
      const told = await k().try(['exec', 'p', '-c', 'main', '--', 'sh', '-c', 'echo $GREETING; echo oh >&2; exit 3'], {
        env,
      });
      assert.deepEqual([told.stdout, told.code], ['hello\n', 3]);
      assert.equal(told.stderr, 'oh\ncommand terminated with exit code 3\n');
    });
    story(`${who}: exec -i: input arrives, and its end`, async () => {
      assert.equal(await k().run('exec -i p -c main -- cat', { env, stdin: 'typed\n' }), 'typed\n');
    });
    story(`${who}: exec: what cannot be: said in Kubernetes' words`, async () => {
      assert.match(await k().fails('exec nobody -- ls', { env }), /pods "nobody" not found/);
      assert.match(await k().fails('exec p -c other -- ls', { env }), /container other is not valid for pod p/);
      assert.match(await k().fails('exec p -c main -- nosuch', { env }), /exec: "nosuch": executable file not found/);
    });
    story(`${who}: exec: much output: all of it, unchanged`, async () => {
      const mebibytes = 64;
      const told = await k().run(
        ['exec', 'p', '-c', 'main', '--', 'sh', '-c', `head -c ${mebibytes}m /dev/zero | tr "\\0" x | md5sum`],
        { env },
      );
      assert.match(told, /^[0-9a-f]{32}/);
      const sum = `head -c ${mebibytes * 1024 * 1024} /dev/zero | tr "\\0" x`;
      const far = new Program('exec | md5sum', 'sh', [
        '-c',
        `KUBECONFIG=${up.kubeconfig} ${path} exec p -c main -- sh -c '${sum}' | md5sum`,
      ]);
      await far.ended;
      assert.equal(far.stdout.slice(0, 32), told.slice(0, 32));
    });
    story(
      `${who}: exec -it: a terminal of the client's size`,
      async () => {
        // The size follows the start: looked at until it is there.
        const look = 'until stty size | grep -v "^0 0"; do :; done';
        const words = `exec -it p -c main -- sh -c 'test -t 0 && ${look}; exit 7'`;
        const typed = inTerminal(`stty rows 31 cols 97; exec ${path} ${words}`, env);
        const { code } = await typed.ended;
        assert.equal(code, 7, typed.report());
        assert.match(typed.stdout, /31 97|32 98/, 'kubectl asks for one more at first, so that screens are redrawn');
      },
      { skip: none || noTerminals },
    );
    story(`${who}: cp: there and back: the same bytes`, async () => {
      const dir = scratch();
      const bytes = Buffer.alloc(3_000_000, 'all work and no play ');
      writeFileSync(join(dir, 'there'), bytes);
      await k().run(['cp', join(dir, 'there'), `p:${dir}/in-pod`, '-c', 'main'], { env });
      await k().run(['cp', `p:${dir}/in-pod`, join(dir, 'back'), '-c', 'main'], { env });
      assert.ok(readFileSync(join(dir, 'back')).equals(bytes));
    });
    story(`${who}: port-forward: many requests at once; a port where nobody listens`, async () => {
      const [good, bad] = [await freePort(), await freePort()];
      const forward = new Program('port-forward', path, split(`port-forward pod/p ${good}:80 ${bad}:81`), {
        env: { KUBECONFIG: up.kubeconfig, ...env },
      });
      await forward.until('it forwards', () => (forward.stdout.includes(`:${bad} `) ? true : undefined));
      const answers = await Promise.all(Array.from({ length: 20 }, () => fetchOnce(`http://127.0.0.1:${good}/`)));
      for (const answer of answers) assert.match(JSON.stringify(answer), /Welcome to nginx/);
      assert.ok('error' in (await fetchOnce(`http://127.0.0.1:${bad}/`)));
      await forward.until('the error is told', () => (/connection refused/.test(forward.stderr) ? true : undefined));
      await forward.stop('SIGINT');
    });
    story(`${who}: run -i: a container's own input and output, its exit code`, async () => {
      const words = split('run reader -i --rm --restart=Never --image=busybox:1.37 -- sh -c');
      const told = await k().try([...words, 'cat; exit 5'], { env, stdin: 'to the container\n' });
      assert.match(told.stdout, /to the container/);
      assert.equal(told.code, 5, told.stderr);
    });
    story(`${who}: debug: a container added to a running pod`, async () => {
      const own = `look-${way}-${name}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      // Its input does not end with the visitor's: who reads to the end waits on, as in Kubernetes.
      const words = `debug p -i --image=busybox:1.37 --profile=general -c ${own} -- head -n 1`;
      assert.match(await k().run(words, { env, stdin: 'looked\n' }), /looked/);
    });
  }

story(
  'port-forward in a WebSocket: the handshake that kubectl wants, or it would fall back to SPDY unnoticed',
  async () => {
    const protocol = 'SPDY/3.1+portforward.k8s.io';
    const { server, ca, cert, key } = up.api;
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      'sec-websocket-protocol': protocol,
    };
    const path = '/api/v1/namespaces/default/pods/p/portforward';
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({ host: server.hostname, port: server.port, path, ca, cert, key, agent: false, headers });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      });
      asked.on('response', resolve).on('error', reject).end();
    });
    assert.deepEqual([answer.statusCode, answer.headers['sec-websocket-protocol']], [101, protocol]);
  },
);

story('client-node: exec, cp, port-forward: the same bytes as by kubectl', async () => {
  const config = new KubeConfig();
  config.loadFromFile(up.kubeconfig);
  const [out, err, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const command = ['sh', '-c', 'head -n 1; echo oh >&2; exit 3'];
  const status = new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec('default', 'p', 'main', command, out, err, input, false, resolve).catch(reject);
  });
  input.write('typed\n');
  const { details } = await status;
  assert.deepEqual([out.read()?.toString(), err.read()?.toString()], ['typed\n', 'oh\n']);
  assert.equal(details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message, '3');

  const [here, there] = [scratch(), scratch()];
  writeFileSync(join(here, 'sent'), 'by client-node');
  await new Cp(config).cpToPod('default', 'p', 'main', here, there);
  const read = ['exec', 'p', '-c', 'main', '--', 'cat', `${there}/sent`];
  await eventually('it is there', async () => (await up.kubectl().run(read)) === 'by client-node');

  const forward = new PortForward(config);
  const serving = createServer((socket) => void forward.portForward('default', 'p', [80], socket, null, socket));
  await new Promise<void>((resolve) => serving.listen(0, '127.0.0.1', resolve));
  const { port } = serving.address() as { port: number };
  assert.match(JSON.stringify(await fetchOnce(`http://127.0.0.1:${port}/`)), /Welcome to nginx/);
  serving.close();
  const errors = new PassThrough();
  await forward.portForward('default', 'p', [81], new PassThrough(), errors, new PassThrough());
  const [said] = await once(errors, 'data');
  assert.match(String(said), /error forwarding port 81 to pod .*connection refused/);
});

story('proxies: pods, services and a node: through the API server', async () => {
  const get = (path: string): ReturnType<Up['call']> => up.call(path);
  const pod = '/api/v1/namespaces/default/pods';
  for (const path of [
    `${pod}/p:80/proxy/`,
    `${pod}/http:p:80/proxy/`,
    '/api/v1/namespaces/default/services/web/proxy/',
  ])
    await eventually(path, async () => /Welcome to nginx/.test((await get(path)).text));
  const bare = await get(`${pod}/p:80/proxy`);
  assert.deepEqual([bare.code, bare.headers['location']], [301, `${pod}/p:80/proxy/`]);
  assert.equal((await get(`${pod}/p:80/proxy/none`)).code, 404);
  const nobody = await get(`${pod}/p:81/proxy/`);
  assert.equal(nobody.code, 503);
  assert.match(nobody.json.message, /error trying to reach service: .*connection refused/);
  assert.equal((await get('/api/v1/nodes/node-1/proxy/healthz')).text, 'ok');
  assert.equal((await get('/api/v1/nodes/none/proxy/healthz')).code, 404);
  const plain = await get(`${pod}/p/exec?command=ls&container=main&stdout=true`);
  assert.deepEqual([plain.code, plain.json.message], [400, 'Upgrade request required']);
});

function inTerminal(line: string, env: Readonly<Record<string, string>>): Program {
  return new Program('in a terminal', 'script', ['-qec', line, '/dev/null'], {
    env: { ...env, KUBECONFIG: up.kubeconfig },
    typed: true,
  });
}
