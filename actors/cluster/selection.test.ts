import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simAuthority } from '../controllers/certificates/protocol.ts';
import { controllers } from './controllers.ts';
import { isSelected, parseControllers, type Selection } from './selection.ts';

const KNOWN = controllers(simAuthority).map(({ name }) => name);
const chosen = (text: string): readonly string[] => {
  const selection = parseControllers(text, KNOWN) as Selection;
  return KNOWN.filter((name) => isSelected(name, selection));
};

test('controllers: chosen by name: all, some, all but some; short names and both spellings', () => {
  assert.deepEqual(chosen('*'), KNOWN);
  assert.deepEqual(chosen('deployment-controller'), ['deployment-controller']);
  assert.deepEqual(chosen('deployment, podgc'), ['deployment-controller', 'pod-garbage-collector-controller']);
  assert.deepEqual(
    chosen('*,-replicaset'),
    KNOWN.filter((name) => name !== 'replicaset-controller'),
  );
  assert.deepEqual(chosen('-replicaset'), []);
});
test('controllers: a name that nobody has: said, with all that there are', () => {
  assert.match(
    String(parseControllers('*,-nothing', KNOWN)),
    /^"nothing" is not in the list of known controllers: .*deployment/,
  );
});
test('controllers: each has a name of its own, as Kubernetes calls it', () => {
  assert.equal(new Set(KNOWN).size, KNOWN.length);
  for (const name of KNOWN) assert.match(name, /^[a-z-]+-controller$/);
});
