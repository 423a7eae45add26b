//! `orrery join`: some roles of a cluster whose actors meet on a broker.
import { hostname } from 'node:os';
import { isNodeName, planJoin } from '../logic.ts';
import type { Role } from '../protocol.ts';
import { etcdctl } from './etcd.ts';
import { type CommonOptions, openGround, processName } from './ground.ts';
import { runPlacements, say, untilTold } from './process.ts';
import { Refusal } from './refusal.ts';

export interface JoinOptions extends CommonOptions {
  readonly roles: readonly Role[];
  readonly node?: string;
}

export async function join(options: JoinOptions): Promise<void> {
  if (options.nats === undefined) return await joinOther(options);
  const onNode = options.roles.some((role) => role === 'kubelet' || role === 'kube-proxy');
  const name = onNode ? nodeName(options.node) : (options.node ?? processName());
  // What has a state of its own on disk has it alone; an API server or a scheduler has none.
  const locks = [
    ...(options.roles.includes('etcd') ? ['etcd-lock'] : []),
    ...(options.roles.includes('kubelet') ? [`nodes/${name}/lock`] : []),
  ];
  const ground = await openGround(options, name, locks);
  const told = untilTold(ground.host);
  told.catch(() => {});
  const running = await runPlacements(ground, planJoin(options.cluster, options.roles, name).placements);
  await Promise.race([running.ready, told]);
  process.stdout.write(`ready ${running.url ?? options.roles.join(',')}\n`);
  if (running.url !== undefined) process.stdout.write(`\nexport KUBECONFIG=${ground.kubeconfig}\n`);
  if (running.etcdctl !== undefined) process.stdout.write(`\n${etcdctl(running)}`);
  await told;
  say('stopping', '');
  await running.stop();
  process.exit(0);
}

/** Scheduler and controllers for a cluster whose API server is another's, reached over HTTPS. */
async function joinOther(options: JoinOptions): Promise<void> {
  if (options.kubeconfig === undefined)
    throw new Refusal('join whom? --nats <url> of a broker, or --kubeconfig <file> of any Kubernetes API server');
  const bound = options.roles.filter((role) => role !== 'scheduler' && role !== 'controllers');
  if (bound.length > 0)
    throw new Refusal(
      `--roles ${bound.join(',')} need a broker (--nats): by a kubeconfig scheduler and controllers join`,
    );
  const { remoteOf } = await import('../../remote/edge/https.ts');
  const remote = await remoteOf(options.kubeconfig).catch((error: Error) => {
    throw new Refusal(`--kubeconfig ${options.kubeconfig}: ${error.message}`);
  });
  const ground = await openGround(options, processName(), []);
  const told = untilTold(ground.host);
  told.catch(() => {});
  const running = await runPlacements(
    ground,
    planJoin(options.cluster, options.roles, processName()).placements,
    remote,
  );
  process.stdout.write(`ready ${options.roles.join(',')}\n`);
  await told;
  say('stopping', '');
  await running.stop();
  remote.close();
  process.exit(0);
}

function nodeName(given: string | undefined): string {
  const name = given ?? hostname().toLowerCase();
  if (!isNodeName(name)) throw new Refusal(`this machine's name "${name}" cannot name a node: give one with --node`);
  return name;
}
