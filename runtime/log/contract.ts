//! What every log must do. Each implementation's test file runs this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../fault.ts';
import type { Log } from '../ports.ts';

export interface LogUnderTest {
  /** A log on what the last one left. */
  open(): Log;
  /** Runs until it is true. */
  until(what: string, done: () => boolean): Promise<void>;
  close(): Promise<void>;
}
export interface Recovered {
  readonly state: string | undefined;
  readonly upTo: number;
  readonly records: readonly (readonly [number, string])[];
  readonly result: Result<number>;
}

export async function recoverLog(under: LogUnderTest, log: Log): Promise<Recovered> {
  let state: string | undefined;
  let upTo = 0;
  const records: [number, string][] = [];
  let result: Result<number> | undefined;
  log.recover({
    snapshot: (bytes, to) => {
      state = Buffer.from(bytes).toString();
      upTo = to;
    },
    record: (sequence, bytes) => records.push([sequence, Buffer.from(bytes).toString()]),
    done: (end) => {
      result = end;
    },
  });
  await under.until('recovered', () => result !== undefined);
  return { state, upTo, records, result: result! };
}

export function logContract(name: string, make: () => Promise<LogUnderTest>): void {
  const story = (title: string, run: (under: LogUnderTest) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const under = await make();
      try {
        await run(under);
      } finally {
        await under.close();
      }
    });
  };
  const bytes = (texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));
  const append = async (
    under: LogUnderTest,
    log: Log,
    texts: readonly string[],
    last: number,
  ): Promise<Result<number>> => {
    let result: Result<number> | undefined;
    log.append(bytes(texts), last, (end) => {
      result = end;
    });
    await under.until('appended', () => result !== undefined);
    return result!;
  };
  const snapshot = async (under: LogUnderTest, log: Log, text: string, upTo: number): Promise<Result<number>> => {
    let result: Result<number> | undefined;
    log.snapshot(Buffer.from(text), upTo, (end) => {
      result = end;
    });
    await under.until('snapshot', () => result !== undefined);
    return result!;
  };
  const close = async (under: LogUnderTest, log: Log): Promise<void> => {
    let closed = false;
    log.close(() => {
      closed = true;
    });
    await under.until('closed', () => closed);
  };

  story('begun from a state: the state is there, and records go on after it', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    assert.deepEqual(await snapshot(under, log, 'restored', 0), { ok: true, value: 0 });
    await close(under, log);
    const again = under.open();
    const found = await recoverLog(under, again);
    assert.deepEqual(
      [found.state, found.upTo, found.records, found.result],
      ['restored', 0, [], { ok: true, value: 0 }],
    );
    assert.deepEqual(await append(under, again, ['a'], 0), { ok: true, value: 1 });
    await close(under, again);
    const last = under.open();
    assert.deepEqual((await recoverLog(under, last)).records, [[1, 'a']]);
    await close(under, last);
  });
  story('new: it is empty', async (under) => {
    const { state, records, result } = await recoverLog(under, under.open());
    assert.deepEqual([state, records, result], [undefined, [], { ok: true, value: 0 }]);
  });

  story('appended and opened again: all records are there, numbered from 1', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    assert.deepEqual(await append(under, log, ['a', 'b'], 0), { ok: true, value: 2 });
    assert.deepEqual(await append(under, log, ['', 'd'.repeat(100_000)], 2), { ok: true, value: 4 });
    await close(under, log);
    const again = under.open();
    const { records } = await recoverLog(under, again);
    assert.deepEqual(records, [
      [1, 'a'],
      [2, 'b'],
      [3, ''],
      [4, 'd'.repeat(100_000)],
    ]);
    assert.deepEqual(await append(under, again, ['e'], 4), { ok: true, value: 5 });
  });

  story('another writer was here: Conflict, and nothing is written', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    await append(under, log, ['a'], 0);
    const refused = await append(under, log, ['b'], 0);
    assert.equal(!refused.ok && refused.fault.reason, 'Conflict');
    assert.deepEqual(await append(under, log, ['c'], 1), { ok: true, value: 2 });
  });

  story('many appends at once: answered in order, all there', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    const answers: number[] = [];
    for (let i = 0; i < 300; i++)
      log.append(bytes([`${i}`]), i, (result) => answers.push(result.ok ? result.value : -1));
    await under.until('all answered', () => answers.length === 300);
    assert.deepEqual(
      answers,
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    await close(under, log);
    assert.equal((await recoverLog(under, under.open())).records.length, 300);
  });

  story('a snapshot: replaces the records before it', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    for (let i = 0; i < 50; i++) await append(under, log, [`${i}`.padEnd(200)], i);
    assert.deepEqual(await snapshot(under, log, 'state of 48', 48), { ok: true, value: 48 });
    await append(under, log, ['after'], 50);
    await close(under, log);
    const again = under.open();
    const { state, upTo, records, result } = await recoverLog(under, again);
    assert.deepEqual([state, upTo, result], ['state of 48', 48, { ok: true, value: 51 }]);
    assert.deepEqual(
      records.map(([sequence, text]) => [sequence, text.trim()]),
      [
        [49, '48'],
        [50, '49'],
        [51, 'after'],
      ],
    );
    assert.deepEqual(await append(under, again, ['x'], 51), { ok: true, value: 52 });
    assert.deepEqual(await snapshot(under, again, 'state of 52', 52), { ok: true, value: 52 });
    await close(under, again);
    assert.deepEqual(await recoverLog(under, under.open()), {
      state: 'state of 52',
      upTo: 52,
      records: [],
      result: { ok: true, value: 52 },
    });
  });

  story('a snapshot of what is not there: refused', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    await append(under, log, ['a'], 0);
    const refused = await snapshot(under, log, 'x', 2);
    assert.equal(!refused.ok && refused.fault.reason, 'Invalid');
  });

  story('closed: refuses', async (under) => {
    const log = under.open();
    await recoverLog(under, log);
    await close(under, log);
    const refused = await append(under, log, ['a'], 0);
    assert.equal(!refused.ok && refused.fault.reason, 'Unavailable');
  });
}
