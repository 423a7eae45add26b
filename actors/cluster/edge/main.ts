//! The command line: words and options. What each word does is in its own file beside this one.
import { Command, InvalidArgumentError, Option } from 'commander';
import { isNodeName, parseRoles } from '../logic.ts';
import { ROLES, type Role } from '../protocol.ts';
import { Refusal } from './refusal.ts';

const count = (text: string): number => {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('it is a whole number from 0 to 9999.');
  return Number(text);
};
const port = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('it is a port, 0 to 65535.');
  return Number(text);
};
const roles = (text: string): readonly Role[] => {
  const parsed = parseRoles(text);
  if (typeof parsed === 'string') throw new InvalidArgumentError(`${parsed}.`);
  return parsed;
};
const nodeName = (text: string): string => {
  if (!isNodeName(text)) throw new InvalidArgumentError('a node is named in lower case letters, digits, - and dots.');
  return text;
};
const natsUrl = (text: string): string => {
  if (!/^(nats|tls|ws|wss):\/\/[^\s/]+/.test(text))
    throw new InvalidArgumentError('it looks like nats://127.0.0.1:4222.');
  return text;
};

const revisions = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('it is a whole number below 10^15.');
  return Number(text);
};

const replicas = (text: string): 1 | 3 | 5 => {
  if (!/^[135]$/.test(text)) throw new InvalidArgumentError('it is 1, 3 or 5.');
  return Number(text) as 1 | 3 | 5;
};

const dataDir = () => new Option('--data-dir <dir>', 'everything the cluster keeps').default('.orrery');
const nats = () => new Option('--nats <url>', 'the broker; actors of other processes meet there').argParser(natsUrl);
const cluster = () => new Option('--cluster <name>', 'name of the cluster on the broker').default('orrery');
const engine = () =>
  new Option('--engine <name>', 'what runs containers').choices(['process', 'simulated']).default('process');
const logLevel = () =>
  new Option('--log-level <level>', 'of the JSON log on stderr')
    .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('warn');
const serverPort = () =>
  new Option('--port <port>', 'of the API server; 0: any free one').argParser(port).default(6443);

const etcdPort = () =>
  new Option('--etcd-port <port>', 'serve etcd’s own API (etcdctl) there; 0: any free one').argParser(port);
const etcdInsecure = () =>
  new Option('--etcd-insecure', 'etcd’s own API in plain text, on the loopback only, without certificates');
const etcdLog = () =>
  new Option('--etcd-log <kind>', 'where etcd keeps its log: a file of its own, or a stream of the broker (members)')
    .choices(['file', 'jetstream'])
    .default('file');
const etcdReplicas = () =>
  new Option(
    '--etcd-replicas <n>',
    'servers of the broker that keep each record of a jetstream log: 1, 3 or 5',
  ).argParser(replicas);

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Milliseconds of `1m30s`, as Go writes durations. */
const duration = (text: string): number => {
  if (!/^(0|(\d{1,9}(ms|s|m|h))+)$/.test(text)) throw new InvalidArgumentError('it looks like 5m, 1m30s or 0.');
  let sum = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|s|m|h)/g)) sum += Number(count) * UNITS[unit]!;
  return sum;
};
const etcdCompaction = () =>
  new Option('--etcd-compaction-interval <duration>', 'how often the API server cuts etcd’s history; 0: never')
    .argParser(duration)
    .default(300_000, '5m');

const schedulerConfig = () =>
  new Option(
    '--scheduler-config <file>',
    'a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), YAML or JSON',
  );

const chosenControllers = () =>
  new Option('--controllers <list>', 'which to run: *, names, -names, as of kube-controller-manager').default('*');
/** kube-controller-manager's is 10257, kube-scheduler's 10259. */
const componentPort = (role: string) =>
  new Option(
    `--${role}-port <port>`,
    `serve health and metrics of the ${role} there (HTTPS); 0: any free one`,
  ).argParser(port);
/** As kube-apiserver calls them. */
const apiOptions = (command: Command): Command =>
  command
    .option('--audit-policy-file <file>', 'an audit policy (audit.k8s.io/v1 Policy): what is written of which request')
    .option('--audit-log-path <file>', 'where audit events go, one a line; -: stdout')
    .addOption(new Option('--audit-log-maxsize <MB>', 'of one file (default: 100)').argParser(count))
    .addOption(new Option('--audit-log-maxbackup <n>', 'full files that are kept; 0: all').argParser(count))
    .addOption(
      new Option('--anonymous-auth <bool>', 'whether one who shows nothing is asked for').choices(['true', 'false']),
    )
    .option('--token-auth-file <file>', 'CSV: token,user,uid,"group1,group2"');

const program = new Command('orrery')
  .description('A Kubernetes cluster in which every component is a state machine.')
  .showHelpAfterError('orrery --help says more');

apiOptions(program.command('up'))
  .description('run a whole cluster in this process')
  .addOption(new Option('--nodes <n>', 'worker nodes; 0: control plane only').argParser(count).default(3))
  .addOption(engine())
  .addOption(serverPort())
  .addOption(etcdPort())
  .addOption(etcdInsecure())
  .addOption(etcdLog())
  .addOption(etcdReplicas())
  .addOption(etcdCompaction())
  .addOption(dataDir())
  .option('--kubeconfig <file>', 'where to write it (default: <data-dir>/kubeconfig)')
  .addOption(schedulerConfig())
  .addOption(chosenControllers())
  .addOption(componentPort('controllers'))
  .addOption(componentPort('scheduler'))
  .addOption(nats())
  .addOption(cluster())
  .addOption(logLevel())
  .action(async (options) => (await import('./up.ts')).up(options));

apiOptions(program.command('join'))
  .description('run some of a cluster’s roles in this process')
  .addOption(nats())
  .addOption(new Option('--roles <list>', `of ${ROLES.join(', ')}`).argParser(roles).default(['kubelet', 'kube-proxy']))
  .addOption(
    new Option('--node <name>', 'name of the node, or of the etcd member (default: this machine’s)').argParser(
      nodeName,
    ),
  )
  .addOption(cluster())
  .addOption(engine())
  .addOption(serverPort())
  .addOption(etcdPort())
  .addOption(etcdInsecure())
  .addOption(etcdLog())
  .addOption(etcdReplicas())
  .addOption(etcdCompaction())
  .addOption(dataDir())
  .option(
    '--kubeconfig <file>',
    'with --nats: where an apiserver role writes one; without: whose API server scheduler and controllers work for',
  )
  .addOption(schedulerConfig())
  .addOption(chosenControllers())
  .addOption(componentPort('controllers'))
  .addOption(componentPort('scheduler'))
  .addOption(logLevel())
  .action(async (options) => (await import('./join.ts')).join(options));

program
  .command('trace')
  .description('one line a transition, live')
  .argument('[actor-pattern]', 'as actors are named: scheduler, pod/default/*, kubelet/node-1, *', '*')
  .addOption(new Option('--nats <url>', 'of a cluster on a broker').argParser(natsUrl))
  .addOption(cluster())
  .addOption(dataDir())
  .action(async (pattern, options) => (await import('./trace.ts')).trace(pattern, options));

const snapshot = program
  .command('etcd')
  .description('the store of a cluster')
  .command('snapshot')
  .description('backups in etcd’s own format');

snapshot
  .command('save')
  .description('of a running cluster, or of the data directory of one that does not run')
  .argument('<file>')
  .addOption(new Option('--nats <url>', 'of a cluster on a broker').argParser(natsUrl))
  .addOption(cluster())
  .addOption(dataDir())
  .action(async (file, options) => (await import('./snapshot.ts')).saveSnapshot(file, options));

snapshot
  .command('status')
  .description('what is in a snapshot, as etcdctl says it')
  .argument('<file>')
  .addOption(new Option('-w, --write-out <form>', 'how').choices(['table', 'simple', 'json']).default('table'))
  .action(async (file, options) => (await import('./snapshot.ts')).snapshotStatus(file, options));

snapshot
  .command('restore')
  .description('begin the log of a new cluster from a snapshot: in a data directory, or on a broker')
  .argument('<file>')
  .addOption(new Option('--data-dir <dir>', 'of the new cluster'))
  .addOption(new Option('--nats <url>', 'broker that is to keep the log').argParser(natsUrl))
  .addOption(cluster())
  .addOption(etcdReplicas())
  .addOption(etcdCompaction())
  .addOption(
    new Option('--bump-revision <n>', 'begin so many revisions later, so that clients who saw more list again')
      .argParser(revisions)
      .default(0),
  )
  .option('--skip-hash-check', 'take a file without its SHA-256, or with a wrong one')
  .action(async (file, options) => (await import('./snapshot.ts')).restoreSnapshot(file, options));

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`orrery: ${error.message}\n`);
  process.exit(1);
});
