//! How fast nodes may be evicted: by zone, slower when a zone breaks, not at all when everything seems to be broken.
import type { Node } from '../../api/types/cluster.ts';

const RATE = 0.1; // a second: one node every ten
const SECONDARY_RATE = 0.01;
const LARGE_ZONE = 50;
const UNHEALTHY = 0.55;

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';
export function zoneState(ready: number, unready: number): ZoneState {
  if (ready + unready === 0) return 'Initial';
  if (ready === 0) return 'FullDisruption';
  return unready > 2 && unready / (ready + unready) >= UNHEALTHY ? 'PartialDisruption' : 'Normal';
}
/** Nodes a second. A zone that is down as a whole, while others live, is evicted like any: it is really gone. */
export function evictionRate(state: ZoneState, size: number): number {
  if (state !== 'PartialDisruption') return RATE;
  return size > LARGE_ZONE ? SECONDARY_RATE : 0;
}
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const region = labels['topology.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}/${zone}`;
}

interface Zone {
  readonly ready: Set<string>;
  readonly unready: Set<string>;
  state: ZoneState;
  /** A token bucket of one. */
  tokens: number;
  countedAt: number;
}

/** No call costs more than the number of zones. */
export class Zones {
  readonly #zones = new Map<string, Zone>();
  readonly #zoneOfNode = new Map<string, string>();
  #disrupted = false;

  /** Every zone is down: more likely this end of the network is. */
  get disrupted(): boolean {
    return this.#disrupted;
  }
  state(zone: string): ZoneState {
    return this.#zones.get(zone)?.state ?? 'Initial';
  }
  /** The unready nodes for which other rules hold now. */
  note(node: string, zone: string, ready: boolean, now: number): readonly string[] {
    const before = this.#zoneOfNode.get(node);
    if (before !== undefined && before !== zone) this.forget(node, now);
    this.#zoneOfNode.set(node, zone);
    let at = this.#zones.get(zone);
    if (at === undefined) {
      at = { ready: new Set(), unready: new Set(), state: 'Initial', tokens: 1, countedAt: now };
      this.#zones.set(zone, at);
    }
    at[ready ? 'unready' : 'ready'].delete(node);
    at[ready ? 'ready' : 'unready'].add(node);
    return this.#judge(zone, at, now);
  }
  forget(node: string, now: number): readonly string[] {
    const zone = this.#zoneOfNode.get(node);
    const at = zone === undefined ? undefined : this.#zones.get(zone);
    if (zone === undefined || at === undefined) return [];
    this.#zoneOfNode.delete(node);
    at.ready.delete(node);
    at.unready.delete(node);
    if (at.ready.size + at.unready.size === 0) this.#zones.delete(zone);
    return this.#judge(zone, at, now);
  }
  /** 0: go ahead, and that was this one's turn. Undefined: not while the zone is as it is. */
  take(node: string, now: number): number | undefined {
    const at = this.#zones.get(this.#zoneOfNode.get(node) ?? '');
    if (at === undefined || this.#disrupted) return undefined;
    this.#fill(at, now);
    const rate = rateOf(at);
    if (rate === 0) return undefined;
    // Tokens are fractions: what is missing by rounding is not worth another wait.
    if (at.tokens < 1 - 1e-6) return Math.ceil(((1 - at.tokens) / rate) * 1_000);
    at.tokens = 0;
    return 0;
  }

  #fill(at: Zone, now: number): void {
    at.tokens = Math.min(1, at.tokens + ((now - at.countedAt) / 1_000) * rateOf(at));
    at.countedAt = now;
  }
  #judge(zone: string, at: Zone, now: number): readonly string[] {
    const state = zoneState(at.ready.size, at.unready.size);
    const changed = state !== at.state;
    if (changed) {
      this.#fill(at, now);
      at.state = state;
    }
    const before = this.#disrupted;
    this.#disrupted = this.#zones.size > 0 && [...this.#zones.values()].every((one) => one.state === 'FullDisruption');
    if (before !== this.#disrupted) return [...this.#zones.values()].flatMap((one) => [...one.unready]);
    return changed && this.#zones.has(zone) ? [...at.unready] : [];
  }
}
const rateOf = (at: Zone): number => evictionRate(at.state, at.ready.size + at.unready.size);
