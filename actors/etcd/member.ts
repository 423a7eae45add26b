//! One member between its log and its store: follows what others append, or leads and appends itself. Its chart
//! (machine.ts) says when; requests are served.ts' matter.
import { inbox } from '../../runtime/address.ts';
import { fail, type Result } from '../../runtime/fault.ts';
import type { Self } from '../../runtime/host.ts';
import { atMost, LONG_AGO, type Moment, momentOf, steadyNow } from '../../runtime/moment.ts';
import type { Delivery, Log, Stop } from '../../runtime/ports.ts';
import { Expiry, lastCheckpoints } from './expiry.ts';
import { toLeader } from './forward.ts';
import type { EtcdEvent } from './machine.ts';
import type { MemberEvent } from './member-event.ts';
import type { EtcdLimits, MemberOptions } from './options.ts';
import { Patience } from './patience.ts';
import { ETCD, memberAddress } from './protocol.ts';
import { Publisher } from './publisher.ts';
import { encodeRecord } from './record.ts';
import { Retention } from './retention.ts';
import { idOf, Roster, type RosterState } from './roster.ts';
import { Snapshots } from './snapshots.ts';
import { type Executed, Store, type StoreOptions } from './store.ts';
import { WatchHub } from './watches.ts';
import { type Asked, faulty, type Left, Writer } from './writer.ts';

/** What its requests may ask of it. */
export type Mode = 'recovering' | 'following' | 'leading' | 'steppingDown' | 'removed' | 'over';
export interface MemberPorts {
  readonly self: Self<EtcdEvent>;
  readonly log: Log;
  readonly options: MemberOptions;
  readonly limits: EtcdLimits;
  readonly store: StoreOptions;
  /** The mode is another; `left`: whom the writer before did not answer. */
  readonly changed: (left: Left) => void;
  /** A follower has read on. */
  readonly applied: (sequence: number) => void;
  readonly receive: (delivery: Delivery) => void;
}

export class Member {
  readonly #ports: MemberPorts;
  readonly #self: Self<EtcdEvent>;
  readonly #log: Log;
  readonly hub: WatchHub;
  /** For all that is timed: leases, history, answers. */
  readonly now: () => number;
  readonly #expiry: Expiry;
  readonly #publisher: Publisher;
  readonly #patience: Patience;
  #retention!: Retention;
  mode: Mode = 'recovering';
  store!: Store;
  roster!: Roster;
  writer: Writer | undefined;
  /** The log's last record that the store has, while it does not lead. */
  #applied = 0;
  /** Callbacks of a log as it was recovered before mean nothing any more. */
  #life = 0;
  #ledTerm = 0;
  #wonAt: Moment = LONG_AGO;
  readonly #snapshots: Snapshots;
  /** Its alarm is on the way to the log. */
  #alarming = false;
  #unlisten: Stop | undefined;
  #heart: unknown;

  constructor(ports: MemberPorts) {
    this.#ports = ports;
    this.#self = ports.self;
    this.#log = ports.log;
    const { clock, random } = ports.self;
    this.now = steadyNow(clock);
    this.#fresh();
    this.hub = new WatchHub({ mvcc: this.store.mvcc, revision: 0, clock });
    this.#expiry = new Expiry(clock, this.now, (command) => this.writer?.submit(command, () => {}));
    this.#publisher = new Publisher(clock, this.now, (subject, message) => ports.self.publish(subject, message));
    this.#snapshots = new Snapshots(ports.log, this.now, ports.self.logger);
    this.#patience = new Patience({
      clock,
      random,
      self: this.name,
      leaseMs: ports.options.leaseMs,
      roster: () => this.roster,
      silent: () => this.#send({ type: 'leader.silent' }),
    });
  }
  get name(): string {
    return this.#ports.options.name;
  }
  /** The newest revision that may be seen. */
  get revision(): number {
    return this.writer?.revision ?? this.store.mvcc.revision;
  }
  get sequence(): number {
    return this.writer?.last ?? this.#applied;
  }
  /** Nobody else reads its log. */
  get alone(): boolean {
    return this.#ports.options.exclusive;
  }
  /** It leads, and nobody else can: by its lease, or because nobody else can write its log. */
  get leadsForSure(): boolean {
    if (this.mode !== 'leading') return false;
    const { exclusive, readIndex, leaseMs } = this.#ports.options;
    if (exclusive) return true;
    return readIndex === 'lease' && atMost(this.#self.clock, this.writer!.confirmedAt) < leaseMs;
  }
  leaderSubject(): string | undefined {
    const { leader } = this.roster;
    return leader === undefined || leader === this.name
      ? undefined
      : inbox(this.#self.host.cluster, memberAddress(leader));
  }

  recover(): void {
    this.#leave('recovering');
    const life = ++this.#life;
    this.#fresh();
    let done = false;
    const mine = (): boolean => life === this.#life;
    this.#log.recover({
      snapshot: (state, upTo) => {
        if (!mine()) return;
        if (done) this.#startOver(state, upTo);
        else this.#restore(state, upTo);
      },
      record: (sequence, bytes) => {
        if (!mine()) return;
        if (done) this.#heard(sequence, bytes);
        else this.#replay(sequence, bytes);
      },
      done: (result) => {
        if (!mine()) return;
        done = true;
        if (!result.ok) return this.#send({ type: 'log.failed', fault: result.fault });
        this.#applied = result.value;
        this.#recovered();
      },
    });
  }
  #recovered(): void {
    const { mvcc } = this.store;
    this.#self.logger.info({ revision: mvcc.revision, keys: mvcc.size }, 'etcd recovered');
    this.hub.restart(mvcc, mvcc.revision);
    this.#patience.heard(false);
    // Its own reign, in this life: nobody else has led since.
    if (this.#ledTerm > 0 && this.roster.term === this.#ledTerm) this.#patience.vacant();
    if (!this.#ports.options.exclusive) this.#become('following');
    this.#send({ type: 'log.recovered' });
  }
  #fresh(): void {
    this.store = new Store(this.#ports.limits, this.#ports.store);
    this.roster = new Roster();
    this.#retention = new Retention(this.#ports.limits);
  }
  #restore(state: Uint8Array, upTo: number): void {
    const beside = this.store.restore(state, this.now()) as RosterState | undefined;
    if (beside) this.roster.restore(beside);
    this.#retention.snapshotTaken(state.length);
    this.#applied = upTo;
  }
  #replay(sequence: number, bytes: Uint8Array) {
    const replayed = this.store.replay(bytes);
    const { record } = replayed;
    this.#applied = sequence;
    this.#retention.logged(1, bytes.length);
    this.#retention.mark(record.at, this.store.mvcc.revision);
    if (record.type === 'member') this.roster.apply(record.event);
    return replayed;
  }
  /** It was away for so long that the records it would need are gone. */
  #startOver(state: Uint8Array, upTo: number): void {
    if (this.writer) return this.#lost();
    this.#self.logger.info({ upTo }, 'etcd starts over from a snapshot');
    this.#fresh();
    this.#restore(state, upTo);
    this.hub.restart(this.store.mvcc, this.store.mvcc.revision);
    this.#patience.heard(true);
    this.#ports.applied(upTo);
  }
  /** Another member's record, or another's instead of one of ours. */
  #heard(sequence: number, bytes: Uint8Array): void {
    if (this.writer) return this.#lost();
    const before = this.roster.has(this.name);
    const { record, events } = this.#replay(sequence, bytes);
    if (events) this.hub.tell(events);
    const event = record.type === 'member' ? record.event : undefined;
    this.#patience.heard(event?.type === 'lead' || event?.type === 'resign');
    this.#ports.applied(sequence);
    if (event?.type === 'join' && event.member === this.name) this.#send({ type: 'member.joined' });
    if (event?.type === 'leave' && event.member === this.name && before) this.#send({ type: 'member.removed' });
  }

  announce(): void {
    const request = { type: 'member.join', name: this.name, clientUrls: this.#ports.options.clientUrls } as const;
    const to = {
      subject: () => this.leaderSubject(),
      leading: () => this.mode !== 'following',
      now: this.now,
    };
    this.#self.run(toLeader(request, to), () => undefined);
  }
  watchLeader(): void {
    this.#patience.watch();
  }
  unwatchLeader(): void {
    this.#patience.unwatch();
  }
  campaign(): void {
    const life = this.#life;
    const { leaseMs } = this.#ports.options;
    const event: MemberEvent = { type: 'lead', member: this.name, term: this.roster.term + 1, leaseMs };
    this.#wonAt = momentOf(this.#self.clock);
    const record = encodeRecord({ type: 'member', at: this.now(), event });
    this.#log.append([record], this.#applied, (result: Result<number>) => {
      if (life !== this.#life) return;
      if (result.ok) {
        this.#applied = result.value;
        this.roster.apply(event);
        return this.#send({ type: 'lead.won' });
      }
      this.#patience.heard(false);
      this.#send({ type: result.fault.reason === 'Conflict' ? 'lead.lost' : 'log.lost' });
    });
  }

  beginLead(): void {
    const { self, log, limits, options, receive } = this.#ports;
    const { exclusive, leaseMs } = options;
    const term = exclusive ? this.roster.term + 1 : this.roster.term;
    this.writer = new Writer({
      store: this.store,
      log,
      last: this.#applied,
      now: this.now,
      moment: () => momentOf(self.clock),
      durable: (executed) => this.#durable(executed),
      decided: (event) => {
        this.roster.apply(event);
        if (event.type === 'alarm') this.#alarming = false;
      },
      failed: (refusal) => this.#failed(refusal),
      settled: (records, bytes) => this.#settled(records, bytes),
      heartbeat: { type: 'heartbeat', member: this.name, term },
      sure: () => this.leadsForSure,
      refusesGrowth: (bytes) => this.#refusesGrowth(bytes),
      waitingMax: limits.waitingMax,
      waitingBytesMax: limits.waitingBytesMax,
    });
    this.#ledTerm = term;
    self.logger.info({ term }, 'etcd leads');
    if (exclusive) {
      const lead: MemberEvent = { type: 'lead', member: this.name, term, leaseMs };
      this.roster.apply(lead);
      this.roster.apply(this.#joining());
      this.writer.tell(lead);
    } else {
      this.writer.confirmedAt = this.#wonAt;
      if (!this.roster.has(this.name)) this.writer.tell(this.#joining());
      this.#beat();
      this.#unlisten = self.subscribe(inbox(self.host.cluster, ETCD), (delivery) => void receive(delivery));
    }
    this.#expiry.begin(this.store.leases);
    this.#publisher.begin(this.store.streams);
    this.#become('leading');
  }
  #joining(): MemberEvent {
    return { type: 'join', member: this.name, clientUrls: this.#ports.options.clientUrls };
  }
  #beat(): void {
    const { leaseMs } = this.#ports.options;
    const { clock } = this.#self;
    this.#heart = clock.setTimeout(() => {
      const { writer } = this;
      if (writer && atMost(clock, writer.confirmedAt) >= leaseMs / 3) writer.confirm(() => {});
      this.#beat();
    }, leaseMs / 3);
  }
  endLead(): void {
    this.#expiry.end();
    this.#publisher.end();
    this.#self.clock.clearTimeout(this.#heart);
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.mode = 'steppingDown';
  }
  resign(to: string): void {
    const writer = this.writer!;
    for (const command of lastCheckpoints(this.store.leases, this.now())) writer.submit(command, () => {});
    writer.tell({ type: 'resign', member: this.name, term: this.roster.term, to }, () => {
      if (this.writer !== writer) return;
      this.#applied = writer.last;
      this.store.leases.demote();
      this.#become('following');
      this.#patience.heard(false);
      this.#send({ type: 'lead.resigned' });
    });
  }
  compact(): void {
    const now = this.now();
    const revision = this.#retention.compactTo(now, this.revision);
    this.#retention.mark(now, this.revision);
    if (revision > this.store.mvcc.compacted) this.writer?.submit({ type: 'etcd.compact', revision }, () => {});
  }
  /** The log as it is now, in one piece; `done` when it is safe. Who does not lead has nothing to do. */
  snapshot(done: (result: Result<number>) => void): void {
    const { store, roster, writer } = this;
    if (writer === undefined) return done({ ok: true, value: this.#applied });
    this.#snapshots.take({ store, roster, writer, retention: this.#retention }, done);
  }
  retire(): void {
    this.#leave('removed');
    this.#life++;
    this.hub.close('etcdserver: the member has been permanently removed from the cluster');
    this.#log.close(() => {});
  }
  close(): void {
    const closed = (): void => {
      this.#leave('over');
      this.#life++;
      this.#log.close(() => this.#send({ type: 'log.closed' }));
    };
    const { writer } = this;
    this.hub.close('etcdserver: server stopped');
    this.endLead();
    if (writer === undefined) return closed();
    for (const command of lastCheckpoints(this.store.leases, this.now())) writer.submit(command, () => {});
    writer.whenQuiet(closed);
  }
  /** At once, whatever is under way. */
  stop(): void {
    this.endLead();
    this.unwatchLeader();
    this.#leave('over');
    this.#life++;
    this.hub.close('etcdserver: server stopped');
    this.#log.close(() => {});
  }

  #durable(executed: Executed): void {
    if (executed.events) this.hub.tell(executed.events);
    if (executed.publications.length > 0) this.#publisher.tell(executed.publications, this.store.streams);
    if (executed.reply.type === 'etcd.lease.granted') this.#expiry.look();
  }
  #settled(records: number, bytes: number): void {
    const { store, roster, writer } = this;
    this.#retention.logged(records, bytes);
    if (writer) this.#snapshots.settled({ store, roster, writer, retention: this.#retention });
  }
  #refusesGrowth(bytes: number): ReturnType<typeof fail> | undefined {
    if (this.roster.raised('nospace')) return NO_SPACE;
    if (this.store.mvcc.bytes + bytes <= this.#ports.limits.storeBytesMax) return undefined;
    if (!this.#alarming)
      this.writer?.tell({ type: 'alarm', action: 'activate', alarm: 'nospace', member: idOf(this.name) });
    this.#alarming = true;
    return NO_SPACE;
  }
  #failed(refusal: ReturnType<typeof fail>): void {
    const { fault } = refusal;
    this.#self.logger.warn({ fault }, 'etcd cannot append');
    if (!this.#ports.options.exclusive) return this.#lost();
    const { begun, rest } = this.writer!.abandon();
    this.writer = undefined;
    for (const one of begun) tell(one, fail('Timeout', `it may or may not have happened: ${fault.message}`));
    for (const one of rest) tell(one, fail('Unavailable', fault.message));
    this.mode = 'over';
    this.#send({ type: 'log.failed', fault: { ...fault, reason: 'InternalError' } });
  }
  /** What the writer has executed may not be in the log: its store is worth nothing. */
  #lost(): void {
    this.#life++;
    this.#leave('recovering');
    this.#send({ type: 'log.lost' });
  }
  /** Not the writer of the log any more. */
  #leave(mode: Mode): void {
    const left = this.writer?.abandon() ?? NOBODY;
    this.writer = undefined;
    this.#alarming = false;
    this.mode = mode;
    this.#ports.changed(left);
  }
  #become(mode: 'following' | 'leading'): void {
    if (mode === 'following') return this.#leave(mode);
    this.mode = mode;
    this.#ports.changed(NOBODY);
  }
  #send(event: EtcdEvent): void {
    this.#self.send(event);
  }
}
const tell = ({ replies }: Asked, refusal: ReturnType<typeof fail>): void => {
  for (const reply of replies) reply(faulty(refusal));
};
const NOBODY: Left = { begun: [], rest: [], readers: [] };
const NO_SPACE = fail('Busy', 'etcdserver: mvcc: database space exceeded');
