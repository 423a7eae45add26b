//! A violation in words: the last operations that could be placed, what the key was then, and why none can follow.
import type { Input, Operation, Output } from './history.ts';
import type { Stuck } from './linearizability.ts';
import { show, step } from './register.ts';

const BEFORE = 6;
const NEXT_MAX = 12;

export function explain(key: string, { placed, state, next, total }: Stuck): string {
  const lines = [
    `${JSON.stringify(key)}: no order explains its ${total} operations; the best one places ${placed.length}`,
  ];
  if (placed.length > BEFORE) lines.push(`  … ${placed.length - BEFORE} before`);
  for (const { of } of placed.slice(-BEFORE)) lines.push(`  then ${line(of)}`);
  lines.push(`  now ${show(state)}`);
  // What must have happened by now comes first: one of those is the wrong one.
  const waiting = [...next].sort((a, b) => Number(b.must) - Number(a.must) || a.returned - b.returned);
  for (const operation of waiting.slice(0, NEXT_MAX)) {
    const tried = step(state, operation);
    const why = tried.fits ? 'after it nothing else fits' : tried.why;
    lines.push(`  not next: ${line(operation.of)}\n    ${why}`);
  }
  if (waiting.length > NEXT_MAX) lines.push(`  … and ${waiting.length - NEXT_MAX} more`);
  return lines.join('\n');
}

/** One operation on one line. */
export function line({ process, input, outcome, call, returned }: Operation): string {
  const span = `[${call}, ${returned ?? '…'}]`;
  const result = outcome.is === 'ok' ? answer(outcome.output) : `${outcome.is}: ${outcome.why}`;
  return `${process} ${span} ${question(input)} → ${result}`;
}

function question(input: Input): string {
  switch (input.op) {
    case 'get':
      return `get ${input.key}${input.serializable ? ' serializable' : ''}`;
    case 'put':
      return `put ${input.key} ${JSON.stringify(input.value)}`;
    case 'delete':
      return `delete ${input.key}`;
    case 'txn': {
      const writes = input.writes.map(({ key, value }) =>
        value === null ? `delete ${key}` : `put ${key} ${JSON.stringify(value)}`,
      );
      return `txn ${input.when ? `if ${JSON.stringify(input.when)} ` : ''}{ ${writes.join('; ')} }`;
    }
  }
}
function answer({ revision, succeeded, seen, put, deleted }: Output): string {
  const parts = [
    revision === undefined ? undefined : `revision ${revision}`,
    succeeded === undefined ? undefined : succeeded ? 'succeeded' : 'condition did not hold',
    seen && `saw ${JSON.stringify(seen)}`,
    put && `left ${JSON.stringify(put)}`,
    deleted && `deleted ${JSON.stringify(deleted)}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ') || 'ok';
}
