//! The state of a running etcd in pieces over the bus, for a backup of a cluster on a broker. Whoever opens one reads
//! it from the member that opened it; what nobody reads any more is let go.
import { address, inbox } from '../../../../runtime/address.ts';
import { type Fault, fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Host } from '../../../../runtime/host.ts';
import type { Bus, Clock, Delivery, Message, Stop } from '../../../../runtime/ports.ts';
import type { EtcdServer } from '../../server.ts';
import type { State } from './state.ts';

export type StateRequest =
  /** To any member. */
  | { readonly type: 'backup.open' }
  /** To the one that answered. */
  | { readonly type: 'backup.read'; readonly id: number; readonly offset: number }
  | { readonly type: 'backup.close'; readonly id: number };
export type StateReply =
  | {
      readonly type: 'backup.opened';
      readonly member: string;
      readonly id: number;
      readonly revision: number;
      readonly size: number;
    }
  | { readonly type: 'backup.piece'; readonly bytes: Uint8Array }
  | { readonly type: 'backup.closed' }
  | { readonly type: 'fault'; readonly fault: Fault };

export type StateOf = Pick<EtcdServer, 'request' | 'state'>;

/** Fits a broker's message of 1 MiB. */
const PIECE_BYTES = 512 * 1024;
const OPEN_MAX = 2;
const IDLE_MS = 30_000;

/** Not older than any write that was acknowledged before the call, whichever member this is. */
export function freshState(server: StateOf, done: (result: Result<State>) => void): void {
  server.request({ type: 'etcd.revision' }, (reply) => {
    if (reply.type === 'fault') return done({ ok: false, fault: reply.fault });
    let state: State;
    try {
      state = server.state();
    } catch (error) {
      return done(fail('InternalError', error instanceof Error ? error.message : String(error)));
    }
    done(ok(state));
  });
}

const anyMember = (cluster: string): string => inbox(cluster, address('backup'));
const oneMember = (cluster: string, name: string): string => inbox(cluster, address('backup', '', name));

/** `server`: undefined while etcd is being started again. */
export function serveState(host: Host, server: () => StateOf | undefined): Stop {
  const { bus, clock } = host.ports;
  const open = new Map<number, { readonly bytes: Uint8Array; timer: unknown }>();
  let next = 1;
  const close = (id: number): void => {
    clock.clearTimeout(open.get(id)?.timer);
    open.delete(id);
  };
  const keep = (id: number): unknown => clock.setTimeout(() => close(id), IDLE_MS);

  const opened = (reply: (message: StateReply) => void): void => {
    const etcd = server();
    if (etcd === undefined) return reply(refused(fail('Unavailable', 'etcd is being started')));
    if (open.size >= OPEN_MAX) return reply(refused(fail('Busy', `${OPEN_MAX} backups are being read already`)));
    const id = next++;
    open.set(id, { bytes: NOTHING, timer: keep(id) }); // counts while etcd is asked
    freshState(etcd, (result) => {
      close(id);
      if (!result.ok) return reply(refused(result));
      const { revision, bytes } = result.value;
      open.set(id, { bytes, timer: keep(id) });
      reply({ type: 'backup.opened', member: host.id, id, revision, size: bytes.length });
    });
  };
  const receive = (delivery: Delivery): void => {
    const reply = (message: StateReply): void => delivery.reply?.(message as Message);
    const request = delivery.message as StateRequest;
    if (request.type === 'backup.open') return opened(reply);
    const held = open.get(request.id);
    if (held === undefined) return reply(refused(fail('NotFound', 'this backup is no longer held')));
    clock.clearTimeout(held.timer);
    held.timer = keep(request.id);
    if (request.type === 'backup.read')
      return reply({ type: 'backup.piece', bytes: held.bytes.subarray(request.offset, request.offset + PIECE_BYTES) });
    close(request.id);
    reply({ type: 'backup.closed' });
  };
  const stops = [
    bus.subscribe(anyMember(host.cluster), receive, { queue: 'backup' }),
    bus.subscribe(oneMember(host.cluster, host.id), receive),
  ];
  return () => {
    for (const stop of stops) stop();
    for (const id of [...open.keys()]) close(id);
  };
}
const NOTHING = new Uint8Array(0);
const refused = (result: ReturnType<typeof fail>): StateReply => ({ type: 'fault', fault: result.fault });

const PATIENCE_MS = 20_000;
const TRIES_MAX = 5;
const PAUSE_MS = 200;

/** All of it. Faults: `Unavailable` when no etcd of the cluster is on the bus. */
export async function fetchState(bus: Bus, clock: Clock, cluster: string): Promise<Result<State>> {
  const ask = (subject: string, request: StateRequest): Promise<Result<StateReply>> =>
    new Promise((done) => {
      bus.request(subject, request, PATIENCE_MS, (result) => {
        const reply = result.ok ? (result.value as StateReply) : undefined;
        if (reply?.type === 'fault') done({ ok: false, fault: reply.fault });
        else done(result as Result<StateReply>);
      });
    });
  const opened = await ask(anyMember(cluster), { type: 'backup.open' });
  if (!opened.ok) return opened;
  if (opened.value.type !== 'backup.opened') return fail('InternalError', `etcd answers ${opened.value.type}`);
  const { member, id, revision, size } = opened.value;
  const from = oneMember(cluster, member);
  const bytes = Buffer.allocUnsafeSlow(size);
  let tries = 0;
  for (let at = 0; at < size; ) {
    const got = await ask(from, { type: 'backup.read', id, offset: at });
    if (got.ok && got.value.type === 'backup.piece' && got.value.bytes.length > 0) {
      bytes.set(got.value.bytes, at);
      at += got.value.bytes.length;
      tries = 0;
    } else if (got.ok || got.fault.reason === 'NotFound' || ++tries >= TRIES_MAX)
      return fail('Unavailable', 'etcd went away while its state was read: try again');
    else await new Promise<void>((done) => clock.setTimeout(done, PAUSE_MS));
  }
  await ask(from, { type: 'backup.close', id });
  return ok({ revision, bytes });
}
