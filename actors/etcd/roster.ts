//! Who the members are, who leads and which alarms are raised: what the log's member records add up to.
import { hash64 } from './ids.ts';
import type { MemberEvent } from './member-event.ts';
import type { Alarm, Member } from './protocol.ts';

export interface RosterState {
  readonly members: readonly (readonly [name: string, clientUrls: readonly string[]])[];
  readonly alarms: readonly (readonly [member: string, alarm: Alarm])[];
  /** '': none. */
  readonly leader: string;
  readonly heir: string | undefined;
  readonly term: number;
  readonly leaseMs: number;
}
/** Of each alarm at most one a member: bounded by the members, and these by this. */
export const MEMBERS_MAX = 100;

export class Roster {
  readonly #members = new Map<string, readonly string[]>();
  readonly #alarms = new Set<string>();
  leader: string | undefined;
  /** Whom the last leader named when it resigned; '': whoever is first. Undefined: it did not resign. */
  heir: string | undefined;
  /** Counts leaders. 0: there has not been one. */
  term = 0;
  leaseMs = 0;

  apply(event: MemberEvent): void {
    switch (event.type) {
      case 'lead':
        this.leader = event.member;
        this.heir = undefined;
        this.term = event.term;
        this.leaseMs = event.leaseMs;
        return;
      case 'heartbeat':
        return;
      case 'resign':
        if (event.term !== this.term) return;
        this.leader = undefined;
        this.heir = event.to;
        return;
      case 'join':
        this.#members.set(event.member, event.clientUrls);
        return;
      case 'leave':
        this.#members.delete(event.member);
        for (const alarm of ALARMS) this.#alarms.delete(tag(idOf(event.member), alarm));
        return;
      case 'alarm':
        if (event.action === 'activate') this.#alarms.add(tag(event.member, event.alarm));
        else this.#alarms.delete(tag(event.member, event.alarm));
        return;
    }
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }
  get full(): boolean {
    return this.#members.size >= MEMBERS_MAX;
  }
  members(): readonly Member[] {
    return [...this.#members].map(([name, clientUrls]) => ({
      id: idOf(name),
      name,
      clientUrls,
      leader: name === this.leader,
    }));
  }
  /** By name or id. */
  find(member: string): string | undefined {
    return [...this.#members.keys()].find((name) => name === member || idOf(name) === member);
  }
  alarms(): readonly { readonly member: string; readonly alarm: Alarm }[] {
    return [...this.#alarms].map((text) => {
      const [alarm, member] = text.split(' ') as [Alarm, string];
      return { member, alarm };
    });
  }
  raised(alarm: Alarm): boolean {
    return this.#alarms.size > 0 && this.alarms().some((one) => one.alarm === alarm);
  }

  state(): RosterState {
    return {
      members: [...this.#members],
      alarms: this.alarms().map(({ member, alarm }) => [member, alarm]),
      leader: this.leader ?? '',
      heir: this.heir,
      term: this.term,
      leaseMs: this.leaseMs,
    };
  }
  restore({ members, alarms, leader, heir, term, leaseMs }: RosterState): void {
    for (const [name, clientUrls] of members) this.#members.set(name, clientUrls);
    for (const [member, alarm] of alarms) this.#alarms.add(tag(member, alarm));
    this.leader = leader || undefined;
    this.heir = heir ?? undefined;
    this.term = term;
    this.leaseMs = leaseMs;
  }
}
const ALARMS: readonly Alarm[] = ['nospace', 'corrupt'];
const tag = (member: string, alarm: Alarm): string => `${alarm} ${member}`;
/** Of a member's name: u64 in decimal, as etcd's ids are. */
export const idOf = (name: string): string => String(hash64(`member ${name}`));
