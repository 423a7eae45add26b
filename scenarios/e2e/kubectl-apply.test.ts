//! Server-side apply as people use it: owners, conflicts, what is no longer wanted, dry runs, strictness.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { list } from './manifests.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (!none) up = await startUp({ engine: 'simulated', nodes: 1 });
});
after(stopEverything);

/** Without labels there is no `labels: {}`: two managers of an empty map conflict over it, in Kubernetes also. */
const config = (name: string, data: object, labels?: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels && { labels }) },
  data,
});
const deployment = (image: string, more: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
    ...more,
  },
});
interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
}
const owners = (object: { metadata: { managedFields: readonly Entry[] } }): string[] =>
  object.metadata.managedFields.map(({ manager, operation, subresource }) =>
    [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(' '),
  );

if (none) story('kubectl apply --server-side: as in Kubernetes', async () => undefined);
kubectlBinaries().forEach(({ name, path }, i) => {
  const ns = `apply-${i}`;
  let k: Kubectl;
  const side = (object: object, words: string): Promise<string> => k.apply(object, `-n ${ns} --server-side ${words}`);
  const refused = (object: object, words: string): Promise<string> =>
    k.fails(`-n ${ns} apply -f - ${words}`, { stdin: JSON.stringify(object) });
  const seen = (what: string) => k.json(`-n ${ns} get ${what} --show-managed-fields`);

  story(
    `${name}: apply --server-side: two managers, a conflict, force, and a field that is wanted no more`,
    async () => {
      k = up.kubectl(path);
      await k.run(`create namespace ${ns}`);
      const first = config('shared', { a: '1', b: '1' });
      assert.equal(await side(first, '--field-manager=one'), 'configmap/shared serverside-applied\n');
      const { resourceVersion } = (await seen('cm/shared')).metadata;
      await side(first, '--field-manager=one');
      assert.equal((await seen('cm/shared')).metadata.resourceVersion, resourceVersion, 'the same again is no write');
      await side(config('shared', { c: '1' }), '--field-manager=two');
      const other = config('shared', { a: '2', c: '1' });
      assert.match(
        await refused(other, '--server-side --field-manager=two'),
        /Apply failed with 1 conflict: conflict with "one": \.data\.a/,
      );
      assert.deepEqual((await seen('cm/shared')).data, { a: '1', b: '1', c: '1' });
      await side(other, '--field-manager=two --force-conflicts');
      const taken = await seen('cm/shared');
      assert.deepEqual(taken.data, { a: '2', b: '1', c: '1' });
      assert.deepEqual(owners(taken).sort(), ['one Apply', 'two Apply']);
      await side(config('shared', { c: '1' }), '--field-manager=two');
      await side(config('shared', {}), '--field-manager=one');
      assert.deepEqual((await seen('cm/shared')).data, { c: '1' }, 'nobody wants a and b any more');
    },
  );

  story(`${name}: apply --server-side: containers have owners of their own, and scale another`, async () => {
    await side(deployment('nginx:1', { replicas: 1 }), '--field-manager=app');
    const sidecar = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } },
    };
    await side(sidecar, '--field-manager=mesh');
    const both = await seen('deploy/web');
    assert.deepEqual(
      both.spec.template.spec.containers.map(({ name }: { name: string }) => name),
      ['web', 'side'],
    );
    await k.run(`-n ${ns} scale deploy/web --replicas=2`);
    assert.ok(owners(await seen('deploy/web')).includes('kubectl Update scale'));
    assert.match(
      await refused(deployment('nginx:1', { replicas: 1 }), '--server-side --field-manager=app'),
      /conflict with "kubectl" with subresource "scale" using \S+: \.spec\.replicas/,
    );
    await side(deployment('nginx:2'), '--field-manager=app');
    const left = await seen('deploy/web');
    assert.equal(left.spec.replicas, 2, 'whoever scales owns replicas now');
    assert.deepEqual(
      left.spec.template.spec.containers.map(({ image }: { image: string }) => image),
      ['nginx:2', 'busybox'],
    );
  });

  story(`${name}: apply, then apply --server-side: what kubectl applied itself is its own`, async () => {
    await k.apply(config('moved', { a: '1', b: '1' }), `-n ${ns}`);
    assert.deepEqual(owners(await seen('cm/moved')), ['kubectl-client-side-apply Update']);
    await side(config('moved', { a: '2' }), '');
    const moved = await seen('cm/moved');
    assert.deepEqual(moved.data, { a: '2' });
    // kubectl keeps the annotation of its earlier applies under a name of its own.
    assert.deepEqual(owners(moved).sort(), ['kubectl Apply', 'kubectl-last-applied Apply']);
  });

  story(`${name}: dry runs and diff on the server: say what would be, change nothing`, async () => {
    const wanted = config('shared', { c: '9' });
    assert.match(await side(wanted, '--field-manager=two --dry-run=server -o yaml'), /c: "9"/);
    const diff = await k.try(`-n ${ns} diff --server-side --field-manager=two -f -`, { stdin: JSON.stringify(wanted) });
    assert.equal(diff.code, 1, diff.stderr);
    assert.match(diff.stdout, /^\+ {2}c: "9"$/m);
    assert.match(
      await side(config('never', {}), '--dry-run=server'),
      /configmap\/never serverside-applied \(server dry run\)/,
    );
    await k.run(`-n ${ns} delete cm shared --dry-run=server`);
    await k.run(`-n ${ns} patch cm shared -p {"data":{"c":"8"}} --dry-run=server`);
    assert.deepEqual((await seen('cm/shared')).data, { c: '1' });
    assert.match(await k.fails(`-n ${ns} get cm never`), /not found/);
  });

  story(`${name}: apply --prune: what is applied no longer is deleted, the rest stays`, async () => {
    const labels = { set: 'pruned' };
    const prune = `-n ${ns} --prune -l set=pruned --prune-allowlist=core/v1/ConfigMap`;
    await k.apply(list(config('kept', {}, labels), config('gone', {}, labels)), prune);
    const said = await k.apply(config('kept', {}, labels), prune);
    assert.match(said, /configmap\/gone pruned/);
    assert.equal(await k.run(`-n ${ns} get cm -l set=pruned -o name`), 'configmap/kept\n');
    await k.run(`-n ${ns} get cm shared`);
  });

  story(`${name}: fields that do not exist: refused, warned of, or dropped, as asked`, async () => {
    const odd = { ...config('odd', { a: '1' }), nonsense: 1 };
    assert.match(await refused(odd, '--validate=strict'), /unknown field "nonsense"/);
    const warned = await k.both(`-n ${ns} apply -f - --validate=warn`, { stdin: JSON.stringify(odd) });
    assert.match(warned.stderr, /Warning: unknown field "nonsense"/);
    const again = { ...config('odd', { a: '2' }), nonsense: 1 };
    const silent = await k.both(`-n ${ns} apply -f - --validate=ignore`, { stdin: JSON.stringify(again) });
    assert.doesNotMatch(silent.stderr, /nonsense/);
    assert.equal((await seen('cm/odd')).nonsense, undefined);
    assert.match(
      await refused({ ...config('typed', {}), nonsense: 1 }, '--server-side --validate=ignore'),
      /\.nonsense: field not declared in schema/,
    );
  });
});
