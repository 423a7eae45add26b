//! What every container engine must do. Each implementation's test file runs this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../../runtime/fault.ts';
import type {
  ContainerSpec,
  EngineEvent,
  EngineReply,
  EngineRequest,
  EngineStats,
  LogOptions,
  SandboxSpec,
} from './protocol.ts';

export interface EngineUnderTest {
  ask(request: EngineRequest): Promise<Result<EngineReply>>;
  /** What the subscriber was told since the last attachment. */
  readonly exits: readonly EngineEvent[];
  /** `engine.attach` with the subscriber whose events are in `exits`. */
  attach(): Promise<Extract<EngineReply, { type: 'engine.attached' }>>;
  /** Lets time pass until there is something. */
  until<T>(what: string, look: () => T | undefined): Promise<T>;
  /** All that `container.logs` sends to a stream of the engine's, to its end. */
  logs(id: string, options: LogOptions): Promise<string>;
  close(): Promise<void>;
}
export interface EngineContractOptions {
  /** An image that serves HTTP on port 80 without a command, and one that nobody has. */
  readonly serverImage?: string;
  readonly missingImage?: string;
  readonly skip?: string;
}

export function engineContract(
  name: string,
  open: () => Promise<EngineUnderTest>,
  options: EngineContractOptions = {},
): void {
  const server = options.serverImage ?? 'nginx';
  const story = (title: string, run: (under: EngineUnderTest) => Promise<void>): void => {
    test(`${name}: ${title}`, options.skip === undefined ? {} : { skip: options.skip }, async () => {
      const under = await open();
      try {
        await under.attach();
        await run(under);
      } finally {
        await under.close();
      }
    });
  };

  story('info: asked: names itself and what the node has', async (under) => {
    const { info } = await ask(under, 'engine.informed', { type: 'engine.info' });
    assert.ok(info.cpuMilli > 0 && info.memoryBytes > 0);
    assert.match(info.nodeIp, /^\d+\.\d+\.\d+\.\d+$/);
    assert.match(info.podCidr, /^\d+\.\d+\.\d+\.\d+\/\d+$/);
  });
  story('sandbox: run twice: the same address; two pods: two addresses', async (under) => {
    const first = await sandbox(under, 'one');
    assert.equal(await sandbox(under, 'one'), first);
    assert.notEqual(await sandbox(under, 'two'), first);
  });
  story('sandbox: removed twice: done both times', async (under) => {
    await sandbox(under, 'one');
    await ask(under, 'done', { type: 'sandbox.remove', podUid: 'one' });
    await ask(under, 'done', { type: 'sandbox.remove', podUid: 'one' });
    assert.deepEqual((await under.attach()).sandboxes, []);
  });
  story('sandbox: removed: what ran in it is gone', async (under) => {
    await sandbox(under, 'one');
    await start(under, { podUid: 'one', image: server });
    await ask(under, 'done', { type: 'sandbox.remove', podUid: 'one' });
    assert.deepEqual((await under.attach()).containers, []);
  });
  story('image: unknown: NotFound', async (under) => {
    const image = options.missingImage ?? 'registry.test/does-not-exist:1';
    const result = await under.ask({ type: 'image.pull', image, policy: 'IfNotPresent' });
    assert.equal(result.ok ? 'pulled' : result.fault.reason, 'NotFound');
  });
  story('image: known: pulled with an id', async (under) => {
    const pulled = await ask(under, 'image.pulled', { type: 'image.pull', image: server, policy: 'IfNotPresent' });
    assert.notEqual(pulled.imageId, '');
  });
  story('container: without its sandbox: refused', async (under) => {
    const result = await under.ask({ type: 'container.start', spec: containerOf({ podUid: 'nobody' }) });
    assert.equal(result.ok, false);
  });
  story('container: ends by itself: its exit code is told, once', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'exit 3');
    const exit = await exited(under, id);
    assert.deepEqual([exit.podUid, exit.name, exit.attempt, exit.exitCode], ['one', 'main', 0, 3]);
    assert.equal(under.exits.filter((event) => event.id === id).length, 1);
  });
  story('container: the same attempt again: the same container; the next attempt: another', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'sleep 1000');
    assert.equal(await sh(under, 'sleep 1000'), id);
    assert.notEqual(await sh(under, 'sleep 1000', { attempt: 1 }), id);
  });
  story('container: stopped without grace: killed', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'sleep 1000');
    await ask(under, 'done', { type: 'container.stop', id, graceMs: 0 });
    const exit = await exited(under, id);
    assert.deepEqual([exit.exitCode, exit.signal], [137, 9]);
  });
  story('container: stopped with grace: ends before it is over', async (under) => {
    await sandbox(under, 'one');
    const id = await start(under, { image: server });
    await ask(under, 'done', { type: 'container.stop', id, graceMs: 20_000 });
    assert.notEqual((await exited(under, id)).exitCode, 137);
  });
  story('container: stopped when it is over, or never was: done', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'exit 0');
    await exited(under, id);
    await ask(under, 'done', { type: 'container.stop', id, graceMs: 0 });
  });
  story('container: removed when it is over: forgotten', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'exit 0');
    await exited(under, id);
    await ask(under, 'done', { type: 'container.remove', id });
    assert.deepEqual((await under.attach()).containers, []);
  });
  story('attach: again: what runs and what has ended, with its exit', async (under) => {
    const ip = await sandbox(under, 'one');
    const running = await sh(under, 'sleep 1000');
    const over = await sh(under, 'exit 4', { name: 'over' });
    await exited(under, over);
    const held = await under.attach();
    assert.deepEqual(
      held.sandboxes.map((one) => [one.podUid, one.namespace, one.name, one.ip]),
      [['one', 'default', 'one', ip]],
    );
    const found = new Map(held.containers.map((one) => [one.id, one]));
    assert.equal(found.get(running)?.exit, undefined);
    assert.equal(found.get(over)?.exit?.exitCode, 4);
  });
  story('exec: output and exit code', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'sleep 1000', { env: { WHO: 'me' } });
    const command = ['sh', '-c', 'echo hello $WHO; exit 4'];
    const ran = await ask(under, 'container.executed', { type: 'container.exec', id, command, timeoutMs: 10_000 });
    assert.deepEqual([ran.exitCode, new TextDecoder().decode(ran.stdout)], [4, 'hello me\n']);
  });
  story('exec: longer than its time: Timeout', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'sleep 1000');
    const result = await under.ask({ type: 'container.exec', id, command: ['sleep', '1000'], timeoutMs: 50 });
    assert.equal(result.ok ? 'executed' : result.fault.reason, 'Timeout');
  });
  story(
    'stats: what runs: its CPU time only grows, the node has used at least as much; what is over: gone',
    async (under) => {
      await sandbox(under, 'one');
      const id = await start(under, { image: server });
      const over = await sh(under, 'exit 0', { name: 'over' });
      await exited(under, over);
      const measured = async (): Promise<EngineStats> =>
        (await ask(under, 'engine.measured', { type: 'engine.stats' })).stats;
      let last = await measured();
      const first = last.containers[0];
      await eventually(under, async () => {
        const next = await measured();
        const [before, now] = [last.containers[0]!, next.containers[0]!];
        assert.ok(next.at >= last.at && next.node.cpuNanos >= last.node.cpuNanos && now.cpuNanos >= before.cpuNanos);
        last = next;
        return now.cpuNanos > 0 && now.memoryBytes > 0;
      });
      assert.deepEqual(
        last.containers.map(({ podUid, name, attempt, startedAt }) => [podUid, name, attempt, startedAt]),
        [['one', 'main', 0, first?.startedAt]],
      );
      assert.ok(last.node.cpuNanos >= last.containers[0]!.cpuNanos && last.node.memoryBytes > 0);
      await ask(under, 'done', { type: 'container.stop', id, graceMs: 0 });
      await exited(under, id);
      assert.deepEqual((await measured()).containers, []);
    },
  );
  story('probes: a server: HTTP and TCP connect; another port: refused', async (under) => {
    await sandbox(under, 'one');
    await start(under, { image: server, ports: [{ containerPort: 80, protocol: 'TCP' }] });
    const common = { podUid: 'one', host: '', timeoutMs: 1_000 };
    const http = { type: 'probe.http', path: '/', scheme: 'HTTP', headers: [], ...common } as const;
    await eventually(under, async () => (await ask(under, 'probed', { ...http, port: 80 })).ok);
    assert.equal((await ask(under, 'probed', { type: 'probe.tcp', port: 80, ...common })).ok, true);
    const refused = await ask(under, 'probed', { ...http, port: 81 });
    assert.equal(refused.ok, false);
    assert.match(refused.message, /connection refused/);
  });
  story('logs: lines of a container that is over: all, and the last', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'echo first; echo second');
    await exited(under, id);
    assert.equal(await under.logs(id, { follow: false, timestamps: false }), 'first\nsecond\n');
    assert.equal(await under.logs(id, { follow: true, timestamps: false, tailLines: 1 }), 'second\n');
    assert.match(await under.logs(id, { follow: false, timestamps: true, tailLines: 1 }), /^\d{4}-.*Z second\n$/);
  });
  story('logs: followed: to the end of the container', async (under) => {
    await sandbox(under, 'one');
    const id = await sh(under, 'echo first; sleep 1; echo second');
    assert.equal(await under.logs(id, { follow: true, timestamps: false }), 'first\nsecond\n');
  });
}

async function ask<T extends EngineReply['type']>(
  under: EngineUnderTest,
  _type: T,
  request: EngineRequest,
): Promise<Extract<EngineReply, { type: T }>> {
  const result = await under.ask(request);
  if (!result.ok) throw new Error(`${request.type}: ${result.fault.reason}: ${result.fault.message}`);
  return result.value as Extract<EngineReply, { type: T }>;
}
async function sandbox(under: EngineUnderTest, podUid: string, more: Partial<SandboxSpec> = {}): Promise<string> {
  const spec = { podUid, namespace: 'default', name: podUid, hostNetwork: false, hostname: podUid };
  const request = { type: 'sandbox.run', spec: { ...spec, labels: {}, annotations: {}, ...more } } as const;
  return (await ask(under, 'sandbox.running', request)).ip;
}
async function start(under: EngineUnderTest, more: Partial<ContainerSpec>): Promise<string> {
  const spec = containerOf(more);
  const { image, command } = spec;
  await ask(under, 'image.pulled', { type: 'image.pull', image, policy: 'IfNotPresent', command });
  return (await ask(under, 'container.started', { type: 'container.start', spec })).id;
}
const sh = (under: EngineUnderTest, script: string, more: Partial<ContainerSpec> = {}): Promise<string> =>
  start(under, { command: ['sh', '-c', script], ...more });
const exited = (under: EngineUnderTest, id: string): Promise<EngineEvent> =>
  under.until(`${id} has ended`, () => under.exits.find((event) => event.id === id));
/** A server may need a moment before it listens; an answer passes time. */
async function eventually(under: EngineUnderTest, attempt: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_000; i++) if (await attempt()) return;
  await under.until('it answers', () => undefined);
}
export const containerOf = (more: Partial<ContainerSpec>): ContainerSpec => ({
  podUid: 'one',
  name: 'main',
  attempt: 0,
  image: 'busybox',
  command: [],
  args: [],
  workingDir: '',
  env: {},
  mounts: [],
  ports: [],
  annotations: {},
  ...more,
});
