import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from './fault.ts';
import { World } from './sim/world.ts';
import { openReader, openWriter } from './stream.ts';

const open = (windowBytes = 1_000, world = new World({ seed: 1 })) => {
  const got: Buffer[] = [];
  const ends: (Fault | undefined)[] = [];
  const gone: (Fault | undefined)[] = [];
  const reader = openReader(world.bus, world.clock, 'sim', 's1', {
    windowBytes,
    onData: (bytes) => got.push(Buffer.from(bytes)),
    onEnd: (fault) => ends.push(fault),
  });
  const writer = openWriter(world.bus, world.clock, reader.subject, {
    windowBytes,
    onGone: (fault) => gone.push(fault),
  });
  return { world, reader, writer, got, ends, gone, text: () => Buffer.concat(got).toString() };
};

test('stream: written and ended: all bytes in order, then the end', () => {
  const { world, writer, ends, text } = open();
  assert.equal(writer.write(Buffer.from('hello ')), true);
  writer.write(Buffer.from('world'));
  writer.end();
  world.until('ended', () => ends.length > 0, 1_000);
  assert.equal(text(), 'hello world');
  assert.deepEqual(ends, [undefined]);
});

test('stream: more than a window: waits for credit, drains, arrives whole', () => {
  const { world, writer, ends, text } = open(1_000);
  let drains = 0;
  let left = 20;
  const pump = (): void => {
    while (left > 0) {
      left--;
      if (!writer.write(Buffer.alloc(700, `${left % 10}`))) return;
    }
    writer.end();
  };
  writer.onDrain = () => {
    drains++;
    pump();
  };
  pump();
  world.until('ended', () => ends.length > 0, 5_000);
  assert.equal(text().length, 14_000);
  assert.ok(drains > 5, `${drains} drains`);
});

test('stream: ended with a fault: the reader has what came before, then the fault', () => {
  const { world, writer, ends, text } = open();
  writer.write(Buffer.from('a'));
  writer.end({ reason: 'NotFound', message: 'gone' });
  world.advance(100);
  assert.equal(text(), 'a');
  assert.deepEqual(ends, [{ reason: 'NotFound', message: 'gone' }]);
});

test('stream: cancelled by the reader: the writer is told and takes nothing more', () => {
  const { world, reader, writer, gone, ends } = open();
  reader.cancel();
  world.advance(100);
  assert.deepEqual(gone, [undefined]);
  assert.equal(writer.write(Buffer.from('a')), false);
  world.advance(100);
  assert.deepEqual(ends, []);
});

test('stream: the reader is gone without a word: the writer gives up after 30 s', () => {
  const world = new World({ seed: 1 });
  const gone: (Fault | undefined)[] = [];
  openWriter(world.bus, world.clock, 'k.sim.stream.x', { onGone: (fault) => gone.push(fault) });
  world.advance(29_000);
  assert.equal(gone.length, 0);
  world.advance(11_000);
  assert.equal(gone[0]?.reason, 'Timeout');
});

test('stream: the writer is gone without a word: the reader gives up', () => {
  const world = new World({ seed: 1 });
  const ends: (Fault | undefined)[] = [];
  openReader(world.bus, world.clock, 'sim', 'x', { onData: () => {}, onEnd: (fault) => ends.push(fault) });
  world.advance(41_000);
  assert.equal(ends[0]?.reason, 'Timeout');
});

test('stream: idle for an hour: stays open', () => {
  const { world, writer, gone, ends, text } = open();
  world.advance(3_600_000);
  writer.write(Buffer.from('late'));
  world.advance(10);
  assert.deepEqual([text(), gone.length, ends.length], ['late', 0, 0]);
});

test('stream: a piece is lost: the reader ends with a fault, the writer hears of it', () => {
  const { world, reader, ends, gone } = open();
  world.bus.publish(reader.subject, { type: 'stream.data', sequence: 2, bytes: Buffer.from('x') } as never);
  world.advance(100);
  assert.match(ends[0]?.message ?? '', /gap: piece 1 was lost/);
  assert.equal(gone.length, 1);
});

test('stream: written to although full: a bug, it throws before memory grows', () => {
  const { writer } = open(100);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) writer.write(Buffer.alloc(100));
  }, /said that it is full/);
});
