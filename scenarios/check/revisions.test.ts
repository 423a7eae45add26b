import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { type Change, Changes, impossible } from './changes.ts';
import type { Input, Operation, Output } from './history.ts';
import { randomHistory } from './random-history.ts';
import { checkAgainst, checkRevisions } from './revisions.ts';

const get: Input = { op: 'get', key: 'a' };
const old: Input = { op: 'get', key: 'a', serializable: true };
const put = (value: string, key = 'a'): Input => ({ op: 'put', key, value });
/** One after the other unless a line says when it was called and returned. */
type Line = readonly [input: Input, output: Output | 'failed' | 'unknown', span?: readonly [number, number]];
const history = (lines: readonly Line[]): Operation[] =>
  lines.map(([input, output, span], i) => {
    const [call, returned] = span ?? [2 * i + 1, 2 * i + 2];
    if (typeof output !== 'string') return { process: `p${i}`, input, call, returned, outcome: { is: 'ok', output } };
    const times = output === 'unknown' ? { call } : { call, returned };
    return { process: `p${i}`, input, ...times, outcome: { is: output, why: 'so it is' } };
  });
const saw = (value: string, modRevision: number, revision: number, more: object = {}): Output => ({
  revision,
  seen: { a: { value, modRevision, ...more } },
});

const WRONG: Readonly<Record<string, readonly [RegExp, readonly Line[]]>> = {
  'a read at an older revision than one before it': [
    /went back/,
    [
      [get, saw('x', 2, 5)],
      [
        { op: 'get', key: 'b' },
        { revision: 4, seen: { b: null } },
      ],
    ],
  ],
  'a write that does not raise the revision': [
    /went back/,
    [
      [get, { revision: 5 }],
      [put('x'), { revision: 5 }],
    ],
  ],
  'two writes at one revision': [
    /given to two/,
    [
      [put('x'), { revision: 2 }, [1, 4]],
      [put('y', 'b'), { revision: 2 }, [2, 3]],
    ],
  ],
  'an older state at a newer revision, though serializable': [
    /an older state/,
    [
      [put('x'), { revision: 2 }],
      [put('y'), { revision: 3 }],
      [old, saw('x', 2, 4)],
    ],
  ],
  'another value than the one written': [
    /another value/,
    [
      [put('x'), { revision: 2 }],
      [old, saw('y', 2, 2)],
    ],
  ],
  'a write that is not there at its own revision': [
    /is not there/,
    [
      [put('x'), { revision: 2 }],
      [get, { revision: 2, seen: { a: null } }],
    ],
  ],
  'two values at one revision': [
    /in two ways/,
    [
      [get, saw('x', 2, 3)],
      [get, saw('y', 2, 3)],
    ],
  ],
  'a state of the future': [/mod revision 4/, [[get, saw('x', 4, 3)]]],
  'versions that do not fit': [/do not fit/, [[get, saw('x', 4, 4, { createRevision: 4, version: 2 })]]],
};
for (const [title, [message, lines]] of Object.entries(WRONG))
  test(`revisions: ${title}: told`, () => {
    assert.match(checkRevisions(history(lines)) ?? 'nothing', message);
  });

test('revisions: a serializable read of an old revision: right', () => {
  const lines: Line[] = [
    [put('x'), { revision: 2 }],
    [put('y'), { revision: 3 }],
    [old, saw('x', 2, 2)],
  ];
  assert.equal(checkRevisions(history(lines)), undefined);
});

test('revisions: histories that are right by construction: nothing is wrong, alone and against what happened', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const shape = { operations: 200, processes: 6, keys: 3, lost: 0.1, quiet: (seed % 2) * 0.3 };
    const { operations, changes } = randomHistory(new SeededRandom(seed), shape);
    assert.equal(checkRevisions(operations), undefined, `seed ${seed}`);
    assert.equal(impossible(new Changes(changes)), undefined, `seed ${seed}`);
    assert.equal(checkAgainst(operations, new Changes(changes)), undefined, `seed ${seed}`);
  }
});

const at = (revision: number, value: string | null, more: object = {}, key = 'a'): Change => ({
  revision,
  key,
  seen: value === null ? null : { value, modRevision: revision, ...more },
});
test('against what happened: what was acknowledged and is not there, or happened otherwise: told', () => {
  const lines: readonly Line[] = [
    [put('x'), { revision: 2, put: { a: { version: 1 } } }],
    [put('y'), 'unknown'],
    [put('z'), 'failed'],
    [
      { op: 'txn', when: { key: 'a', mod: 9 }, writes: [{ key: 'a', value: 'w' }] },
      { revision: 2, succeeded: false },
    ],
  ];
  const table: readonly (readonly [RegExp | undefined, readonly Change[], (readonly Line[])?])[] = [
    [undefined, [at(2, 'x')]],
    [undefined, [at(2, 'x'), at(3, 'y')]],
    [/acknowledged, and not there/, [at(3, 'y')]],
    [/acknowledged, and not there/, [at(3, 'x')]],
    [/at its revision there is \{"value":"y"/, [at(2, 'y')]],
    [/at its revision there is .*"version":2/, [at(2, 'x', { version: 2 })]],
    [/happened twice/, [at(2, 'x'), at(3, 'y'), at(4, null), at(5, 'y')]],
    [/it failed, and happened at revision 3/, [at(2, 'x'), at(3, 'z')]],
    [/condition did not hold, and it happened/, [at(2, 'x'), at(3, 'w')]],
    [/nobody asked for/, [at(2, 'x'), at(3, 'q')]],
    [/deleted at revision 3, and nobody did/, [at(2, 'x'), at(3, null)]],
    [undefined, [at(2, 'x'), at(3, null)], [[{ op: 'delete', key: 'a' }, 'unknown']]],
    [
      /deleted at revision 5/,
      [at(2, 'x'), at(3, null), at(4, 'y'), at(5, null)],
      [[{ op: 'delete', key: 'a' }, 'unknown']],
    ],
    [
      /at revision 3 a was \{"value":"x"/,
      [at(2, 'x'), at(3, 'x2', {}, 'b')],
      [[get, { revision: 3, seen: { a: null } }]],
    ],
  ];
  for (const [message, changes, more = []] of table) {
    const writers: readonly Line[] = changes.some(({ key }) => key === 'b') ? [[put('x2', 'b'), { revision: 3 }]] : [];
    const found = checkAgainst(history([...lines, ...writers, ...more]), new Changes(changes));
    if (message === undefined) assert.equal(found, undefined);
    else assert.match(found ?? 'nothing', message);
  }
  assert.throws(
    () =>
      checkAgainst(
        history([
          [put('x'), 'unknown'],
          [put('x'), 'unknown'],
        ]),
        new Changes([]),
      ),
    /told apart/,
  );
});

test('changes: a life that no store can have: told', () => {
  const table: readonly (readonly [RegExp, readonly Change[]])[] = [
    [/changed twice/, [at(2, 'x'), at(2, 'y')]],
    [/it was not there/, [at(2, 'x'), at(3, null), at(4, null)]],
    [/says mod revision 3/, [at(2, 'x', { modRevision: 3 })]],
    [/version 3, but it is write number 2/, [at(2, 'x', { version: 1 }), at(3, 'y', { version: 3 })]],
    [
      /create revision 3, but the key was created at 2/,
      [at(2, 'x', { createRevision: 2 }), at(3, 'y', { createRevision: 3 })],
    ],
  ];
  for (const [message, changes] of table) assert.match(impossible(new Changes(changes)) ?? 'nothing', message);
});
test('changes: the state of a key: as of any revision', () => {
  const changes = new Changes([at(5, null), at(2, 'x'), at(4, 'y'), at(3, 'b', {}, 'b')]);
  const values = [1, 2, 3, 4, 5, 9].map((revision) => changes.state('a', revision)?.value ?? null);
  assert.deepEqual(values, [null, 'x', 'x', 'y', null, null]);
  assert.equal(changes.last, 5);
});
