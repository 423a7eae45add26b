//! What nodes of a real cluster stand on: addresses on this machine, an engine, sockets for Services.
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../../runtime/host.ts';
import { startProcessEngine } from '../../engine/process/index.ts';
import { startSimulatedEngine } from '../../engine/simulated/index.ts';
import { SocketDataplane } from '../../kube-proxy/edge/dataplane.ts';
import { openNetwork } from '../../network/edge/open.ts';
import type { ClusterNetwork, NodeNetwork } from '../../network/protocol.ts';
import type { NodeParts } from '../index.ts';
import type { Ground } from './ground.ts';
import { Refusal } from './refusal.ts';
import { keepSlot, keptSlot } from './slot.ts';

export interface Nodes {
  /** ClusterIPs that this machine can bind; absent: nothing here needs to. */
  readonly serviceCidr?: string;
  /** Said once. */
  readonly missing?: string;
  parts(name: string): NodeParts;
  close(): Promise<void>;
}

/** `names`: the nodes of this process. */
export function openNodes(ground: Ground, names: readonly string[]): Promise<Nodes> {
  if (ground.options.engine === 'process') return openProcessNodes(ground, names);
  return ground.options.nats === undefined ? openSimulatedNodes(names) : openJoinedSimulatedNodes(ground, names);
}

async function openProcessNodes(ground: Ground, names: readonly string[]): Promise<Nodes> {
  const network = await open(ground);
  const nodes = new Map(await Promise.all(names.map(async (name) => [name, await nodeOf(network, name)] as const)));
  const { clock, logger } = ground.host.ports;
  return {
    serviceCidr: network.plan.serviceCidr,
    ...(network.missing === undefined ? {} : { missing: network.missing }),
    parts: (name) => {
      const node = nodes.get(name)!;
      return {
        nodeIp: node.addresses.nodeIp,
        startEngine: (host: Host) =>
          startProcessEngine(host, { node: name, stateDir: join(ground.dataDir, 'nodes', name), network: node }),
        dataplane: () => new SocketDataplane({ network: node, clock, logger }),
      };
    },
    close: () => new Promise((done) => network.close(done)),
  };
}

/** In one process: as many as wanted, numbered in 10/8, where nothing is ever sent. */
async function openSimulatedNodes(names: readonly string[]): Promise<Nodes> {
  const numbers = new Map(names.map((name, i) => [name, i + 1]));
  return {
    parts: (name) => {
      const number = numbers.get(name)!;
      const [high, low] = [number >> 8, number & 255];
      return simulated(name, `10.0.${high}.${low}`, `10.${128 + high}.${low}.0/24`);
    },
    close: async () => {},
  };
}

/** Over a broker several processes must not give out the same addresses: the machine's registry numbers them. */
async function openJoinedSimulatedNodes(ground: Ground, names: readonly string[]): Promise<Nodes> {
  if (names.length === 0) return openSimulatedNodes(names);
  const network = await open(ground, 'loopback');
  const nodes = new Map(await Promise.all(names.map(async (name) => [name, await nodeOf(network, name)] as const)));
  return {
    parts: (name) => {
      const { nodeIp, podCidr } = nodes.get(name)!.addresses;
      return simulated(name, nodeIp, podCidr);
    },
    close: () => new Promise((done) => network.close(done)),
  };
}

const simulated = (node: string, nodeIp: string, podCidr: string): NodeParts => ({
  nodeIp,
  startEngine: (host) =>
    startSimulatedEngine(host, {
      node,
      nodeIp,
      podCidr,
      cpuMilli: Math.max(4, cpus().length) * 1_000,
      memoryBytes: totalmem(),
    }),
});

const open = ({ options, dataDir }: Ground, mode?: 'loopback'): Promise<ClusterNetwork> =>
  new Promise((done, reject) => {
    const key = `${options.cluster} ${options.nats ?? dataDir}`;
    const slot = keptSlot(dataDir);
    const asked = { ...(mode === undefined ? {} : { mode }), ...(slot === undefined ? {} : { slot }) };
    openNetwork({ key, home: dataDir, ...asked }, (result) => {
      if (!result.ok) return reject(new Refusal(result.fault.message));
      if (slot === undefined) keepSlot(dataDir, result.value.plan.slot);
      done(result.value);
    });
  });
const nodeOf = (network: ClusterNetwork, name: string): Promise<NodeNetwork> =>
  new Promise((done, reject) => {
    network.node(name, (result) => (result.ok ? done(result.value) : reject(new Refusal(result.fault.message))));
  });
