//! The messages of the Lease, Cluster, Maintenance and Auth services (etcd's rpc.proto), and of its v3lock and
//! v3election. `header` is written as bytes that are ready; a response without a message of its own has only that.
import { KeyValueMessage } from './kv.ts';
import { data, flag, id, int, key, many, message, one, text, unsigned } from './message.ts';

export const HeaderMessage = message({
  clusterId: unsigned(1),
  memberId: unsigned(2),
  revision: int(3),
  term: int(4),
});
export const HeaderOnly = message({ header: data(1) });
export const Nothing = message({});

export const LeaseGrantRequest = message({ ttl: int(1), lease: id(2) });
export const LeaseGrantResponse = message({ header: data(1), lease: id(2), ttl: int(3), error: text(4) });
/** Also a revoke's and a keep-alive's request. */
export const LeaseRequest = message({ lease: id(1) });
export const LeaseKeepAliveResponse = message({ header: data(1), lease: id(2), ttl: int(3) });
export const LeaseTimeToLiveRequest = message({ lease: id(1), keys: flag(2) });
export const LeaseTimeToLiveResponse = message({
  header: data(1),
  lease: id(2),
  ttl: int(3),
  grantedTtl: int(4),
  keys: many(key(5)),
});
export const LeaseStatus = message({ lease: id(1) });
export const LeaseLeasesResponse = message({ header: data(1), leases: many(one(2, LeaseStatus)) });

export const MemberMessage = message({
  id: unsigned(1),
  name: text(2),
  peerUrls: many(text(3)),
  clientUrls: many(text(4)),
  isLearner: flag(5),
});
export const MemberRemoveRequest = message({ id: unsigned(1) });
export const MemberListResponse = message({ header: data(1), members: many(one(2, MemberMessage)) });

/** `action`: 0 get, 1 activate, 2 deactivate. `alarm`: 0 all, 1 nospace, 2 corrupt. */
export const AlarmRequest = message({ action: int(1), member: unsigned(2), alarm: int(3) });
export const AlarmMember = message({ member: unsigned(1), alarm: int(2) });
export const AlarmResponse = message({ header: data(1), alarms: many(one(2, AlarmMember)) });
export const StatusResponse = message({
  header: data(1),
  version: text(2),
  dbSize: int(3),
  leader: unsigned(4),
  raftIndex: int(5),
  raftTerm: int(6),
  raftAppliedIndex: int(7),
  errors: many(text(8)),
  dbSizeInUse: int(9),
  isLearner: flag(10),
});
export const HashResponse = message({ header: data(1), hash: int(2) });
export const HashKvRequest = message({ revision: int(1) });
export const HashKvResponse = message({ header: data(1), hash: int(2), compactRevision: int(3) });
export const SnapshotResponse = message({ header: data(1), remainingBytes: int(2), blob: data(3) });
export const MoveLeaderRequest = message({ target: unsigned(1) });

export const AuthStatusResponse = message({ header: data(1), enabled: flag(2), authRevision: int(3) });

export const LockRequest = message({ name: key(1), lease: id(2) });
/** Also an unlock's request, without the header. */
export const LockResponse = message({ header: data(1), key: key(2) });
export const UnlockRequest = message({ key: key(1) });

export const LeaderKey = message({ name: key(1), key: key(2), revision: int(3), lease: id(4) });
export const CampaignRequest = message({ name: key(1), lease: id(2), value: data(3) });
export const CampaignResponse = message({ header: data(1), leader: one(2, LeaderKey) });
export const ProclaimRequest = message({ leader: one(1, LeaderKey), value: data(2) });
/** Also a resignation's. */
export const LeaderRequest = message({ name: key(1) });
export const ResignRequest = message({ leader: one(1, LeaderKey) });
export const LeaderResponse = message({ header: data(1), kv: one(2, KeyValueMessage) });
