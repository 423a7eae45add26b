//! `orrery up`: a whole cluster in this process.
import { etcdOn } from '../../etcd/index.ts';
import { planUp } from '../logic.ts';
import { etcdctl } from './etcd.ts';
import { type CommonOptions, openGround } from './ground.ts';
import { serveLocally } from './local-socket.ts';
import { runPlacements, say, untilTold } from './process.ts';
import { stateWord } from './state-word.ts';
import { traceWord } from './trace-word.ts';

export interface UpOptions extends CommonOptions {
  readonly nodes: number;
}

export async function up(options: UpOptions): Promise<void> {
  const ground = await openGround(options, 'main', ['']);
  const told = untilTold(ground.host);
  told.catch(() => {}); // looked at below
  const running = await runPlacements(ground, planUp(options.cluster, options.nodes).placements);
  const unserve = serveLocally(ground.host, ground.dataDir, {
    trace: traceWord(ground.host),
    state: stateWord(() => etcdOn(ground.host)),
  });
  await Promise.race([running.ready, told]);
  const seconds = process.uptime().toFixed(2);
  process.stdout.write(`ready ${running.url} ${options.nodes} nodes, ${seconds} s after start\n\n`);
  process.stdout.write(
    `export KUBECONFIG=${ground.kubeconfig}\nkubectl get nodes\n\n${etcdctl(running)}Ctrl-C stops the cluster.\n`,
  );
  await told;
  say('stopping', '');
  unserve();
  await running.stop();
  process.exit(0);
}
