//! Connections to containers whose node is another process: all bytes go over the broker.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { freePort, scratch, startBroker, stopEverything } from './harness.ts';
import { type Kubectl, split } from './kubectl.ts';
import { fetchOnce } from './load.ts';
import { Cluster, MEMBERS } from './members.ts';
import { Program } from './program.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';

const none = without.program('nats-server') || without.kubectl();
let cluster: Cluster;
const story = stories(() => `${cluster?.broker.program.report() ?? ''}\n${cluster?.report() ?? ''}`, { skip: none });
const WANTED = ['etcd', 'apiserver-a', 'controllers-a', 'node-a'];
const kubectl = (): Kubectl => cluster.server('apiserver-a')!.kubectl();

before(async () => {
  if (none) return;
  cluster = new Cluster(await startBroker(), scratch());
  for (const member of MEMBERS) if (WANTED.includes(member.name)) cluster.start(member);
  const spec = {
    nodeName: 'node-a',
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'main', image: 'busybox:1.37', command: ['sleep', '86400'] },
      { name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] },
    ],
  };
  await eventually('an account for pods', async () => (await known('serviceaccounts/default')) === 200);
  await kubectl().apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'far' }, spec });
  await kubectl().run('wait --for=condition=Ready pod/far --timeout=60s');
});
after(stopEverything);
const known = async (path: string): Promise<number | undefined> =>
  (await cluster.server('apiserver-a')?.call(`/api/v1/namespaces/default/${path}`))?.code;

story('streams: the node is another process: exec has output, input and exit code', async () => {
  const told = await kubectl().try(['exec', '-i', 'far', '-c', 'main', '--', 'sh', '-c', 'cat; echo no >&2; exit 4'], {
    stdin: 'over the broker\n',
  });
  assert.deepEqual([told.stdout, told.code], ['over the broker\n', 4]);
  assert.match(told.stderr, /^no\n/);
});

story('streams: the node is another process: more than a window arrives whole', async () => {
  const far = new Program('exec | wc', 'sh', [
    '-c',
    `KUBECONFIG=${cluster.server('apiserver-a')!.kubeconfig} ${kubectl().path} exec far -c main -- head -c 20000000 /dev/zero | wc -c`,
  ]);
  await far.ended;
  assert.equal(far.stdout.trim(), '20000000', far.report());
});

story('streams: the node is another process: port-forward and proxy', async () => {
  const port = await freePort();
  const { kubeconfig } = cluster.server('apiserver-a')!;
  const forward = new Program('port-forward', kubectl().path, split(`port-forward pod/far ${port}:80`), {
    env: { KUBECONFIG: kubeconfig },
  });
  await forward.until('it forwards', () => (forward.stdout.includes('Forwarding') ? true : undefined));
  assert.match(JSON.stringify(await fetchOnce(`http://127.0.0.1:${port}/`)), /Welcome to nginx/);
  await forward.stop('SIGINT');
  const proxied = await cluster.server('apiserver-a')!.call('/api/v1/namespaces/default/pods/far:80/proxy/');
  assert.match(proxied.text, /Welcome to nginx/);
});
