import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptDuplex, type Duplex, type DuplexPorts, offerDuplex } from './duplex.ts';
import type { Fault } from './fault.ts';
import { World } from './sim/world.ts';

class Side {
  readonly got: Buffer[] = [];
  heardAll = false;
  drains = 0;
  readonly closed: (Fault | undefined)[] = [];
  line!: Duplex;
  /** Passes on at once what it hears. */
  quick = true;
  readonly events = {
    onData: (bytes: Uint8Array): void => {
      this.got.push(Buffer.from(bytes));
      if (this.quick) this.line.taken(bytes.length);
    },
    onEnd: (): void => {
      this.heardAll = true;
    },
    onDrain: (): void => {
      this.drains++;
    },
    onClosed: (fault?: Fault): void => {
      this.closed.push(fault);
    },
  };
  get text(): string {
    return Buffer.concat(this.got).toString();
  }
}
function joined(): { world: World; a: Side; b: Side } {
  const world = new World({ seed: 1 });
  const ports: DuplexPorts = { bus: world.bus, clock: world.clock, cluster: 'sim' };
  const [a, b] = [new Side(), new Side()];
  const offer = offerDuplex(ports, 'a', a.events);
  const accepted = acceptDuplex(ports, 'b', offer.subject, b.events);
  b.line = accepted;
  a.line = offer.accepted(accepted.subject);
  return { world, a, b };
}

test('duplex: both speak, each ends: the other hears all, both are closed without a fault', () => {
  const { world, a, b } = joined();
  a.line.write(Buffer.from('question'));
  a.line.end();
  world.until('b has heard all', () => b.heardAll, 1_000);
  assert.equal(b.text, 'question');
  assert.deepEqual(b.closed, []);
  b.line.write(Buffer.from('answer'));
  b.line.end();
  world.until('both are closed', () => a.closed.length + b.closed.length === 2, 1_000);
  assert.equal(a.text, 'answer');
  assert.deepEqual([a.closed, b.closed], [[undefined], [undefined]]);
});

test('duplex: bytes that are not taken: the writer waits, and goes on when they are', () => {
  const { world, a, b } = joined();
  b.quick = false;
  let sent = 0;
  while (a.line.write(Buffer.alloc(64 * 1024))) sent++;
  world.until('a window has come', () => b.got.length >= 4, 1_000);
  // Heartbeats grant nothing that was not taken.
  let later = false;
  world.clock.setTimeout(() => {
    later = true;
  }, 25_000);
  world.until('25 s have passed', () => later, 60_000);
  const came = Buffer.concat(b.got).length;
  assert.equal(came, 256 * 1024);
  assert.equal(a.drains, 0);
  b.line.taken(came);
  const all = (sent + 1) * 64 * 1024;
  world.until('it goes on', () => Buffer.concat(b.got).length === all, 60_000);
  assert.equal(a.drains, 1);
});

test('duplex: one hangs up: the other is told why, once', () => {
  const { world, a, b } = joined();
  a.line.abort({ reason: 'Unavailable', message: 'gone' });
  world.until('b is closed', () => b.closed.length > 0, 1_000);
  assert.equal(b.closed.length, 1);
  assert.deepEqual(a.closed, []);
});

test('duplex: the other is silent: closed with a time-out', () => {
  const world = new World({ seed: 1 });
  const side = new Side();
  const offer = offerDuplex({ bus: world.bus, clock: world.clock, cluster: 'sim' }, 'a', side.events);
  side.line = offer.accepted('k.sim.stream.nobody');
  world.until('it is closed', () => side.closed.length > 0, 60_000);
  assert.equal(side.closed[0]?.reason, 'Timeout');
});
