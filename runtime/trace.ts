//! What an actor did, one record a transition. Costs nothing until somebody looks, and then only for whom they look at.
import { type Actor, type AnyActorLogic, type AnyMachineSnapshot, type InspectionEvent, StateMachine } from 'xstate';
import { type Address, show } from './address.ts';
import type { Host, Observer } from './host.ts';
import type { Delivery, Message, Meta } from './ports.ts';

export interface TraceRecord extends Message {
  readonly type: 'trace.record';
  /** As shown: `pod/default/web-0`. */
  readonly actor: string;
  readonly host: string;
  /** Of this actor, since it is looked at. */
  readonly seq: number;
  /** Milliseconds since 1970, real or virtual. */
  readonly at: number;
  /** `<actor>#<seq>` of the transition that sent the message, or the actor that did; absent: a timer, an edge. */
  readonly cause?: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  /** Events of the steps after the first: raised, or '' for `always`. */
  readonly microsteps: readonly string[];
  readonly actions: readonly string[];
  /** `<subject> <type>` of each message that its effects sent. */
  readonly sent: readonly string[];
  /** Guards that said no before a transition was found. */
  readonly refused: readonly string[];
  /** No state of the chart knows the event. */
  readonly ignored: boolean;
}

/** `serving`, `running.probing`, of parallel regions `a.on|b.off`. */
export function showState(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const parts = Object.entries(value).map(([key, inner]) => {
    const shown = showState(inner);
    return shown === '' ? key : `${key}.${shown}`;
  });
  return parts.join('|');
}

interface Open {
  readonly event: string;
  readonly at: number;
  readonly cause: string | undefined;
  readonly before: AnyMachineSnapshot | undefined;
  readonly from: string;
  readonly microsteps: string[];
  readonly actions: string[];
  readonly sent: string[];
  refused: readonly string[];
  ignored: boolean;
}
interface Looked {
  readonly name: string;
  seq: number;
  open: Open | undefined;
}

/** Makes records of what a host's actors do and hands them on at once, in order. */
export class Tracer implements Observer {
  readonly #host: Host;
  readonly #wants: (actor: string) => boolean;
  readonly #onRecord: (record: TraceRecord, of: Address) => void;
  readonly #looked = new Map<Address, Looked>();
  readonly #causes = new WeakMap<object, string>();
  /** Events that no state of a chart knew: `<component> <event>` and how often. In a test: none. */
  readonly unhandled = new Map<string, number>();

  constructor(host: Host, wants: (actor: string) => boolean, onRecord: (record: TraceRecord, of: Address) => void) {
    this.#host = host;
    this.#wants = wants;
    this.#onRecord = onRecord;
  }

  wants(address: Address): boolean {
    return this.#wants(show(address));
  }
  received(_: Address, event: object, { cause, from }: Delivery): void {
    const why = cause ?? from;
    if (why !== undefined) this.#causes.set(event, why);
  }
  sent(address: Address, subject: string, message: Message): void {
    this.#looked.get(address)?.open?.sent.push(`${subject} ${message.type}`);
  }
  meta(address: Address): Meta {
    const looked = this.#look(address);
    return { from: looked.name, cause: `${looked.name}#${looked.seq + 1}` };
  }

  inspected(address: Address, inspection: InspectionEvent): void {
    const actor = inspection.actorRef as Actor<AnyActorLogic>;
    // Private children of a chart are part of their parent: only the root has an address.
    if (actor._parent !== undefined) return;
    const looked = this.#look(address);
    if (inspection.type === '@xstate.event') looked.open = this.#begin(actor, inspection.event);
    const open = looked.open;
    if (open === undefined) return; // looked at from the middle of a transition on
    if (inspection.type === '@xstate.action') open.actions.push(actionName(inspection.action));
    else if (inspection.type === '@xstate.microstep') this.#step(address, open, actor, inspection);
    else if (inspection.type === '@xstate.snapshot') {
      looked.open = undefined;
      const to = inspection.snapshot as AnyMachineSnapshot;
      this.#onRecord(this.#record(looked, open, showState(to.value)), address);
      if (to.status !== 'active') this.#looked.delete(address);
    }
  }

  #begin(actor: Actor<AnyActorLogic>, event: { readonly type: string }): Open {
    const initial = event.type === 'xstate.init';
    const before = actor.getSnapshot() as AnyMachineSnapshot;
    return {
      event: event.type,
      at: this.#host.ports.clock.now(),
      cause: this.#causes.get(event),
      before: initial ? undefined : before,
      from: initial ? '' : showState(before.value),
      microsteps: [],
      actions: [],
      sent: [],
      refused: [],
      ignored: false,
    };
  }

  #step(
    address: Address,
    open: Open,
    actor: Actor<AnyActorLogic>,
    inspection: Extract<InspectionEvent, { type: '@xstate.microstep' }>,
  ): void {
    const { event, _transitions: taken } = inspection;
    if (open.before === undefined || open.ignored || event.type !== open.event || open.microsteps.length > 0) {
      open.microsteps.push(event.type === open.event ? '' : event.type);
      return;
    }
    open.microsteps.push(event.type);
    if (!(actor.logic instanceof StateMachine)) return;
    open.refused = refusedGuards(open.before, event.type, taken);
    if (taken.length > 0 || open.refused.length > 0 || event.type.startsWith('xstate.')) return;
    open.ignored = true;
    const key = `${address.component} ${event.type}`;
    this.unhandled.set(key, (this.unhandled.get(key) ?? 0) + 1);
  }

  #record(looked: Looked, open: Open, to: string): TraceRecord {
    const { event, from, at, cause, actions, sent, refused, ignored } = open;
    const { name: actor } = looked;
    const seq = ++looked.seq;
    return {
      type: 'trace.record',
      actor,
      host: this.#host.id,
      seq,
      at,
      ...(cause === undefined ? {} : { cause }),
      event,
      from,
      to,
      microsteps: open.microsteps.slice(1),
      actions,
      sent,
      refused,
      ignored,
    };
  }

  #look(address: Address): Looked {
    let looked = this.#looked.get(address);
    if (looked === undefined) {
      looked = { name: show(address), seq: 0, open: undefined };
      this.#looked.set(address, looked);
    }
    return looked;
  }
}

function actionName(action: { readonly type: string; readonly params?: unknown }): string {
  if (action.type !== 'xstate.emit') return action.type;
  return `emit ${(action.params as { event?: { type?: string } } | undefined)?.event?.type ?? '?'}`;
}

interface Candidate {
  readonly guard?: unknown;
}
interface Node {
  readonly transitions: ReadonlyMap<string, readonly Candidate[]>;
  readonly parent?: Node;
  readonly type: string;
}

/** XState tries candidates from the innermost state outwards: those with a guard before the one taken said no. */
function refusedGuards(before: AnyMachineSnapshot, event: string, taken: readonly unknown[]): readonly string[] {
  const refused: string[] = [];
  const seen = new Set<Node>();
  for (const leaf of before._nodes as unknown as readonly Node[]) {
    if (leaf.type === 'compound' || leaf.type === 'parallel') continue;
    walk: for (let node: Node | undefined = leaf; node !== undefined; node = node.parent) {
      if (seen.has(node)) break;
      seen.add(node);
      for (const candidate of node.transitions.get(event) ?? []) {
        if (taken.includes(candidate)) break walk;
        if (candidate.guard !== undefined) refused.push(guardName(candidate.guard));
      }
    }
  }
  return refused;
}
const guardName = (guard: unknown): string =>
  typeof guard === 'string' ? guard : ((guard as { readonly type?: string }).type ?? 'a guard without a name');

const COLUMNS = [24, 28, 24] as const;
/** One line: time, actor, states, event, what it did. */
export function formatTrace(record: TraceRecord): string {
  const { from, to, at, actor, event, ignored, refused } = record;
  const states = from === to ? to : from === '' ? `→ ${to}` : `${from} → ${to}`;
  const [first, second, third] = COLUMNS;
  const did = [
    ...(ignored ? ['(unknown here)'] : []),
    ...refused.map((guard) => `not ${guard}`),
    ...record.actions.filter((action) => !action.startsWith('xstate.')),
    ...record.sent.map((sent) => `> ${sent}`),
  ];
  const time = new Date(at).toISOString().slice(11, 23);
  const cells = [time, actor.padEnd(first), states.padEnd(second), event.padEnd(third), did.join(', ')];
  return cells.join(' ').trimEnd();
}
