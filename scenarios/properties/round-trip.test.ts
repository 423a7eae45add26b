//! Objects of every kind survive what clients do with them: dry runs, reads, updates, watches, YAML, apply.
//! `SEEDS=50 npm test -- properties/round-trip` draws more of each kind.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RESOURCES } from '../../actors/api/resources.ts';
import { Watch } from '../conformance/watch.ts';
import { type OwnServer, ownServer } from '../recorded/own.ts';
import { SAMPLES } from '../recorded/samples.ts';
import { baseOf, prepare } from '../recorded/subject.ts';
import { Drawn, KEPT, keyOf, seeds } from './bench.ts';
import { type Bench, roundTrip } from './round-trip.ts';

let server: OwnServer | undefined;
const prepared = async (): Promise<OwnServer> => {
  if (server === undefined) {
    server = await ownServer();
    await prepare(server);
  }
  return server;
};
after(() => server?.close());

/** Where a kind's own rules write what a client may say, as in Kubernetes. */
const REWRITTEN: Readonly<Record<string, readonly string[]>> = {
  'v1/Secret': ['.stringData'],
  'certificates.k8s.io/v1/CertificateSigningRequest': ['.spec.username', '.spec.uid', '.spec.groups', '.spec.extra'],
};
/** Where creation adds what the same applied again takes away: a node's taints, a job's selector. */
const ADMITTED: ReadonlySet<string> = new Set(['v1/Node', 'batch/v1/Job']);
/** Of whose objects the server itself writes the status. */
const BUSY: ReadonlySet<string> = new Set([
  'v1/ResourceQuota',
  'apiextensions.k8s.io/v1/CustomResourceDefinition',
  'apiregistration.k8s.io/v1/APIService',
]);

test('samples: every kind that is kept has one', () => {
  const missing = RESOURCES.filter(({ stored }) => stored).filter((info) => (SAMPLES[keyOf(info)] ?? []).length === 0);
  assert.deepEqual(missing.map(keyOf), []);
});

for (const info of KEPT)
  test(`${keyOf(info)}: sound objects: the same after every way`, async () => {
    const own = await prepared();
    const drawn = new Drawn(info);
    const watch = await Watch.open(own.credentials, `${baseOf(info)}?watch=1`);
    const key = keyOf(info);
    const bench: Bench = {
      server: own,
      schema: drawn.know.schema,
      info,
      watch,
      rewritten: REWRITTEN[key] ?? [],
      admitted: ADMITTED.has(key),
      busy: BUSY.has(key),
    };
    const failures: string[] = [];
    try {
      for (const [i, sample] of drawn.samples.entries())
        await roundTrip(bench, sample).then(
          (sound) => sound || failures.push(`sample ${i} is refused`),
          (error: Error) => failures.push(`sample ${i}: ${error.message}`),
        );
      for (const seed of seeds(3)) {
        const object = drawn.object(seed);
        await roundTrip(bench, object).catch((error: Error) =>
          failures.push(`SEED=${seed} SEEDS=1: ${error.message}\n  ${JSON.stringify(object).slice(0, 1_500)}`),
        );
      }
    } finally {
      watch.stop();
    }
    assert.equal(failures.length, 0, failures.join('\n'));
  });
