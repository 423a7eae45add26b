//! A store's state (../../snapshot.ts) as contents of a backup, and back.
import type { Result } from '../../../../runtime/fault.ts';
import type { EtcdServer } from '../../server.ts';
import { decodeState, encodeState } from '../../snapshot.ts';
import { type Contents, type Kept, placesOf } from './contents.ts';
import { encodeSnapshotFile, type SnapshotFile } from './encode.ts';

/** As `EtcdServer.state()` gives it. The store may be ahead of `revision`, which is as far as the log is durable. */
export interface State {
  readonly revision: number;
  readonly bytes: Uint8Array;
}

/** etcd's snapshot of a running member: what its Maintenance.Snapshot sends. */
export const snapshotFile = (server: Pick<EtcdServer, 'state'>): SnapshotFile =>
  encodeSnapshotFile(contentsOf(server.state()));

export function contentsOf(state: State): Contents {
  const { head, base, history } = decodeState(state.bytes);
  const { compacted, leases } = head;
  const revision = Math.max(Math.min(state.revision, head.revision), compacted);
  const versions: Kept[] = [...base].sort((a, b) => a.mod - b.mod);
  // What is not durable may be lost yet, and then nobody has ever seen it.
  for (const version of history) if (version.mod <= revision) versions.push(version);
  return { revision, compacted, versions, places: placesOf(versions), leases };
}

export function stateOf({ revision, compacted, versions, leases }: Contents): Result<Uint8Array> {
  const since = versions.findIndex(({ mod }) => mod >= compacted);
  const split = since < 0 ? versions.length : since;
  const base = versions.slice(0, split).sort((a, b) => (a.key < b.key ? -1 : 1));
  return encodeState({ revision, compacted, leases, streams: [], answers: [] }, base, versions.slice(split));
}
