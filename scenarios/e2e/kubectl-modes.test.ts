//! Flags of kubectl that few people use, and what the server answers for them.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startUp, stopEverything, type Up } from './harness.ts';
import { columns, type Kubectl, table } from './kubectl.ts';
import { list, sleepers } from './manifests.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (!none) up = await startUp({ engine: 'simulated', nodes: 1 });
});
after(stopEverything);

const config = (name: string, data: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

if (none) story('kubectl: every flag: as in Kubernetes', async () => undefined);
kubectlBinaries().forEach(({ name, path }, i) => {
  const ns = `modes-${i}`;
  let k: Kubectl;
  const here = (words: string): Promise<string> => k.run(`-n ${ns} ${words}`);
  const given = (words: string, object: object): Promise<string> =>
    k.run(`-n ${ns} ${words} -f -`, { stdin: JSON.stringify(object), env: { KUBECTL_APPLYSET: 'true' } });

  story(`${name}: apply --prune with a set that remembers what was applied: what is no longer, goes`, async () => {
    k = up.kubectl(path);
    await k.run(`create namespace ${ns}`);
    for (const [parent, more] of [
      ['configmaps/set', ''],
      ['set', '--server-side'],
    ] as const) {
      const apply = `apply --prune --applyset=${parent} ${more}`;
      await given(apply, list(config('kept', {}), config('gone', {})));
      assert.match(await given(apply, list(config('kept', {}))), /^configmap\/gone pruned$/m);
      const [kind] = parent.includes('/') ? ['configmap'] : ['secret'];
      const { metadata } = await k.json(`-n ${ns} get ${kind} set`);
      assert.equal(metadata.annotations['applyset.kubernetes.io/contains-group-kinds'], 'ConfigMap');
      await here('delete configmap kept');
    }
  });

  story(`${name}: apply's own record: set, shown, edited`, async () => {
    await here('create configmap recorded --from-literal=a=1');
    const said = await given('apply set-last-applied --create-annotation', config('recorded', { a: '1' }));
    assert.equal(said, 'configmap/recorded configured\n');
    assert.match(await here('apply view-last-applied cm recorded'), /^ {2}a: "1"$/m);
    const env = { KUBE_EDITOR: `sed -i 's/a: "1"/a: "2"/'` };
    await k.run(`-n ${ns} apply edit-last-applied cm recorded`, { env });
    assert.match(await here('apply view-last-applied cm recorded'), /^ {2}a: "2"$/m);
  });

  story(`${name}: create, replace and delete --raw: the answer as it came`, async () => {
    const maps = `/api/v1/namespaces/${ns}/configmaps`;
    const sent = (words: string, data: object): Promise<string> =>
      k.run(words, { stdin: JSON.stringify(config('raw', data)) });
    assert.equal(JSON.parse(await sent(`create --raw ${maps} -f -`, { a: '1' })).data.a, '1');
    assert.equal(JSON.parse(await sent(`replace --raw ${maps}/raw -f -`, { a: '2' })).data.a, '2');
    const { kind, status, details } = JSON.parse(await k.run(`delete --raw ${maps}/raw`));
    assert.deepEqual([kind, status, details.name, details.kind], ['Status', 'Success', 'raw', 'configmaps']);
  });

  story(`${name}: subresources: read, patched and edited on their own; replace --force makes it anew`, async () => {
    await k.apply(list(sleepers('work', 1)), ['-n', ns]);
    await here('rollout status deployment/work --timeout=60s');
    await k.run([
      '-n',
      ns,
      'patch',
      'deploy/work',
      '--subresource=scale',
      '--type=merge',
      '-p',
      '{"spec":{"replicas":2}}',
    ]);
    const scale = table(await here('get deployment work --subresource=scale'))[0]!;
    assert.deepEqual([scale['NAME'], scale['DESIRED']], ['work', '2']);
    assert.ok('AVAILABLE' in scale && 'AGE' in scale);
    await k.run([
      '-n',
      ns,
      'patch',
      'deploy/work',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"collisionCount":2}}',
    ]);
    const env = { KUBE_EDITOR: "sed -i 's/collisionCount: 2/collisionCount: 5/'" };
    assert.match(
      await k.run(`-n ${ns} edit deployment work --subresource=status --output-patch`, { env }),
      /^Patch: \{"status":\{"collisionCount":5\}\}$/m,
    );
    const before = await k.json(`-n ${ns} get deployment work`);
    assert.equal(before.status.collisionCount, 5);
    const { status: _, ...object } = before;
    assert.match(await given('replace --force --cascade=background', object), /deployment\.apps\/work replaced$/m);
    const after = await k.json(`-n ${ns} get deployment work`);
    assert.notEqual(after.metadata.uid, before.metadata.uid);
  });

  story(`${name}: patches, scales and undos that cannot be: told in Kubernetes' words`, async () => {
    await here('create configmap patched --from-literal=a=1');
    const test = '[{"op":"test","path":"/data/a","value":"9"}]';
    assert.equal(
      await k.fails(['-n', ns, 'patch', 'cm', 'patched', '--type=json', '-p', test]),
      'The request is invalid: the server rejected our request due to an error in our request\n',
    );
    assert.match(
      await k.fails(['-n', ns, 'patch', 'cm', 'patched', '-p', '{"data":{"a":1}}']),
      /\(BadRequest\): ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
    );
    assert.match(
      await k.fails(`-n ${ns} scale deploy work --replicas=3 --current-replicas=9`),
      /Expected replicas to be 9/,
    );
    assert.match(await k.fails(`-n ${ns} scale cm patched --replicas=1`), /could not find the requested resource/);
    assert.match(
      await k.fails(`-n ${ns} rollout undo deploy/work --to-revision=99`),
      /unable to find specified revision 99 in history/,
    );
  });

  story(`${name}: auth: reconciled rules, all that one may do, who one is and by which certificate`, async () => {
    const role = (verbs: readonly string[]): object => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'own', namespace: ns },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
    });
    const reconciled = async (verbs: readonly string[]): Promise<string> =>
      (await k.both(`-n ${ns} auth reconcile -f -`, { stdin: JSON.stringify(role(verbs)) })).stderr;
    assert.match(await reconciled(['get']), /reconciliation required create/);
    assert.match(await reconciled(['list']), /missing rules added:\n.*Verbs:\[list\]/);
    await here(`create rolebinding own --role=own --serviceaccount=${ns}:default`);
    const account = `--as=system:serviceaccount:${ns}:default`;
    assert.match(await here(`auth can-i --list ${account}`), /^pods +\[\] +\[\] +\[(get list|list get)\]/m);
    assert.equal((await k.try(`-n ${ns} auth can-i list secrets ${account}`)).stdout, 'no\n');
    const mine = await k.run('auth can-i --list');
    assert.equal([...mine.matchAll(/^\*\.\* +\[\] +\[\] +\[\*\]$/gm)].length, 1, mine);
    const { status } = JSON.parse(await k.run('auth whoami -o json'));
    assert.match(status.userInfo.extra['authentication.kubernetes.io/credential-id'][0], /^X509SHA256=[0-9a-f]{64}$/);
  });

  story(`${name}: kinds that few look at: their own columns; those on their way out: a warning`, async () => {
    const flows = await k.run('get flowschemas');
    assert.deepEqual(columns(flows), [
      'NAME',
      'PRIORITYLEVEL',
      'MATCHINGPRECEDENCE',
      'DISTINGUISHERMETHOD',
      'AGE',
      'MISSINGPL',
    ]);
    const order = table(flows).map((flow) => Number(flow['MATCHINGPRECEDENCE']));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
      'as they are asked',
    );
    assert.match(
      await k.run('get prioritylevelconfigurations'),
      /^NAME +TYPE +NOMINALCONCURRENCYSHARES +QUEUES +HANDSIZE/,
    );
    assert.match((await k.both('get endpoints -A')).stderr, /^Warning: v1 Endpoints is deprecated in v1\.33\+/);
    assert.match(
      (await k.both('get componentstatuses')).stderr,
      /^Warning: v1 ComponentStatus is deprecated in v1\.19\+/,
    );
  });

  story(`${name}: completion: names as they are`, async () => {
    assert.match(await k.run(['__complete', 'get', 'pods', '-n', 'modes-']), new RegExp(`^${ns}$`, 'm'));
    assert.match(await k.run(['__complete', '-n', ns, 'get', 'configmap', 'patc']), /^patched$/m);
    await k.run(`delete namespace ${ns} --timeout=60s`);
  });
});
