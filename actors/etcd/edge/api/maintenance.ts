//! The Maintenance, Cluster and Auth services.
import type { Alarm, Member } from '../../protocol.ts';
import type { EtcdServer } from '../../server.ts';
import type { Call } from '../http2/call.ts';
import type { Of } from '../wire/message.ts';
import {
  AlarmRequest,
  AlarmResponse,
  AuthStatusResponse,
  HashKvRequest,
  HashKvResponse,
  HashResponse,
  HeaderOnly,
  MemberListResponse,
  type MemberMessage,
  MemberRemoveRequest,
  MoveLeaderRequest,
  Nothing,
  SnapshotResponse,
  StatusResponse,
} from '../wire/services.ts';
import type { Gateway } from './gateway.ts';
import { type Method, refuses, unary, unaryTask } from './method.ts';
import { Code, Failed } from './status.ts';
import { drained } from './stream.ts';

/** Whose API this is: clients look at it for what they may ask. */
export const API_VERSION = '3.5.13';

const Status = unary(Nothing, (gateway, _, call) => {
  gateway.ask(call, { type: 'etcd.status' }, (reply) =>
    call.reply(
      StatusResponse.encode({
        header: gateway.header(reply.revision),
        version: API_VERSION,
        dbSize: reply.storeBytes,
        dbSizeInUse: reply.usedBytes,
        leader: reply.leader,
        raftIndex: reply.logIndex,
        raftAppliedIndex: reply.appliedIndex,
        raftTerm: reply.term,
        errors: reply.errors,
      }),
    ),
  );
});

const ALARMS: readonly Alarm[] = ['nospace', 'corrupt'];
const ACTIONS = ['get', 'activate', 'deactivate'] as const;
const AlarmMethod = unary(AlarmRequest, (gateway, request, call) => {
  const { member } = request;
  const action = ACTIONS[request.action] ?? 'get';
  const alarm = ALARMS[request.alarm - 1];
  const which = alarm === undefined ? {} : { alarm };
  gateway.ask(call, { type: 'etcd.alarm', action, member, ...which }, ({ revision, alarms }) =>
    call.reply(
      AlarmResponse.encode({
        header: gateway.header(revision),
        alarms: alarms.map((one) => ({ member: one.member, alarm: ALARMS.indexOf(one.alarm) + 1 })),
      }),
    ),
  );
});

const Defragment = unary(Nothing, (gateway, _, call) => {
  gateway.ask(call, { type: 'etcd.defragment' }, ({ revision }) =>
    call.reply(HeaderOnly.encode({ header: gateway.header(revision) })),
  );
});
const Hash = unary(Nothing, (gateway, _, call) => {
  gateway.ask(call, { type: 'etcd.hash' }, ({ revision, hash }) =>
    call.reply(HashResponse.encode({ header: gateway.header(revision), hash })),
  );
});
const HashKV = unary(HashKvRequest, (gateway, request, call) => {
  gateway.ask(call, { type: 'etcd.hash', revision: request.revision }, ({ revision, hash, compactRevision }) =>
    call.reply(HashKvResponse.encode({ header: gateway.header(revision), hash, compactRevision })),
  );
});

const MoveLeader = unaryTask(MoveLeaderRequest, async (gateway, { target }) => {
  const { members } = await gateway.asked({ type: 'etcd.members' });
  if (members.find(({ leader }) => leader)?.id !== gateway.server.head().memberId)
    throw new Failed(Code.failedPrecondition, 'etcdserver: not leader');
  const to = members.find(({ id }) => id === target);
  if (to === undefined) throw new Failed(Code.failedPrecondition, 'etcdserver: bad leader transferee');
  const { revision } = await gateway.asked({ type: 'etcd.transferLeader', to: to.name });
  return HeaderOnly.encode({ header: gateway.header(revision) });
});

/** A file as etcd writes it; see `edge/backup`. */
export interface SnapshotSource {
  /** Bytes of all pieces. */
  readonly size: number;
  pieces(): Iterable<Uint8Array>;
}
export type SnapshotOf = (server: EtcdServer) => SnapshotSource;
/** SHA-256 of the database, behind it. */
const DIGEST_BYTES = 32;

/** At once: each holds a copy of the store. */
const SNAPSHOTS_MAX = 2;

const snapshotWith = (snapshotOf: SnapshotOf): Method => {
  let running = 0;
  return unaryTask(Nothing, async (gateway, _, signal, call) => {
    if (running >= SNAPSHOTS_MAX) throw new Failed(Code.resourceExhausted, 'etcdserver: too many requests');
    running++;
    try {
      return await sendSnapshot(gateway, snapshotOf, signal, call);
    } finally {
      running--;
    }
  });
};
async function sendSnapshot(
  gateway: Gateway,
  snapshotOf: SnapshotOf,
  signal: AbortSignal,
  call: Call,
): Promise<undefined> {
  // So that what is saved has all that was written before it was asked for.
  await gateway.asked({ type: 'etcd.revision' });
  const source = snapshotOf(gateway.server);
  let remaining = source.size - DIGEST_BYTES;
  const header = gateway.header(gateway.server.head().revision);
  for (const blob of source.pieces()) {
    signal.throwIfAborted();
    remaining = Math.max(0, remaining - blob.length);
    const flows = call.send(SnapshotResponse.encode({ header, remainingBytes: remaining, blob }));
    await (flows ? new Promise(setImmediate) : drained(call, signal));
  }
  return undefined;
}
export const maintenance = (snapshotOf: SnapshotOf): Readonly<Record<string, Method>> => ({
  Status,
  Alarm: AlarmMethod,
  Defragment,
  Hash,
  HashKV,
  MoveLeader,
  Snapshot: snapshotWith(snapshotOf),
  Downgrade: refuses(Code.unimplemented, 'etcdserver: there is no other version to go back to'),
});

const messageOf = ({ id, name, clientUrls }: Member): Partial<Of<typeof MemberMessage>> => ({ id, name, clientUrls });
const memberList = (gateway: Gateway, revision: number, members: readonly Member[]): Uint8Array =>
  MemberListResponse.encode({ header: gateway.header(revision), members: members.map(messageOf) });

const MemberList = unary(Nothing, (gateway, _, call) => {
  gateway.ask(call, { type: 'etcd.members' }, ({ revision, members }) =>
    call.reply(memberList(gateway, revision, members)),
  );
});
const MemberRemove = unaryTask(MemberRemoveRequest, async (gateway, { id }) => {
  const { members } = await gateway.asked({ type: 'etcd.members' });
  const known = members.find((member) => member.id === id);
  if (known === undefined) throw new Failed(Code.notFound, 'etcdserver: member not found');
  const left = await gateway.asked({ type: 'etcd.member.remove', name: known.name });
  return memberList(gateway, left.revision, left.members);
});
const JOINS = 'etcdserver: members are added by starting them: orrery join --roles etcd';
export const CLUSTER: Readonly<Record<string, Method>> = {
  MemberList,
  MemberRemove,
  MemberAdd: refuses(Code.unimplemented, JOINS),
  MemberUpdate: refuses(Code.unimplemented, 'etcdserver: members say themselves where they are'),
  MemberPromote: refuses(Code.unimplemented, 'etcdserver: there are no learners'),
};

const headerOnly = unary(Nothing, (gateway, _, call) =>
  call.reply(HeaderOnly.encode({ header: gateway.header(gateway.server.head().revision) })),
);
const noUser = refuses(Code.failedPrecondition, 'etcdserver: user name not found');
const noRole = refuses(Code.failedPrecondition, 'etcdserver: role name not found');
const noUsers = refuses(Code.unimplemented, 'etcdserver: clients are known by their certificates: there are no users');
/** As an etcd whose authentication is off and that has no users or roles. */
export const AUTH: Readonly<Record<string, Method>> = {
  AuthStatus: unary(Nothing, (gateway, _, call) =>
    call.reply(AuthStatusResponse.encode({ header: gateway.header(gateway.server.head().revision), authRevision: 1 })),
  ),
  AuthEnable: refuses(Code.failedPrecondition, 'etcdserver: root user does not exist'),
  AuthDisable: headerOnly,
  Authenticate: refuses(Code.failedPrecondition, 'etcdserver: authentication is not enabled'),
  UserList: headerOnly,
  RoleList: headerOnly,
  UserAdd: noUsers,
  UserGet: noUser,
  UserDelete: noUser,
  UserChangePassword: noUser,
  UserGrantRole: noUser,
  UserRevokeRole: noUser,
  RoleAdd: noUsers,
  RoleGet: noRole,
  RoleDelete: noRole,
  RoleGrantPermission: noRole,
  RoleRevokePermission: noRole,
};
