//! A network namespace a pod, joined by the cluster's bridge on this machine.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { Ipam } from '../ipam.ts';
import {
  bridgeLines,
  bridgeRemovalLines,
  isIpv4,
  netnsName,
  netnsPrefix,
  overlaps,
  podInsideLines,
  podLines,
  podRemovalLines,
} from '../logic.ts';
import type { NetworkPlan, NodeAddresses, NodeNetwork, PodAddress } from '../protocol.ts';
import { runIp } from './ip.ts';

const NETNS_DIR = '/run/netns';
const namespaces = (prefix: string): readonly string[] => {
  try {
    return readdirSync(NETNS_DIR).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
};

/** There already is as good as made: several processes make it. */
export function makeBridge(plan: NetworkPlan, done: (result: Result<void>) => void): void {
  const there = [`link show dev ${plan.bridge}`, `addr show dev ${plan.bridge} to ${plan.gatewayIp}`];
  runIp([{ lines: bridgeLines(plan), force: true }, { lines: there }], done);
}
/** The bridge with its addresses, and every pod's namespace with whatever still runs in it. */
export function removeCluster(plan: NetworkPlan, done: () => void): void {
  const names = namespaces(netnsPrefix(plan));
  const gone = names.map((name) => `netns del ${name}`);
  for (const name of names) {
    const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
    for (const pid of (stdout ?? '').split('\n').map(Number)) if (pid > 1) kill(pid);
  }
  runIp([{ lines: [...gone, ...bridgeRemovalLines(plan)], force: true }], () => done());
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {} // gone by itself
}

export function openNamespaces(
  plan: NetworkPlan,
  addresses: NodeAddresses,
  done: (result: Result<NodeNetwork>) => void,
): void {
  const network = new NamespaceNetwork(plan, addresses);
  const own = `addr replace ${addresses.nodeIp}/32 dev ${plan.bridge}`;
  runIp([{ lines: [own] }], (result) => done(result.ok ? ok(network) : result));
}

class NamespaceNetwork implements NodeNetwork {
  readonly plan: NetworkPlan;
  readonly addresses: NodeAddresses;
  readonly #ipam: Ipam;
  readonly #joined = new Set<string>();
  readonly #changes: { readonly line: string; readonly done: (result: Result<void>) => void }[] = [];
  #changing = false;
  constructor(plan: NetworkPlan, addresses: NodeAddresses) {
    this.plan = plan;
    this.addresses = addresses;
    this.#ipam = new Ipam(addresses.podCidr);
  }
  adopt(pods: readonly { readonly podUid: string; readonly ip: string }[], done: (result: Result<void>) => void): void {
    const there = new Set(namespaces(netnsPrefix(this.plan, this.addresses.index)));
    for (const { podUid, ip } of pods) {
      if (!this.#ipam.adopt(podUid, ip)) continue;
      if (there.delete(this.#name(podUid))) this.#joined.add(podUid);
    }
    if (there.size === 0) return done(ok(undefined));
    runIp([{ lines: [...there].map((name) => `netns del ${name}`), force: true }], done);
  }
  join(podUid: string, done: (result: Result<PodAddress>) => void): void {
    if (!/^[\w-]{1,200}$/.test(podUid)) return done(fail('Invalid', `not a pod's uid: ${podUid}`));
    const taken = this.#ipam.take(podUid);
    if (!taken.ok) return done(taken);
    const ip = taken.value;
    const name = this.#name(podUid);
    const address: PodAddress = { ip, netns: `${NETNS_DIR}/${name}` };
    if (this.#joined.has(podUid)) return done(ok(address));
    const batches = [{ lines: podLines(this.plan, name, ip) }, { lines: podInsideLines(this.plan, ip), netns: name }];
    runIp(batches, (result) => {
      if (result.ok) {
        this.#joined.add(podUid);
        return done(ok(address));
      }
      this.leave(podUid, () => done(result));
    });
  }
  leave(podUid: string, done: (result: Result<void>) => void): void {
    const ip = this.#ipam.of(podUid);
    if (ip === undefined) return done(ok(undefined));
    this.#joined.delete(podUid);
    // Freed only once the link is gone: its next owner makes one of the same name.
    runIp([{ lines: podRemovalLines(this.plan, this.#name(podUid), ip), force: true }], (result) => {
      this.#ipam.release(podUid);
      done(result);
    });
  }
  serve(ip: string, done: (result: Result<void>) => void): void {
    if (!isIpv4(ip)) return done(fail('Invalid', `not an IPv4 address: ${ip}`));
    // Only our own range: an external IP is on the machine or it is not ours to add.
    if (!overlaps(this.plan.serviceCidr, ip)) return done(ok(undefined));
    this.#change(`addr replace ${ip}/32 dev ${this.plan.bridge}`, done);
  }
  unserve(ip: string, done: (result: Result<void>) => void): void {
    if (!isIpv4(ip) || !overlaps(this.plan.serviceCidr, ip)) return done(ok(undefined));
    // Another proxy of this machine may have been faster.
    this.#change(`addr del ${ip}/32 dev ${this.plan.bridge}`, () => done(ok(undefined)));
  }
  boundPort(_ip: string, port: number): number {
    return port;
  }
  /** Thousands of services at a start: while one batch runs, the next gathers. In order: the last word counts. */
  #change(line: string, done: (result: Result<void>) => void): void {
    this.#changes.push({ line, done });
    if (this.#changing) return;
    this.#changing = true;
    queueMicrotask(() => this.#flush());
  }
  #flush(): void {
    const batch = this.#changes.splice(0);
    if (batch.length === 0) {
      this.#changing = false;
      return;
    }
    runIp([{ lines: batch.map(({ line }) => line), force: true }], (result) => {
      for (const { done } of batch) done(result);
      this.#flush();
    });
  }
  #name(podUid: string): string {
    return netnsName(this.plan, this.addresses.index, podUid);
  }
}
