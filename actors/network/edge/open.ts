//! Decides what network this machine allows and takes a slot for a cluster.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { isFree, nodeAddresses, planNetwork, routesOf, slots } from '../logic.ts';
import type { ClusterNetwork, NetworkMode, NetworkPlan } from '../protocol.ts';
import { LoopbackNetwork } from './loopback.ts';
import { makeBridge, openNamespaces, removeCluster } from './namespaces.ts';
import { type Owner, Registry, registryDir } from './registry.ts';

export interface NetworkOptions {
  /** Names the cluster on this machine: its name and its data directory or broker. */
  readonly key: string;
  /** The cluster's data directory: once it is gone, so is the reservation of addresses. */
  readonly home?: string;
  /** What the cluster has stored depends on it (ClusterIPs, podCIDRs): taken even from a dead cluster's reservation. */
  readonly slot?: number;
  /** Absent: what the machine allows. */
  readonly mode?: NetworkMode;
  /** The lowest port that may be bound on loopback. Absent: what the machine says. */
  readonly firstPort?: number;
  /** For tests. */
  readonly registry?: string;
}

/** Which network this machine allows, and in one sentence what is missing for namespaces. */
export function detectNetwork(): { readonly mode: NetworkMode; readonly missing?: string } {
  const lacks = (what: string) => ({
    mode: 'loopback' as const,
    missing: `pods get loopback addresses instead of network namespaces: ${what}`,
  });
  if (process.platform !== 'linux') return lacks('this is not Linux');
  if (process.getuid?.() !== 0) return lacks('that needs root');
  const version = spawnSync('ip', ['-Version'], { stdio: 'ignore' });
  if (version.error) return lacks('the program `ip` (package iproute2) is missing');
  const tried = spawnSync('unshare', ['--net', '--mount', '--uts', 'true'], { encoding: 'utf8' });
  if (tried.error) return lacks('the program `unshare` (package util-linux) is missing');
  if (tried.status !== 0) return lacks(`this container may not make namespaces (${tried.stderr.trim()})`);
  return { mode: 'namespaces' };
}

/** Takes the cluster's slot on this machine, the same as before when it had one, and makes the bridge. */
export function openNetwork(options: NetworkOptions, done: (result: Result<ClusterNetwork>) => void): void {
  const detected = options.mode === undefined ? detectNetwork() : { mode: options.mode };
  const registry = new Registry(options.registry ?? `${registryDir()}/${detected.mode}`);
  const owner: Owner = { key: options.key, ...(options.home === undefined ? {} : { home: options.home }) };
  const rival = options.slot === undefined ? undefined : rivalOf(registry, owner, options.slot);
  if (rival && release(registry, detected.mode, options.slot!, rival, () => openNetwork(options, done))) return;
  const plan = claim(registry, owner, detected.mode, options.firstPort ?? lowestPort(), options.slot);
  if (plan === undefined) {
    const dead = [...registry.owners()].find(([slot]) => !registry.alive(slot));
    if (dead === undefined || !release(registry, detected.mode, ...dead, () => openNetwork(options, done)))
      done(fail('Busy', 'no address range is free on this machine: all slots are taken by other clusters'));
    return;
  }
  registry.enter(plan.slot);
  const opened = ok(new MachineNetwork(registry, plan, detected.missing));
  if (plan.mode === 'loopback') return done(opened);
  makeBridge(plan, (made) => {
    if (!made.ok) registry.leave(plan.slot);
    done(made.ok ? opened : made);
  });
}

/** A dead cluster that has the slot, unless this one has one of its own already. */
function rivalOf(registry: Registry, { key }: Owner, slot: number): Owner | undefined {
  const owners = registry.owners();
  const placed = [...owners.values()].some((owner) => owner.key === key);
  return placed || registry.alive(slot) ? undefined : owners.get(slot);
}

function claim(
  registry: Registry,
  owner: Owner,
  mode: NetworkMode,
  firstPort: number,
  wish: number | undefined,
): NetworkPlan | undefined {
  const wishes = wish === undefined ? slots() : [wish, ...slots()];
  for (let attempt = 0; attempt < 100; attempt++) {
    // The machine's ranges first, reservations after: a bridge seen here has had its reservation before.
    const used = usedRanges(mode);
    const owners = registry.owners();
    for (const [slot, held] of owners) if (held.key === owner.key) return planNetwork(mode, slot, firstPort);
    for (const [slot, held] of owners)
      if (isVoid(held.home) && !registry.alive(slot)) release(registry, mode, slot, held);
    const free = wishes.find((slot) => !owners.has(slot) && isFree(planNetwork(mode, slot), used));
    if (free !== undefined) {
      if (registry.reserve(free, owner)) return planNetwork(mode, free, firstPort);
      continue;
    }
    return undefined;
  }
  return undefined;
}
/** ip(7), capabilities(7): below it a port needs CAP_NET_BIND_SERVICE, which we take for granted as root only. */
function lowestPort(): number {
  if (process.getuid === undefined || process.getuid() === 0) return 0;
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return 1_024; // not Linux
  }
}
const isVoid = (home: string | undefined): boolean => home !== undefined && !existsSync(home);
function release(registry: Registry, mode: NetworkMode, slot: number, owner: Owner, then = (): void => {}): boolean {
  return registry.release(slot, owner, then, (done) => {
    if (mode === 'namespaces') removeCluster(planNetwork(mode, slot), done);
    else done();
  });
}

function usedRanges(mode: NetworkMode): readonly string[] {
  if (mode === 'loopback') return []; // every address of 127/8 is there for everybody
  const links = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = links.filter(({ family }) => family === 'IPv4').map(({ cidr, address }) => cidr ?? address);
  return [...own, ...routesOf(readFileSync('/proc/net/route', 'utf8'))];
}

class MachineNetwork implements ClusterNetwork {
  readonly plan: NetworkPlan;
  declare readonly missing?: string;
  readonly #registry: Registry;
  constructor(registry: Registry, plan: NetworkPlan, missing: string | undefined) {
    this.#registry = registry;
    this.plan = plan;
    if (missing !== undefined) this.missing = missing;
  }
  node(name: string, done: Parameters<ClusterNetwork['node']>[1]): void {
    const index = this.#registry.nodeIndex(this.plan.slot, name);
    if (index === undefined) return done(fail('Busy', 'no address is left for another node of this cluster'));
    const addresses = nodeAddresses(this.plan, name, index);
    if (this.plan.mode === 'loopback') return done(ok(new LoopbackNetwork(this.plan, addresses)));
    openNamespaces(this.plan, addresses, done);
  }
  close(done: () => void): void {
    this.#registry.leave(this.plan.slot);
    if (this.plan.mode === 'loopback' || this.#registry.alive(this.plan.slot)) return done();
    removeCluster(this.plan, done);
  }
}
