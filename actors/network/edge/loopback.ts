//! Addresses in 127/8: Linux lets any process bind them, so a pod is told apart by its address alone.
import { ok, type Result } from '../../../runtime/fault.ts';
import { Ipam } from '../ipam.ts';
import { boundPort } from '../logic.ts';
import type { NetworkPlan, NodeAddresses, NodeNetwork, PodAddress } from '../protocol.ts';

export class LoopbackNetwork implements NodeNetwork {
  readonly plan: NetworkPlan;
  readonly addresses: NodeAddresses;
  readonly #ipam: Ipam;
  constructor(plan: NetworkPlan, addresses: NodeAddresses) {
    this.plan = plan;
    this.addresses = addresses;
    this.#ipam = new Ipam(addresses.podCidr);
  }
  adopt(pods: readonly { readonly podUid: string; readonly ip: string }[], done: (result: Result<void>) => void): void {
    for (const { podUid, ip } of pods) this.#ipam.adopt(podUid, ip);
    done(ok(undefined));
  }
  join(podUid: string, done: (result: Result<PodAddress>) => void): void {
    const taken = this.#ipam.take(podUid);
    done(taken.ok ? ok({ ip: taken.value }) : taken);
  }
  leave(podUid: string, done: (result: Result<void>) => void): void {
    this.#ipam.release(podUid);
    done(ok(undefined));
  }
  serve(_ip: string, done: (result: Result<void>) => void): void {
    done(ok(undefined));
  }
  unserve(_ip: string, done: (result: Result<void>) => void): void {
    done(ok(undefined));
  }
  boundPort(ip: string, port: number): number {
    return boundPort(this.plan, ip, port);
  }
}
