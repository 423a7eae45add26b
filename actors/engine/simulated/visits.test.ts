import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pieces, pieceOf } from '../../../runtime/channels.ts';
import { type Duplex, offerDuplex } from '../../../runtime/duplex.ts';
import { CHANNELS, type OpenOrder, type Outcome } from '../protocol.ts';
import { HttpTalk } from './http-talk.ts';
import { SimulatedRig } from './rig.ts';

const ORDER: OpenOrder = { stdin: false, stdout: true, stderr: true, tty: false };

/** A pod of one container, and whoever visits it. */
class Visit {
  readonly rig = new SimulatedRig();
  readonly texts = new Map<number, string>();
  raw = '';
  closed = false;
  line!: Duplex;
  readonly id: string;
  constructor() {
    const spec = { podUid: 'one', namespace: 'default', name: 'one', hostNetwork: false, hostname: 'one' };
    this.rig.now({ type: 'sandbox.run', spec: { ...spec, labels: {}, annotations: {} } });
    const container = { podUid: 'one', name: 'main', attempt: 0, image: 'nginx', command: [], args: [], env: {} };
    const started = this.rig.now({
      type: 'container.start',
      spec: { ...container, workingDir: '', mounts: [], ports: [], annotations: {} },
    });
    assert.ok(started.ok && started.value.type === 'container.started');
    this.id = started.value.id;
  }
  open(order: OpenOrder): this {
    return this.#connect((stream) => ({ type: 'container.open', id: this.id, order, stream }));
  }
  dial(port: number): this {
    return this.#connect((stream) => ({ type: 'sandbox.dial', podUid: 'one', port, stream }));
  }
  #connect(request: (stream: string) => Parameters<SimulatedRig['now']>[0]): this {
    const { world } = this.rig;
    const pieces = new Pieces([CHANNELS.outcome]);
    const offer = offerDuplex({ bus: world.bus, clock: world.clock, cluster: world.cluster }, 'visitor', {
      onData: (bytes) => {
        this.raw += Buffer.from(bytes).toString();
        for (const { channel, bytes: part } of pieces.take(bytes))
          this.texts.set(channel, (this.texts.get(channel) ?? '') + Buffer.from(part).toString());
      },
      onEnd: () => this.line.end(),
      onDrain: () => {},
      onClosed: () => {
        this.closed = true;
      },
    });
    const opened = this.rig.now(request(offer.subject));
    assert.ok(opened.ok && opened.value.type === 'stream.opened', JSON.stringify(opened));
    this.line = offer.accepted(opened.value.stream);
    return this;
  }
  type(text: string): void {
    this.line.write(pieceOf(CHANNELS.stdin, Buffer.from(text)));
  }
  get outcome(): Outcome {
    this.rig.world.until('the outcome', () => this.texts.has(CHANNELS.outcome));
    return JSON.parse(this.texts.get(CHANNELS.outcome)!) as Outcome;
  }
}

test('simulated exec: a command: what it prints by channel, its exit code', () => {
  const visit = new Visit().open({ ...ORDER, command: ['sh', '-c', 'echo one; cat none; exit 3'] });
  assert.deepEqual(visit.outcome, { exitCode: 3 });
  assert.equal(visit.texts.get(CHANNELS.stdout), 'one\n');
  assert.match(visit.texts.get(CHANNELS.stderr) ?? '', /can't open 'none'/);
});

test('simulated exec: rules of a test: the first that fits answers', () => {
  const visit = new Visit();
  const execs = [
    { command: 'nginx -t', stderr: 'syntax is ok', delayMs: 500 },
    { command: '*', stdout: 'something else', exitCode: 9 },
  ];
  visit.rig.now({ type: 'sim.behave', podUid: 'one', container: 'main', execs });
  visit.open({ ...ORDER, command: ['nginx', '-t'] });
  assert.deepEqual(visit.outcome, { exitCode: 0 });
  assert.equal(visit.texts.get(CHANNELS.stderr), 'syntax is ok\n');
  visit.texts.clear();
  visit.open({ ...ORDER, command: ['psql'] });
  assert.deepEqual(visit.outcome, { exitCode: 9 });
});

test('simulated exec: input: cat gives it back, a shell does what is typed', () => {
  const cat = new Visit().open({ ...ORDER, stdin: true, command: ['cat'] });
  cat.type('back');
  cat.line.write(pieceOf(CHANNELS.close, Uint8Array.of(CHANNELS.stdin)));
  assert.deepEqual(cat.outcome, { exitCode: 0 });
  assert.equal(cat.texts.get(CHANNELS.stdout), 'back');
  const shell = new Visit().open({ ...ORDER, stdin: true, command: ['sh'] });
  shell.type('echo a');
  shell.type(' b\nexit 4\n');
  assert.deepEqual(shell.outcome, { exitCode: 4 });
  assert.equal(shell.texts.get(CHANNELS.stdout), 'a b\n');
});

test('simulated attach: what a container prints from now on, to its end', () => {
  const visit = new Visit();
  visit.rig.now({ type: 'sim.print', podUid: 'one', container: 'main', line: 'before' });
  visit.open(ORDER);
  visit.rig.now({ type: 'sim.print', podUid: 'one', container: 'main', line: 'after' });
  visit.rig.now({ type: 'sim.crash', podUid: 'one', container: 'main', exitCode: 1 });
  assert.deepEqual(visit.outcome, { exitCode: 0 });
  assert.equal(visit.texts.get(CHANNELS.stdout), 'after\n');
});

test('simulated dial: a port that listens speaks HTTP; another refuses', () => {
  const visit = new Visit().dial(80);
  visit.line.write(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
  visit.rig.world.until('the end', () => visit.closed);
  assert.match(visit.raw, /^HTTP\/1\.1 200 OK\r\n[\s\S]*Welcome to nginx!/);
  const refused = visit.rig.now({ type: 'sandbox.dial', podUid: 'one', port: 81, stream: 'k.sim.stream.x' });
  assert.ok(!refused.ok);
  assert.match(refused.fault.message, /connection refused/);
});

test('simulated HTTP: requests however they are cut, bodies skipped, nonsense refused', () => {
  const talk = new HttpTalk((path) => ({ status: 200, body: path }));
  const bytes = Buffer.from('POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n');
  const answers = [...bytes].flatMap((byte) => [...talk.take(Uint8Array.of(byte))]).map(String);
  assert.deepEqual(
    answers.map((answer) => answer.split('\r\n\r\n')[1]),
    ['/a', '/b'],
  );
  assert.match(String(talk.take(Buffer.from('nonsense\r\n\r\n'))), /^HTTP\/1\.1 400 /);
  assert.equal(talk.over, true);
});
