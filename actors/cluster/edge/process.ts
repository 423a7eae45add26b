//! One process of a cluster, from its first line to its last: starts placements, says so, stops them in order.
import { address, show } from '../../../runtime/address.ts';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { type Supervisor, startSupervisor } from '../../../runtime/supervisor.ts';
import { createPki } from '../../apiserver/edge/pki.ts';
import { type Served, serve } from '../../apiserver/edge/serve.ts';
import { type CertificateAuthority, simAuthority } from '../../controllers/certificates/protocol.ts';
import { serveState } from '../../etcd/edge/backup/state-service.ts';
import type { EtcdEdge } from '../../etcd/edge/serve.ts';
import { etcdOn } from '../../etcd/index.ts';
import type { Remote } from '../../remote/edge/https.ts';
import { startRemote } from '../../remote/index.ts';
import { httpExtenders } from '../../scheduler/edge/http.ts';
import { controllers } from '../controllers.ts';
import { childrenOf, type Parts } from '../index.ts';
import type { Placement, Role } from '../protocol.ts';
import { isSelected, parseControllers, type Selection } from '../selection.ts';
import { apiAccess } from './api-files.ts';
import type { ComponentDoor } from './component/door.ts';
import { listening } from './etcd.ts';
import { openStore } from './etcd-store.ts';
import type { Ground } from './ground.ts';
import { type Nodes, openNodes } from './nodes.ts';
import { apiReady } from './ready.ts';
import { Refusal } from './refusal.ts';
import { readSchedulerFile } from './scheduler-file.ts';

/** One bad actor is restarted; twenty deaths in a minute are no accident. */
const INTENSITY = { max: 20, periodMs: 60_000 };
const ETCD_WAIT_MS = 5_000;

export interface Running {
  /** Of the API server of this process. */
  readonly url?: string;
  /** What to type before etcdctl, when this process serves etcd's own API. */
  readonly etcdctl?: string;
  /** The API server of this process answers, all nodes of it are Ready. */
  readonly ready: Promise<void>;
  /** In reverse order; the process is as it was before. */
  stop(): Promise<void>;
}

/** `remote`: another's API server, instead of ours on the bus. */
export async function runPlacements(
  ground: Ground,
  placements: readonly Placement[],
  remote?: Remote,
): Promise<Running> {
  const { host, options } = ground;
  const names = (role: Role): readonly string[] =>
    placements.filter((one) => one.role === role).map(({ name }) => name);
  const has = (role: Role): boolean => names(role).length > 0;
  const configuration = readSchedulerFile(options.schedulerConfig);
  const selection = selectionOf(options.controllers);
  const onNodes = [...new Set([...names('kubelet'), ...names('kube-proxy')])];
  const supervisor = startSupervisor(host, {
    address: address('supervisor', '', host.id),
    children: [],
    intensity: INTENSITY,
  });
  let nodes: Nodes | undefined;
  let served: Served | undefined;
  let etcd: EtcdEdge | undefined;
  let unserve: Stop = () => {};
  const doors: ComponentDoor[] = [];
  const stop = async (): Promise<void> => {
    unserve();
    await Promise.all(doors.map((door) => door.close()));
    await etcd?.close();
    await new Promise<void>((done) => supervisor.stop(done));
    await served?.https.close();
    await nodes?.close();
    await ground.close();
  };
  try {
    const opening = onNodes.length > 0 || has('apiserver') ? openNodes(ground, onNodes) : undefined;
    opening?.catch(() => {}); // looked at below, after etcd
    const store = has('etcd') ? await openStore(ground) : undefined;
    if (has('etcd')) etcd = await listening(ground);
    const parts: Parts = {
      etcd: () => ({ ...store!.open(), ...(etcd === undefined ? {} : { clientUrls: [etcd.url] }) }),
      startApiserver: () => served!.start(),
      get authority(): CertificateAuthority {
        return authority!;
      },
      controllers: selection,
      leaderElection: options.nats !== undefined || remote !== undefined,
      ...(configuration === undefined ? {} : { scheduler: { configuration, extenders: httpExtenders } }),
      node: (name) => nodes!.parts(name),
    };
    let authority: CertificateAuthority | undefined;
    const start = (role: Role): void => {
      for (const child of childrenOf(
        host,
        placements.filter((one) => one.role === role),
        parts,
      ))
        supervisor.add(child);
    };
    if (store !== undefined) {
      await startEtcd(host, supervisor, () => start('etcd'));
      say('etcd', store.where);
      if (options.nats !== undefined) unserve = serveState(host, () => etcdOn(host));
      if (etcd !== undefined) {
        await etcd.open(() => say('waiting', 'for a leader of etcd'));
        say('etcd', etcd.url);
      }
    }
    nodes = await opening;
    if (nodes?.missing !== undefined) say('network', nodes.missing);
    if (has('apiserver')) {
      served = await serving(ground, nodes!);
      authority = served.pki.authority;
      start('apiserver');
      say('apiserver', served.https.url);
    } else if (remote !== undefined) {
      authority = { certificate: remote.ca };
      supervisor.add({
        id: 'remote',
        start: () => startRemote(host, remote),
        restart: 'permanent',
        shutdownMs: 1_000,
      });
      say('apiserver', remote.server);
    } else if (has('controllers') || options.schedulerPort !== undefined)
      authority = (await patiently(() => createPki(host, { timeoutMs: ETCD_WAIT_MS }))).authority;
    for (const role of ['scheduler', 'controllers'] as const) {
      if (!has(role)) continue;
      start(role);
      const door = await doorOf(ground, role, authority?.certificate ?? '', selection);
      if (door !== undefined) doors.push(door);
      say(role, door?.url ?? '');
    }
    for (const role of ['metrics-server', 'kubelet', 'kube-proxy'] as const) start(role);
    for (const name of onNodes) say(name, `${nodes!.parts(name).nodeIp}, ${options.engine} engine`);
    // A part that neither is nor needs an API to be of use is ready as it is.
    const ready = has('apiserver') || has('kubelet') ? apiReady(host, names('kubelet')) : Promise.resolve();
    return {
      ready,
      stop,
      ...(served === undefined ? {} : { url: served.https.url }),
      ...(etcd === undefined ? {} : { etcdctl: etcd.usage }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `name` in a column of its own. */
export const say = (name: string, what: string): void =>
  void process.stdout.write(`${`${name.padEnd(13)}${what}`.trimEnd()}\n`);

/** A log that cannot be read is no accident that a restart heals: the first failure is the person's to see. */
function startEtcd(host: Host, supervisor: Supervisor, start: () => void): Promise<void> {
  return new Promise((done, reject) => {
    const forget = host.onEnded((at, ended) => {
      if (at.component !== 'etcd' || ended.how !== 'failed') return;
      forget();
      supervisor.kill();
      reject(new Refusal(ended.error instanceof Error ? ended.error.message : String(ended.error)));
    });
    start();
    const look = (): void => {
      if (settled(host.actors().find((actor) => actor.address.component === 'etcd'))) {
        forget();
        return done();
      }
      host.ports.clock.setTimeout(look, 1);
    };
    look();
  });
}

/** It leads, or follows who does: it has read the log, and the others know it. */
const settled = (etcd: ActorHandle | undefined): boolean => {
  const value = etcd?.snapshot().value;
  return value === 'follower' || (typeof value === 'object' && value !== null && 'leader' in value);
};

async function serving({ host, options, dataDir, kubeconfig }: Ground, nodes: Nodes): Promise<Served> {
  const cidr = nodes.serviceCidr === undefined ? {} : { serviceCidr: nodes.serviceCidr };
  const access = apiAccess(host, options);
  try {
    const kept = { pkiDir: `${dataDir}/pki`, kubeconfig, compactionMs: options.etcdCompactionInterval };
    return await patiently(() => serve(host, { port: options.port, ...kept, ...cidr, ...access }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Refusal(
      code === 'EADDRINUSE'
        ? `port ${options.port} is taken by another program: stop it, or use --port 0 for any free one`
        : `the API server cannot start: ${message}`,
    );
  }
}

/** Over a broker etcd may come later than we do. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let said = false; ; said = true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('etcd does not answer'))) throw error;
      if (!said) say('waiting', 'for etcd');
    }
  }
}

/** Resolves when the process is told to stop, or rejects when its supervisor has given up. */
export const untilTold = (host: Host): Promise<void> =>
  new Promise((done, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => done());
    host.onEnded((at, ended) => {
      if (at.component === 'supervisor' && at.name === host.id && ended.how === 'failed')
        reject(new Refusal(`${show(at)} has given up: ${ended.error instanceof Error ? ended.error.message : ''}`));
    });
  });

/** Loaded only for who asks for it. */
async function doorOf(
  { host, options }: Ground,
  role: 'scheduler' | 'controllers',
  ca: string,
  selection: Selection,
): Promise<ComponentDoor | undefined> {
  const port = role === 'scheduler' ? options.schedulerPort : options.controllersPort;
  if (port === undefined) return undefined;
  const { openDoor } = await import('./component/door.ts');
  const { managerPages, schedulerPages } = await import('./component/pages.ts');
  const names = controllers(simAuthority)
    .map(({ name }) => name)
    .filter((name) => isSelected(name, selection));
  const pages = role === 'scheduler' ? schedulerPages(host) : managerPages(host, names);
  return openDoor(host, port, ca, pages).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === 'EADDRINUSE' ? `port ${port} of the ${role} is taken by another program` : error.message,
    );
  });
}

function selectionOf(text: string): Selection {
  const known = controllers(simAuthority).map(({ name }) => name);
  const selection = parseControllers(text, known);
  if (typeof selection === 'string') throw new Refusal(`--controllers ${text}: ${selection}`);
  return selection;
}
