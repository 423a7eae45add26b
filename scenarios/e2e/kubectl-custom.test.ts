//! kubectl with kinds that it has never heard of: defined, explained, checked, printed, scaled, applied, removed.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { crontab, definition } from '../../actors/apiserver/catalog/crontab.ts';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import { columns, type Kubectl, table } from './kubectl.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (!none) up = await startUp({ engine: 'simulated' });
});
after(stopEverything);

if (none) story('kubectl: custom resources: as in Kubernetes', async () => undefined);
kubectlBinaries().forEach(({ name, path }, i) => {
  const ns = `custom-${i}`;
  let k: Kubectl;
  const here = (words: string): Promise<string> => k.run(`-n ${ns} ${words}`);
  const CRD = 'crontabs.stable.example.com';

  story(`${name}: explain --recursive: every kind that it knows, field by field`, async () => {
    k = up.kubectl(path);
    await k.run(`create namespace ${ns}`);
    const said = await k.run('explain deployment --recursive');
    assert.match(said, /topologySpreadConstraints\s+<\[\]TopologySpreadConstraint>/);
    const kinds = [
      ...(await k.run('api-resources --no-headers')).matchAll(/^(\S+) .*?(\S+) +(?:true|false) +(\S+)$/gm),
    ];
    assert.ok(kinds.length > 50);
    // The metrics server publishes no schema of its two kinds.
    const told = kinds.filter(([, , version]) => version !== 'metrics.k8s.io/v1beta1');
    // Each costs a kubectl: one of every version, and all that are of the core.
    for (const [, plural, version, kind] of told.filter(([, , of], at) => of === 'v1' || told[at - 1]?.[2] !== of))
      assert.match(
        await k.run(`explain ${plural} --api-version=${version} --recursive`),
        new RegExp(`KIND: +${kind}\\b`),
      );
  });

  story(`${name}: a new kind: established, listed by short name and category, printed in its columns`, async () => {
    await k.apply(definition(false));
    await k.run(`wait --for=condition=Established crd/${CRD} --timeout=30s`);
    await eventually('kubectl knows it', async () => {
      return /crontabs +ct +stable.example.com\/v1/.test(await k.run('api-resources --api-group=stable.example.com'));
    });
    assert.match(await k.run('explain crontab.spec --recursive'), /cronSpec\s+<string> -required-/);
    await k.apply(crontab('one', { replicas: 2 }), ['-n', ns]);
    assert.deepEqual(columns(await here('get ct')), ['NAME', 'SPEC', 'REPLICAS']);
    assert.deepEqual(table(await here('get all'))[0], {
      NAME: 'crontab.stable.example.com/one',
      SPEC: '* * * * *',
      REPLICAS: '2',
    });
    assert.match(await here('get ct --field-selector spec.image=busybox'), /one/);
    assert.match(await here('describe ct one'), /Cron Spec: +\* \* \* \* \*/);
  });

  story(`${name}: what the schema does not let through: refused before and by the server`, async () => {
    const wrong = await k.try(['-n', ns, 'apply', '-f', '-'], {
      stdin: JSON.stringify(crontab('bad', { replicas: 'x' })),
    });
    assert.match(
      wrong.stderr,
      /spec\.replicas in body must be of type integer: "string"|ValidationError|invalid type for/,
    );
    const unknown = await k.try(['-n', ns, 'apply', '-f', '-'], {
      stdin: JSON.stringify(crontab('bad', { nothing: 1 })),
    });
    assert.match(unknown.stderr, /unknown field "spec.nothing"/);
  });

  story(`${name}: scale, patch, apply on the server's side, edit's diff: as with any kind`, async () => {
    assert.equal(await here('scale ct one --replicas=4'), 'crontab.stable.example.com/one scaled\n');
    assert.equal((await k.json(`-n ${ns} get ct one`)).spec.replicas, 4);
    await k.run(['-n', ns, 'patch', 'ct', 'one', '--type=merge', '-p', '{"spec":{"image":"nginx"}}']);
    const side = await k.apply(crontab('two', { list: [{ name: 'a', value: '1' }] }), ['-n', ns, '--server-side']);
    assert.equal(side, 'crontab.stable.example.com/two serverside-applied\n');
    const fields = (await k.json(`-n ${ns} get ct two --show-managed-fields`)).metadata.managedFields;
    assert.deepEqual(fields[0].fieldsV1['f:spec']['f:list'], {
      'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:value': {} },
    });
    const differs = await k.try(['-n', ns, 'diff', '-f', '-'], {
      stdin: JSON.stringify(crontab('one', { image: 'other' })),
    });
    assert.equal(differs.stderr, '');
    assert.match(differs.stdout, /\+ {2}image: other/);
  });

  story(`${name}: the kind is removed: so are its objects`, async () => {
    assert.equal(await k.run(`delete crd ${CRD}`), `customresourcedefinition.apiextensions.k8s.io "${CRD}" deleted\n`);
    await eventually('it is forgotten', async () => {
      return !(await k.run('get --raw /apis')).includes('stable.example.com');
    });
    await k.run(`delete namespace ${ns} --timeout=60s`);
  });
});
