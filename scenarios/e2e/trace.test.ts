import assert from 'node:assert/strict';
import { after } from 'node:test';
import { eventually } from './eventually.ts';
import { orrery, startBroker, startUp, stopEverything, type Up } from './harness.ts';
import type { Program } from './program.ts';
import { type Story, stories } from './story.ts';
import { without } from './tools.ts';

let up: Up | undefined;
const story: Story = stories(() => up?.program.report() ?? '');
after(stopEverything);

story('trace: an embedded cluster by its data directory: one aligned line a transition, live', async () => {
  up = await startUp({ nodes: 1, engine: 'simulated' });
  await shows(orrery(['trace', '--data-dir', up.dataDir]), up);
  const only = orrery(['trace', 'pod/default/only-*', '--data-dir', up.dataDir]);
  await eventually('it looks on', async () => {
    await pod(up!, `only-${Date.now()}`);
    return only.lines.length > 0;
  });
  assert.ok(
    only.lines.every((line) => line.includes(' pod/default/only-')),
    only.report(),
  );
  assert.equal((await only.stop('SIGINT')).code, 0, only.report());
  assert.equal((await up.stop()).code, 0);
});

story(
  'trace: a cluster on a broker: the same, over NATS',
  async () => {
    const broker = await startBroker();
    up = await startUp({ nodes: 1, engine: 'simulated', args: ['--nats', broker.url] });
    await shows(orrery(['trace', '--nats', broker.url]), up);
    assert.equal((await up.stop()).code, 0);
  },
  { skip: without.program('nats-server') },
);

story('trace: no cluster there: one sentence, exit 1', async () => {
  const program = orrery(['trace', '--data-dir', '/nonexistent/orrery']);
  assert.equal((await program.ended).code, 1, program.report());
  assert.match(program.stderr, /^orrery: [^\n]+\n$/);
});

async function shows(trace: Program, up: Up): Promise<void> {
  // It says nothing until something happens: once it does, it looks on.
  await eventually('it looks on', async () => {
    await pod(up, `before-${Date.now()}`);
    return trace.lines.length > 0;
  });
  await pod(up, 'traced');
  await trace.line(/ pod\/default\/traced .*→/);
  await trace.line(/ container\/default\/traced\/main .*→/);
  for (const line of trace.lines) {
    const [, actor = ''] = /^\d\d:\d\d:\d\d\.\d{3} (\S+) /.exec(line) ?? [];
    assert.match(actor, /^[a-z-]+\//, line);
    // Time, actor, states, event: each begins at its column, unless what is before it is too long.
    if (actor.length <= 24) assert.match(line.slice(37), /^ \S/, line);
  }
  assert.equal((await trace.stop('SIGTERM')).code, 0, trace.report());
}

async function pod(up: Up, name: string): Promise<void> {
  const made = await up.call('/api/v1/namespaces/default/pods', {
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'main', image: 'nginx' }] },
    },
  });
  assert.equal(made.code, 201, made.text);
}
