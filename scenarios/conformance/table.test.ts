import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CLASSES, covered, DOCUMENT, laterOf, NAMES, verdictIn } from './table.ts';

test('conformance: docs/conformance.md: speaks of every name, and says that those pass which have a test', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const tested = covered();
  const wrong = NAMES.filter((name) => verdictIn(text, name) !== (tested.has(name) ? 'passes' : verdictIn(text, name)));
  const missing = NAMES.filter((name) => verdictIn(text, name) === undefined);
  const stale = NAMES.filter((name) => !tested.has(name) && verdictIn(text, name) === 'passes');
  assert.deepEqual({ wrong, missing, stale }, { wrong: [], missing: [], stale: [] }, 'npm run scenario conformance');
});

test('conformance: of those that need the API server only, a name without a test: is of a later version', () => {
  const tested = covered();
  assert.deepEqual(
    CLASSES[0]!.names.filter((name) => !tested.has(name) && laterOf(name) === undefined),
    [],
  );
});
