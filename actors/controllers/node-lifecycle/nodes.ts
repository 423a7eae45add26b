//! The machines of all nodes, and what they found: plain tables, kept while the controller runs.
import { address } from '../../../runtime/address.ts';
import type { ActorHandle } from '../../../runtime/host.ts';
import { NODES } from '../../api/resource.ts';
import { parseTime } from '../../api/time.ts';
import type { Lease, Node } from '../../api/types/cluster.ts';
import type { ControllerActors, ControllerIo } from '../../client/protocol.ts';
import { readyOf, STARTUP_GRACE_MS, statusBeat } from './logic.ts';
import { type NodeEvent, type NodeState, nodeMachine } from './machine.ts';
import { Zones, zoneOf } from './zones.ts';

interface Seen {
  readonly actor: ActorHandle<NodeEvent>;
  readonly uid: string;
  zone: string;
  beat: string;
  renewed: string | undefined;
  state: NodeState;
  /** Its turn to be evicted has come, the taint may not be written yet. */
  evicting: boolean;
}

export class Nodes {
  readonly zones = new Zones();
  readonly #seen = new Map<string, Seen>();
  readonly #io: ControllerIo;
  readonly #actors: ControllerActors;
  constructor(io: ControllerIo, actors: ControllerActors) {
    this.#io = io;
    this.#actors = actors;
  }

  isSilent(name: string): boolean {
    return this.#seen.get(name)?.state === 'unreachable';
  }
  /** 0: now; otherwise how long to wait, undefined until its zone is better. */
  turn(name: string): number | undefined {
    const seen = this.#seen.get(name);
    if (seen === undefined) return undefined;
    if (seen.evicting && !this.zones.disrupted) return 0;
    const wait = this.zones.take(name, this.#io.clock.now());
    if (wait === 0) seen.evicting = true;
    return wait;
  }
  /** The taint is there, or is no longer due. */
  settled(name: string): void {
    const seen = this.#seen.get(name);
    if (seen !== undefined) seen.evicting = false;
  }

  saw(node: Node): void {
    const { name, uid } = node.metadata;
    let seen = this.#seen.get(name);
    if (seen !== undefined && seen.uid !== uid) {
      this.gone(name);
      seen = undefined;
    }
    const beat = statusBeat(node);
    if (seen === undefined) return this.#meet(node, beat);
    if (seen.zone !== zoneOf(node)) {
      seen.zone = zoneOf(node);
      this.#note(name, seen);
    }
    if (seen.beat === beat) return;
    seen.beat = beat;
    seen.actor.send({ type: 'status.reported', ready: readyOf(node) });
  }
  renewed({ metadata, spec }: Lease): void {
    const seen = this.#seen.get(metadata.name);
    if (seen === undefined || seen.renewed === spec.renewTime) return;
    seen.renewed = spec.renewTime;
    const node = this.#io.cache(NODES).get(metadata.name);
    const ready = node === undefined ? 'none' : readyOf(node);
    // Found silent, but that could not be written: nothing has to be taken back.
    if (seen.state === 'unreachable' && ready !== 'Unknown') seen.actor.send({ type: 'status.reported', ready });
    else seen.actor.send({ type: 'lease.renewed' });
  }
  gone(name: string): void {
    this.#seen.get(name)?.actor.stop();
    this.#seen.delete(name);
    this.#look(this.zones.forget(name, this.#io.clock.now()));
  }

  #meet(node: Node, beat: string): void {
    const { name, uid, creationTimestamp } = node.metadata;
    const now = this.#io.clock.now();
    const startupMs = Math.max(0, (parseTime(creationTimestamp) ?? now) + STARTUP_GRACE_MS - now);
    let state: NodeState = 'starting';
    const actor = this.#actors.start({
      address: address('node-lifecycle', this.#actors.manager, name),
      machine: nodeMachine,
      input: { ready: readyOf(node), startupMs },
      perform: (effect) => {
        state = effect.state;
        const seen = this.#seen.get(name);
        if (seen !== undefined) this.#judged(name, seen, state);
      },
    });
    const seen: Seen = { actor, uid, zone: zoneOf(node), beat, renewed: undefined, state, evicting: false };
    this.#seen.set(name, seen);
    this.#judged(name, seen, state); // what the machine said while it was started
    this.#io.events.event(
      node,
      'Normal',
      'RegisteredNode',
      `Node ${name} event: Registered Node ${name} in Controller`,
    );
  }
  #judged(name: string, seen: Seen, state: NodeState): void {
    seen.state = state;
    this.#note(name, seen);
    this.#io.enqueue(name);
  }
  #note(name: string, { zone, state }: Seen): void {
    this.#look(this.zones.note(name, zone, state === 'healthy', this.#io.clock.now()));
  }
  #look(names: readonly string[]): void {
    for (const name of names) this.#io.enqueue(name);
  }
}
