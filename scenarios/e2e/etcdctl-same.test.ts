//! The same words of etcdctl to a real etcd and to a cluster of ours: what it prints, and how it exits, is the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RealEtcd, startRealEtcd, withoutEtcd } from '../etcd/real-etcd.ts';
import { Etcdctl, environmentIn } from './etcdctl.ts';
import { startUp, stopEverything } from './harness.ts';
import { without } from './tools.ts';

const skip = withoutEtcd() || without.program('etcdctl');

let real: RealEtcd;
let subjects: readonly { readonly etcdctl: Etcdctl; readonly known: Map<string, string> }[];
before(async () => {
  if (skip) return;
  real = await startRealEtcd();
  const up = await startUp({ nodes: 0, engine: 'simulated', args: ['--etcd-port', '0'] });
  const environment = environmentIn(await up.program.line(/export ETCDCTL_API=3/));
  subjects = [{ ETCDCTL_ENDPOINTS: `http://${real.address}` }, environment].map((env) => ({
    etcdctl: new Etcdctl(env),
    known: new Map(),
  }));
});
after(async () => {
  await real?.stop();
  await stopEverything();
});

/** Words apart by blanks; `"two words"` are one; `$name` is what that subject has noted. */
type Line =
  | string
  | { readonly words: string; readonly stdin: string }
  | { readonly note: string; readonly of: 'revision' | 'lease' };

/** Runs the lines one after another on both, and compares after each. */
async function same(lines: readonly Line[]): Promise<void> {
  for (const line of lines) {
    const [theirs, ours] = await Promise.all(subjects.map((subject) => said(subject, line)));
    assert.deepEqual(ours, theirs, `etcdctl ${typeof line === 'string' ? line : JSON.stringify(line)}`);
  }
}
async function said({ etcdctl, known }: (typeof subjects)[number], line: Line): Promise<unknown> {
  if (typeof line !== 'string' && 'note' in line) {
    if (line.of === 'revision') known.set(line.note, String(await etcdctl.revision()));
    else known.set(line.note, /lease (\w+) granted/.exec(await etcdctl.run(['lease', 'grant', '300']))![1]!);
    return undefined;
  }
  const { words, stdin = '' } = typeof line === 'string' ? { words: line } : line;
  const fill = (text: string): string =>
    text.replaceAll(/\$(\w+)(\+\d+)?/g, (_, name: string, more = '0') =>
      /^[0-9]+$/.test(known.get(name)!) && more !== '0'
        ? String(Number(known.get(name)) + Number(more))
        : known.get(name)!,
    );
  const args = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => fill(match[1] ?? match[2]!));
  const { code, stdout, stderr } = await etcdctl.try(args, { stdin: fill(stdin) });
  const error = stderr.split('\n').filter((one) => one.startsWith('Error:'));
  return { code, stdout: plain(stdout), error: error.map(plain) };
}

/** Without what differs by right: ids, revisions (others write to ours), times, ports. */
const plain = (text: string): string =>
  text
    .replaceAll(/"(cluster_id|member_id|revision|raft_term|create_revision|mod_revision|lease)":-?\d+/g, '"$1":N')
    .replaceAll(/"(ClusterID|MemberID|Revision|RaftTerm|CreateRevision|ModRevision|Lease)" : \d+/g, '"$1" : N')
    .replaceAll(/\b[0-9a-f]{15,16}\b/g, 'ID')
    .replaceAll(/(remaining\()\d+s/g, '$1Ns')
    .replaceAll(/(compacted revision) \d+/g, '$1 N')
    .replaceAll(/https?:\/\/127\.0\.0\.1:\d+/g, 'URL')
    .replaceAll(/took = \S+/g, 'took');

const kinds = ['simple', 'json', 'fields'];

test('etcdctl: put and get with every flag: as a real etcd', { skip }, () =>
  same([
    'put ka one',
    'put kb two',
    { words: 'put kc', stdin: 'from stdin' },
    'put kd ""',
    'put kb three --prev-kv',
    'put kn new --prev-kv',
    { words: 'put kb --ignore-lease', stdin: 'four' },
    'put kb --ignore-value',
    'put none --ignore-value',
    { words: 'put none --ignore-lease', stdin: 'x' },
    'put ka x --lease=1234',
    'put "" empty',
    { note: 'then', of: 'revision' },
    'put ka later',
    'put ka latest',
    ...kinds.map((kind) => `get ka -w ${kind}`),
    ...kinds.map((kind) => `get k --prefix -w ${kind}`),
    'get ka --hex',
    'get none',
    'get none -w json',
    'get ka kc',
    'get ka kc -w fields',
    'get kc ka',
    'get k --prefix --limit 2 -w json',
    'get k --prefix --limit 0',
    'get kb --from-key',
    'get kb --from-key --limit 1',
    'get ka --rev $then',
    'get k --prefix --rev $then -w json',
    'get ka --rev $then+1000000',
    'get k --prefix --keys-only',
    'get k --prefix --keys-only -w json',
    'get k --prefix --count-only -w fields',
    'get k --prefix --count-only -w json',
    'get k --prefix --print-value-only',
    'get k --prefix --consistency s',
    'get k --prefix --consistency l',
    'get k --prefix --consistency x',
    ...['ASCEND', 'DESCEND'].flatMap((order) =>
      ['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'].map(
        (target) => `get k --prefix --keys-only --order ${order} --sort-by ${target}`,
      ),
    ),
    'get k --prefix --keys-only --sort-by MODIFY',
    'get k --prefix --order DESCEND --limit 2',
    'get',
    'get ka --nothing',
  ]),
);

test('etcdctl: del with every flag: as a real etcd', { skip }, () =>
  same([
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `put m${letter} ${letter}`),
    'del ma',
    'del ma',
    'del mb --prev-kv',
    'del mc --prev-kv -w json',
    'del md me -w fields',
    'get m --prefix --keys-only',
    'put mg g',
    'del m --prefix --prev-kv',
    'put zz 1',
    'put zzz 2',
    'del zz --from-key --prev-kv',
    'del none -w json',
    'get m --prefix --count-only -w json',
  ]),
);

const txn = (compares: string, success: string, failure: string): Line => ({
  words: 'txn',
  stdin: `${compares}\n\n${success}\n\n${failure}\n\n`,
});
test('etcdctl: txn with compares of each target: as a real etcd', { skip }, () =>
  same([
    'put ta 1',
    'put ta 2',
    { note: 'lease', of: 'lease' },
    'put tb 1 --lease=$lease',
    { note: 'then', of: 'revision' },
    ...['value("ta") = "2"', 'value("ta") > "1"', 'value("ta") < "2"', 'value("none") = ""'].map((one) =>
      txn(one, 'get ta', 'get tb'),
    ),
    ...['version("ta") = "2"', 'ver("ta") > "2"', 'version("none") = "0"'].map((one) => txn(one, 'get ta', 'get tb')),
    ...['create("ta") < "$then"', 'c("none") = "0"', 'mod("ta") < "$then"', 'm("tb") = "$then"', 'mod("ta") > "0"'].map(
      (one) => txn(one, 'get ta', 'get tb'),
    ),
    ...['lease("ta") = "0"', 'lease("tb") > "0"', 'lease("none") = "0"'].map((one) => txn(one, 'get ta', 'get tb')),
    txn('', 'put tc 1\nget tc\ndel ta\nget ta\nput td 2', ''),
    txn('version("ta") > "0"', 'get tc', 'del tc\nput te "two words"\nget te'),
    txn('version("ta") > "0"\nversion("tc") = "0"', 'get te', 'get td'),
    txn('', 'put same 1\nput same 2', ''),
    txn('', 'put same 1\ndel sa sb', ''),
    txn('nonsense', '', ''),
    { words: 'txn -w json', stdin: '\n\nput tf 1\nget tf\ndel tf\n\n\n' },
    { words: 'txn -w fields', stdin: '\n\nput tf 1 --prev-kv\nget tf\ndel tf --prev-kv\n\n\n' },
    { words: 'txn -i', stdin: 'ver("te") = "1"\n\nget te\n\n\n' },
  ]),
);

test('etcdctl: leases: as a real etcd', { skip }, () =>
  same([
    { note: 'one', of: 'lease' },
    'put la 1 --lease=$one',
    'lease timetolive $one --keys',
    'lease timetolive $one',
    'lease keep-alive --once $one',
    'lease keep-alive --once 7',
    'lease timetolive 7',
    'lease revoke 7',
    'lease revoke $one',
    'get l --prefix --count-only -w json',
    'lease grant 0',
    'lease grant -- -1',
    'lease grant 9000000001',
    'lease grant x',
  ]),
);

test('etcdctl: compaction, and what asks for less: as a real etcd', { skip }, () =>
  same([
    'put ca 1',
    { note: 'old', of: 'revision' },
    'put ca 2',
    'put ca 3',
    { note: 'now', of: 'revision' },
    'compaction $now',
    'compaction $now',
    'compaction $old',
    'compaction $now+100000',
    'compaction 0',
    'compaction -- -5',
    'get ca --rev $old',
    'get ca --rev $now',
    'watch ca --rev $old',
    'get ca',
    'put ca 4',
    'compaction $now+1 --physical',
  ]),
);

test('etcdctl: maintenance, members and users: as a real etcd without any', { skip }, () =>
  same([
    'endpoint health',
    'defrag',
    'alarm list',
    'alarm disarm',
    'member remove 7',
    'move-leader 7',
    'auth enable',
    'auth disable',
    'user list',
    'user get nobody',
    'user delete nobody',
    'role list',
    'role get nothing',
    'role delete nothing',
    'elect -l nobody-here --nonsense',
  ]),
);

test('etcdctl: values and txns beyond the limits: as a real etcd', { skip }, () =>
  same([
    { words: 'put big', stdin: 'x'.repeat(1_500_000) },
    { words: 'put big', stdin: 'x'.repeat(1_600_000) },
    { words: 'put big', stdin: 'x'.repeat(2_200_000) },
    'get big --count-only -w json',
    txn('', Array.from({ length: 128 }, (_, i) => `put n${i} x`).join('\n'), ''),
    txn('', Array.from({ length: 129 }, (_, i) => `put n${i} x`).join('\n'), ''),
    'get n --prefix --count-only -w json',
  ]),
);
