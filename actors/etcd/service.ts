//! What a member answers: by itself, after a confirmation, or with what the leader says.
import { fail } from '../../runtime/fault.ts';
import type { Self } from '../../runtime/host.ts';
import type { Delivery, Message } from '../../runtime/ports.ts';
import { type MemberRequest, NOT_LEADER, toLeader } from './forward.ts';
import { hash64 } from './ids.ts';
import type { EtcdEvent } from './machine.ts';
import { Member, type MemberPorts } from './member.ts';
import { FUTURE } from './mvcc.ts';
import type { EtcdReply, EtcdRequest } from './protocol.ts';
import { Applied, Reads, type Verdict } from './reads.ts';
import { idOf } from './roster.ts';
import type { EtcdHead, EtcdServer, Watch, WatchRequest, WatchSink } from './server.ts';
import { type Asked, faulty, type Left, type Reply, TOO_MANY, unsure } from './writer.ts';

type Given = Omit<MemberPorts, 'changed' | 'applied' | 'receive'>;
type Of<T extends EtcdRequest['type']> = Extract<EtcdRequest, { readonly type: T }>;

export class Service implements EtcdServer {
  readonly member: Member;
  readonly #self: Self<EtcdEvent>;
  readonly #max: number;
  readonly #reads: Reads;
  readonly #applied = new Applied();
  /** Requests that came while the log was read. */
  #early: (readonly [EtcdRequest, Reply])[] = [];
  #forwarding = 0;
  #transfers: { readonly to: string; readonly reply: Reply; readonly until: number }[] = [];

  constructor(given: Given) {
    this.#self = given.self;
    this.#max = given.limits.waitingMax;
    this.#reads = new Reads(this.#max);
    this.member = new Member({
      ...given,
      changed: (left) => this.#changed(left),
      applied: (sequence) => {
        this.#applied.reached(sequence);
        this.#transferred();
      },
      receive: (delivery) => this.receive(delivery),
    });
  }

  receive(delivery: Delivery): undefined {
    const reply: Reply = (message) => delivery.reply?.(message as Message);
    const request = delivery.message as EtcdRequest | MemberRequest;
    switch (request.type) {
      case 'member.forward':
        if (this.member.mode !== 'leading') return void reply(faulty(NOT_LEADER));
        return this.request(request.request, reply);
      case 'member.readIndex':
        if (this.member.mode !== 'leading') return void reply(faulty(NOT_LEADER));
        return this.#linearizable(
          () => delivery.reply?.({ type: 'member.index', sequence: this.member.sequence } as Message),
          reply,
          () => reply(faulty(NOT_LEADER)),
        );
      case 'member.join':
        if (this.member.mode !== 'leading') return void reply(faulty(NOT_LEADER));
        if (this.member.roster.full && !this.member.roster.has(request.name)) return void reply(faulty(FULL));
        this.member.writer!.tell({ type: 'join', member: request.name, clientUrls: request.clientUrls }, () =>
          delivery.reply?.({ type: 'member.joining' } as Message),
        );
        return;
      default:
        return this.request(request, reply);
    }
  }

  request(request: EtcdRequest, reply: Reply): undefined {
    const { mode } = this.member;
    if (mode === 'leading') return this.#lead(request, reply);
    if (mode === 'following' || mode === 'steppingDown') return this.#follow(request, reply);
    if (mode !== 'recovering') reply(mode === 'removed' ? REMOVED : STOPPED);
    else if (this.#early.length >= this.#max) reply(faulty(TOO_MANY));
    else this.#early.push([request, reply]);
  }
  watch(request: WatchRequest, sink: WatchSink): Watch {
    return this.member.hub.watch(request, sink);
  }
  head(): EtcdHead {
    const { roster, revision, name } = this.member;
    return { clusterId: this.#clusterId, memberId: idOf(name), term: roster.term, revision, leader: roster.leader };
  }
  get #clusterId(): string {
    return String(hash64(`cluster ${this.#self.host.cluster}`));
  }
  state(): { readonly revision: number; readonly bytes: Uint8Array } {
    const { store, revision } = this.member;
    const bytes = store.snapshot(this.member.now(), this.member.roster.state(), revision);
    if (!bytes.ok) throw new Error(bytes.fault.message);
    return { revision, bytes: bytes.value };
  }

  #changed({ begun, rest, readers }: Left): void {
    const { mode } = this.member;
    // What was executed and not acknowledged has its answer in the log, by its id, or runs anew.
    const again = [...begun.flatMap((asked) => asksOf(asked, unsure)), ...rest.flatMap((asked) => asksOf(asked))];
    this.#early = [...again, ...this.#early];
    this.#applied.clear();
    this.#reads.reset();
    for (const again of readers) again(false);
    this.#transferred();
    if (mode === 'recovering' || mode === 'steppingDown') return;
    const early = this.#early;
    this.#early = [];
    for (const [request, reply] of early) this.request(request, reply);
  }

  #lead(request: EtcdRequest, reply: Reply): undefined {
    const { member } = this;
    const writer = member.writer!;
    switch (request.type) {
      case 'etcd.txn':
      case 'etcd.lease.grant':
      case 'etcd.lease.revoke':
      case 'etcd.compact':
        if (member.roster.raised('corrupt')) return void reply(CORRUPT);
        return void writer.submit(request, reply);
      case 'etcd.lease.keepAlive':
        return this.#linearizable(
          () => this.#renew(request, reply),
          reply,
          () => this.request(request, reply),
        );
      case 'etcd.lease.timeToLive':
      case 'etcd.lease.list':
        return this.#linearizable(
          () => reply(this.#leases(request)),
          reply,
          () => this.request(request, reply),
        );
      case 'etcd.alarm':
        return this.#alarm(request, reply);
      case 'etcd.member.remove':
        return this.#remove(request, reply);
      case 'etcd.transferLeader':
        return this.#transfer(request, reply);
      default:
        return this.#read(request, reply);
    }
  }
  #follow(request: EtcdRequest, reply: Reply): undefined {
    switch (request.type) {
      case 'etcd.txn':
      case 'etcd.lease.grant':
      case 'etcd.lease.revoke':
      case 'etcd.compact':
      case 'etcd.lease.keepAlive':
      case 'etcd.lease.timeToLive':
      case 'etcd.lease.list':
      case 'etcd.alarm':
      case 'etcd.member.remove':
      case 'etcd.transferLeader':
        return this.#forward(request, reply);
      default:
        return this.#read(request, reply);
    }
  }

  #read(request: Exclude<EtcdRequest, Leaders>, reply: Reply): undefined {
    const { member } = this;
    switch (request.type) {
      case 'etcd.range':
        if (member.roster.raised('corrupt')) return void reply(CORRUPT);
        if (request.serializable) return void reply(this.#range(request));
        return this.#linearizable(
          () => reply(this.#range(request)),
          reply,
          () => this.request(request, reply),
        );
      case 'etcd.revision':
        return this.#linearizable(
          () => reply(this.#revised(request)),
          reply,
          () => this.request(request, reply),
        );
      case 'etcd.members':
        return this.#linearizable(
          () => reply(this.#members()),
          reply,
          () => this.request(request, reply),
        );
      case 'etcd.status':
        return void reply(this.#status());
      case 'etcd.hash': {
        const { revision } = member;
        const hash = request.revision && request.revision > revision ? FUTURE : undefined;
        const found = hash ?? member.store.hash(request.revision || revision);
        return void reply(found.ok ? { type: 'etcd.hashed', revision, ...found.value } : faulty(found));
      }
      case 'etcd.defragment':
        member.snapshot((result) =>
          reply(result.ok ? { type: 'etcd.defragmented', revision: member.revision } : faulty(result)),
        );
        return;
      default: {
        // Whoever sends it has a bug, or is of another version: it must hear of it, and etcd must not die of it.
        const { type } = request satisfies never as Message;
        this.#self.logger.warn({ type }, 'unknown request');
        return void reply(faulty(fail('BadRequest', `etcd knows no ${type}`)));
      }
    }
  }

  /** `run` when what this member has is at least what was there when the request came. */
  #linearizable(run: () => void, reply: Reply, again: () => void): undefined {
    const { member } = this;
    const writer = member.writer!;
    if (member.leadsForSure) {
      if (member.alone) return void run();
      if (writer.crowded) return void reply(faulty(TOO_MANY));
      return void writer.afterAppending((durable) => (durable ? run() : again()));
    }
    const verdict = (now: Verdict): void => {
      if (now === undefined) run();
      else if (now === 'again') again();
      else reply(faulty(now));
    };
    if (member.mode === 'leading') this.#reads.confirm((done) => writer.confirm(() => done(undefined)), verdict);
    else this.#reads.confirm((done) => this.#askIndex(done), verdict);
  }
  #askIndex(done: (verdict: Verdict) => void): void {
    this.#self.run(toLeader({ type: 'member.readIndex' }, this.#toLeader()), (got) => {
      if (got === 'again') done('again');
      else if (!got.ok) done(got);
      else if (got.value.type !== 'member.index') done(fail('InternalError', `the leader said ${got.value.type}`));
      else if (got.value.sequence <= this.member.sequence) done(undefined);
      else this.#applied.wait(got.value.sequence, () => done(undefined));
      return undefined;
    });
  }
  #toLeader() {
    return {
      subject: () => this.member.leaderSubject(),
      leading: () => this.member.mode !== 'following' && this.member.mode !== 'steppingDown',
      now: this.member.now,
    };
  }
  #forward(request: EtcdRequest, reply: Reply): undefined {
    if (this.#forwarding >= this.#max) return void reply(faulty(TOO_MANY));
    this.#forwarding++;
    this.#self.run(toLeader({ type: 'member.forward', request }, this.#toLeader()), (got) => {
      this.#forwarding--;
      // It may have been sent to a leader before.
      if (got === 'again') this.request(request, unsure(reply));
      else reply(got.ok ? (got.value as EtcdReply) : faulty(got));
      return undefined;
    });
  }

  #range(request: Of<'etcd.range'>): EtcdReply {
    const { revision, store } = this.member;
    const found = store.range(request, revision);
    return found.ok ? { type: 'etcd.ranged', revision, ...found.value } : faulty(found);
  }
  #revised({ stream }: Of<'etcd.revision'>): EtcdReply {
    const { revision, store } = this.member;
    const streamRevision = stream === undefined ? revision : store.streams.revision(stream);
    return { type: 'etcd.revised', revision, streamRevision };
  }
  #members(): EtcdReply {
    return { type: 'etcd.membered', revision: this.member.revision, members: this.member.roster.members() };
  }
  #status(): EtcdReply {
    const { store, roster, revision, sequence, name } = this.member;
    return {
      type: 'etcd.statused',
      revision,
      member: idOf(name),
      leader: roster.leader === undefined ? '0' : idOf(roster.leader),
      term: roster.term,
      logIndex: sequence,
      appliedIndex: sequence,
      storeBytes: store.mvcc.bytes,
      usedBytes: store.mvcc.usedBytes,
      errors: [
        ...(roster.leader === undefined ? ['etcdserver: no leader'] : []),
        ...roster.alarms().map(({ member, alarm }) => `memberID:${member} alarm:${alarm.toUpperCase()} `),
      ],
    };
  }
  #renew({ lease }: Of<'etcd.lease.keepAlive'>, reply: Reply): void {
    const { store, writer, revision } = this.member;
    const renewed = store.leases.renew(lease, this.member.now());
    const kept: EtcdReply = { type: 'etcd.lease.keptAlive', revision, lease, ttl: renewed?.ttl ?? 0 };
    if (!renewed?.record) return reply(kept);
    writer!.submit({ type: 'etcd.lease.checkpoint', remaining: [[lease, 0]] }, () => reply(kept));
  }
  #leases(request: Of<'etcd.lease.timeToLive' | 'etcd.lease.list'>): EtcdReply {
    const { store, revision } = this.member;
    const { leases } = store;
    if (request.type === 'etcd.lease.list') return { type: 'etcd.lease.listed', revision, leases: leases.list() };
    const { lease, keys } = request;
    const timed = leases.timeToLive(lease, this.member.now());
    return { type: 'etcd.lease.timed', revision, lease, ...timed, keys: keys ? leases.keys(lease) : [] };
  }
  #alarm({ action, alarm, member: of }: Of<'etcd.alarm'>, reply: Reply): undefined {
    const { roster, writer, name } = this.member;
    const answer = (): void =>
      reply({ type: 'etcd.alarmed', revision: this.member.revision, alarms: changed ?? roster.alarms() });
    const everybody = of === undefined || of === '0';
    let changed: ReturnType<typeof roster.alarms> | undefined;
    if (action === 'get') return this.#linearizable(answer, reply, () => reply(faulty(NOT_LEADER)));
    if (action === 'activate') changed = [{ member: everybody ? idOf(name) : of, alarm: alarm ?? 'nospace' }];
    else
      changed = roster
        .alarms()
        .filter((one) => (everybody || one.member === of) && (alarm === undefined || one.alarm === alarm));
    for (const one of changed) writer!.tell({ type: 'alarm', action, ...one });
    writer!.confirm(answer);
  }
  #remove({ name }: Of<'etcd.member.remove'>, reply: Reply): undefined {
    const { roster, writer } = this.member;
    const found = roster.find(name);
    if (found === undefined) return void reply(faulty(fail('NotFound', 'etcdserver: member not found')));
    if (roster.members().length === 1)
      return void reply(
        faulty(fail('Invalid', 'etcdserver: re-configuration failed due to not enough started members')),
      );
    writer!.tell({ type: 'leave', member: found }, () => reply(this.#members()));
    if (found !== this.member.name) return;
    writer!.tell({ type: 'resign', member: found, term: roster.term, to: '' }, () =>
      this.#self.send({ type: 'member.removed' }),
    );
  }
  #transfer({ to }: Of<'etcd.transferLeader'>, reply: Reply): undefined {
    const { roster, revision, name } = this.member;
    const found = roster.find(to);
    if (found === undefined) return void reply(faulty(fail('NotFound', 'etcdserver: member not found')));
    if (found === name) return void reply({ type: 'etcd.leaderTransferred', revision });
    this.#transfers.push({ to: found, reply, until: this.member.now() + TRANSFER_MS });
    this.#self.clock.setTimeout(() => this.#transferred(), TRANSFER_MS);
    this.#self.send({ type: 'leader.transfer', to: found });
  }
  /** Who waits for a new leader, and sees it or has waited for too long. */
  #transferred(): void {
    if (this.#transfers.length === 0) return;
    const { roster, mode, revision } = this.member;
    const now = this.member.now();
    const waiting = this.#transfers;
    this.#transfers = [];
    for (const one of waiting)
      if (roster.leader === one.to) one.reply({ type: 'etcd.leaderTransferred', revision });
      else if (now >= one.until || mode === 'over' || mode === 'removed') one.reply(TRANSFER_FAILED);
      else this.#transfers.push(one);
  }
}
const asksOf = ({ command, replies }: Asked, as = (reply: Reply): Reply => reply): (readonly [EtcdRequest, Reply])[] =>
  command.type === 'etcd.lease.checkpoint' ? [] : replies.map((reply) => [command, as(reply)]);
type Leaders = Of<
  | 'etcd.txn'
  | 'etcd.lease.grant'
  | 'etcd.lease.revoke'
  | 'etcd.compact'
  | 'etcd.lease.keepAlive'
  | 'etcd.lease.timeToLive'
  | 'etcd.lease.list'
  | 'etcd.alarm'
  | 'etcd.member.remove'
  | 'etcd.transferLeader'
>;
const TRANSFER_MS = 5_000;
const STOPPED = faulty(fail('Unavailable', 'etcdserver: server stopped'));
const REMOVED = faulty(fail('Unavailable', 'etcdserver: the member has been permanently removed from the cluster'));
const CORRUPT = faulty(fail('InternalError', 'etcdserver: corrupt cluster'));
const FULL = fail('Busy', 'etcdserver: too many members');
const TRANSFER_FAILED = faulty(fail('Timeout', 'etcdserver: request timed out, leader transfer took too long'));
