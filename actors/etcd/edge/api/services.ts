//! Every method by its path, and what becomes of a call.
import type { Accept } from '../http2/call.ts';
import type { Gateway } from './gateway.ts';
import { KV } from './kv.ts';
import { LEASE } from './lease.ts';
import { ELECTION, LOCK } from './lock.ts';
import { AUTH, CLUSTER, maintenance, type SnapshotOf } from './maintenance.ts';
import { guarded, type Method, refuses } from './method.ts';
import { Code } from './status.ts';
import { WATCH } from './watch.ts';

export function accepting(gateway: Gateway, snapshotOf: SnapshotOf): Accept {
  const services: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
    'etcdserverpb.KV': KV,
    'etcdserverpb.Watch': WATCH,
    'etcdserverpb.Lease': LEASE,
    'etcdserverpb.Maintenance': maintenance(snapshotOf),
    'etcdserverpb.Cluster': CLUSTER,
    'etcdserverpb.Auth': AUTH,
    'v3lockpb.Lock': LOCK,
    'v3electionpb.Election': ELECTION,
  };
  const methods = new Map<string, Method>();
  for (const [service, all] of Object.entries(services))
    for (const [name, method] of Object.entries(all)) methods.set(`/${service}/${name}`, method);
  return (call) => {
    const handler = (methods.get(call.path) ?? unknown(call.path))(gateway, call);
    return {
      // The member may be gone between two messages of a stream.
      message: (bytes) => guarded(call, () => handler.message(bytes)),
      halfClosed: () => guarded(call, () => handler.halfClosed()),
      canceled: () => handler.canceled(),
    };
  };
}

function unknown(path: string): Method {
  const [, service = '', name = ''] = path.split('/');
  return refuses(Code.unimplemented, `unknown method ${name} for service ${service}`);
}
