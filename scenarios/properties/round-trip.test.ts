//! Objects of every kind survive what clients do with them: dry runs, reads, updates, watches, YAML, apply.
//! `SEEDS=50 npm test -- properties/round-trip` draws more of each kind.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { convert } from '../../actors/api/convert.ts';
import { decode } from '../../actors/api/decode.ts';
import { applyDefaults } from '../../actors/api/defaults.ts';
import { loadSchema } from '../../actors/api/edge/load.ts';
import { objectOf } from '../../actors/api/json.ts';
import { RESOURCES } from '../../actors/api/resources.ts';
import { definitionOfResource } from '../../actors/api/schema.ts';
import { prepareForCreate } from '../../actors/api/strategy.ts';
import { validate } from '../../actors/api/validation.ts';
import { Watch } from '../conformance/watch.ts';
import { type OwnServer, ownServer } from '../recorded/own.ts';
import { SAMPLES } from '../recorded/samples.ts';
import { baseOf, prepare } from '../recorded/subject.ts';
import { BUSY, Drawn, KEPT, keyOf, seeds } from './bench.ts';
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
  // A source that is neither a claim nor a snapshot is dropped (EnforceDataSourceBackwardsCompatibility).
  'v1/PersistentVolumeClaim': ['.spec.dataSource'],
  'certificates.k8s.io/v1/CertificateSigningRequest': ['.spec.username', '.spec.uid', '.spec.groups', '.spec.extra'],
};
/** Where creation adds what the same applied again takes away: a node's taints, a job's selector. */
const ADMITTED: ReadonlySet<string> = new Set(['v1/Node', 'batch/v1/Job']);
test('samples: every kind that is kept has one', () => {
  const missing = RESOURCES.filter(({ stored }) => stored).filter((info) => (SAMPLES[keyOf(info)] ?? []).length === 0);
  assert.deepEqual(missing.map(keyOf), []);
});

test('samples: of kinds that no server has on: read, filled and found sound', () => {
  const schema = loadSchema();
  for (const info of RESOURCES.filter(({ stored, enabled }) => stored && !enabled))
    for (const sample of new Drawn(info).samples) {
      const metadata = { ...objectOf(sample['metadata']), ...(info.namespaced ? { namespace: 'default' } : {}) };
      const read = decode(schema, definitionOfResource(schema, info)!, { ...sample, metadata });
      assert.deepEqual(read.unknown, [], keyOf(info));
      const filled = prepareForCreate(info, applyDefaults(info, read.object));
      const { group, version } = info.storage;
      assert.deepEqual(validate(info, convert(filled, `${group}/${version}`)), [], keyOf(info));
    }
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
      for (const seed of seeds(2)) {
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
