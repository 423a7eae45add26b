//! `orrery etcd snapshot save|status|restore`.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileLog } from '../../../runtime/log/file.ts';
import { RealDisk } from '../../../runtime/real/disk.ts';
import { storageKey } from '../../apiserver/protocol.ts';
import { bumped } from '../../etcd/edge/backup/contents.ts';
import { decodeContents, digestOf, type Status, statusOf } from '../../etcd/edge/backup/decode.ts';
import { encodeSnapshotFile } from '../../etcd/edge/backup/encode.ts';
import { FilePages, writeWhole } from '../../etcd/edge/backup/file.ts';
import { beginLog } from '../../etcd/edge/backup/log.ts';
import { humanBytes, type StatusForm, showStatus } from '../../etcd/edge/backup/show.ts';
import { contentsOf, stateOf } from '../../etcd/edge/backup/state.ts';
import { BoltReader, Damaged, NoDatabase } from '../../etcd/edge/bolt/reader.ts';
import { slotOfService } from '../../network/logic.ts';
import { type JetStreamPlace, jetStreamLogs } from './etcd-store.ts';
import { Refusal } from './refusal.ts';
import { keepSlot } from './slot.ts';
import { ETCD_DIR, lockAlone, readState, type SourceOptions } from './snapshot-source.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export async function saveSnapshot(file: string, options: SourceOptions): Promise<void> {
  endOnSignals();
  const { pieces } = encodeSnapshotFile(contentsOf(await readState(options)));
  let status: Status | undefined;
  try {
    // Read back from the disk: a backup that cannot be read is none.
    await writeWhole(file, pieces(), (written) => {
      status = reading(written, false, statusOf);
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`cannot write ${file}: ${(error as Error).message}`);
  }
  const { hash, revision, totalKey, totalSize } = status!;
  print(`saved ${file}: revision ${revision}, ${totalKey} keys, ${humanBytes(totalSize)}, hash ${hash.toString(16)}`);
}

export function snapshotStatus(file: string, options: { readonly writeOut: StatusForm }): void {
  print(showStatus(reading(file, true, statusOf), options.writeOut));
}

export interface RestoreOptions extends Partial<JetStreamPlace> {
  readonly cluster: string;
  /** This or a broker. */
  readonly dataDir?: string;
  readonly bumpRevision: number;
  readonly skipHashCheck?: true;
}
export async function restoreSnapshot(file: string, options: RestoreOptions): Promise<void> {
  endOnSignals();
  placed(options);
  const { contents, left } = reading(file, options.skipHashCheck ?? false, decodeContents);
  const bigger = bumped(contents, options.bumpRevision);
  if (!Number.isSafeInteger(bigger.revision)) throw new Refusal(`revision ${bigger.revision} is beyond 2^53 - 1`);
  const state = stateOf(bigger);
  if (!state.ok) throw new Refusal(state.fault.message);
  const alive = new Map<string, Uint8Array>();
  for (const { key, version, value } of bigger.versions) {
    if (version > 0) alive.set(key, value);
    else alive.delete(key);
  }
  const { dataDir, nats, cluster } = options;
  if (nats !== undefined) await ontoBroker({ ...options, nats }, state.value);
  else await intoDirectory(resolve(dataDir!), state.value, slotOf(alive));
  const where = nats === undefined ? resolve(dataDir!) : `the log of cluster ${cluster} on ${nats}`;
  print(`restored ${where}: revision ${bigger.revision}, ${alive.size} keys, ${bigger.leases.length} leases`);
  if (left.length > 0) print(`left out: ${left.join(', ')}, of which Orrery has none`);
  const next =
    nats === undefined
      ? `up --data-dir ${dataDir}`
      : `join --nats ${nats}${cluster === 'orrery' ? '' : ` --cluster ${cluster}`} --roles etcd --etcd-log jetstream`;
  print(`\norrery ${next}`);
}
function placed({ dataDir, nats, etcdReplicas }: RestoreOptions): void {
  if (dataDir === undefined && nats === undefined)
    throw new Refusal('say where to: --data-dir for a log in files, or --nats for one on a broker');
  if (dataDir !== undefined && nats !== undefined)
    throw new Refusal('a log is in a data directory or on a broker: give --data-dir or --nats, not both');
  if (etcdReplicas !== undefined && nats === undefined)
    throw new Refusal('--etcd-replicas is about a log on a broker: give --nats too');
}

/** Members that run meanwhile would not be told: it is for a log that nobody has begun. */
async function ontoBroker(options: JetStreamPlace, state: Uint8Array): Promise<void> {
  const { nats, cluster } = options;
  const begun = await beginLog((await jetStreamLogs(options))(), state);
  if (begun.ok) return;
  throw new Refusal(
    begun.fault.reason === 'AlreadyExists'
      ? `the broker ${nats} has an etcd log of the cluster "${cluster}" already: name another with --cluster`
      : `nothing is restored onto the broker ${nats}: ${begun.fault.message}`,
  );
}

/** By the Service that every cluster has. Undefined: the store is not of a cluster of ours. */
function slotOf(alive: ReadonlyMap<string, Uint8Array>): number | undefined {
  const value = alive.get(storageKey('', 'services', 'default', 'kubernetes'));
  if (value === undefined) return undefined;
  try {
    const { spec } = JSON.parse(Buffer.from(value).toString()) as { spec?: { clusterIP?: unknown } };
    return slotOfService(String(spec?.clusterIP));
  } catch {
    return undefined;
  }
}

/** The log is there whole or not at all. */
async function intoDirectory(dataDir: string, state: Uint8Array, slot: number | undefined): Promise<void> {
  const target = join(dataDir, ETCD_DIR);
  const unlock = lockAlone(dataDir);
  const draft = `${ETCD_DIR}.restoring`;
  try {
    if (existsSync(target) && readdirSync(target).length > 0)
      throw new Refusal(`${dataDir} has an etcd log already: name another directory, or move ${target} away first`);
    rmSync(join(dataDir, draft), { recursive: true, force: true }); // of one that was broken off
    mkdirSync(join(dataDir, draft), { mode: 0o700 });
    const begun = await beginLog(new FileLog({ disk: new RealDisk(dataDir), dir: draft }), state);
    if (!begun.ok) throw new Refusal(begun.fault.message);
    if (slot !== undefined) keepSlot(dataDir, slot);
    renameSync(join(dataDir, draft), target);
  } finally {
    rmSync(join(dataDir, draft), { recursive: true, force: true });
    unlock();
  }
}

/** `read` of the file, and a sentence when it cannot be. */
function reading<T>(file: string, withoutDigest: boolean, read: (pages: FilePages) => T): T {
  let pages: FilePages;
  try {
    pages = new FilePages(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Refusal(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
  try {
    new BoltReader(pages); // what is no database, or cut off, has no digest either, and this says more
    const digest = digestOf(pages);
    if (digest === 'wrong' && !withoutDigest) throw new Refusal(`${file} is damaged: ${wrongDigest(pages)}`);
    if (digest === 'missing' && !withoutDigest)
      throw new Refusal(
        `${file} ends without its SHA-256: it was cut off, or copied from a member: --skip-hash-check reads it anyway`,
      );
    return read(pages);
  } catch (error) {
    if (error instanceof NoDatabase) throw new Refusal(`${file} is no snapshot of etcd`);
    if (error instanceof Damaged) throw new Refusal(`${file} is damaged: ${error.message}`);
    throw error;
  } finally {
    pages.close();
  }
}
function wrongDigest(pages: FilePages): string {
  const what = 'its SHA-256 is not the one that it was saved with';
  try {
    statusOf(pages);
  } catch (error) {
    if (error instanceof Damaged) return `${what}: ${error.message}`;
    throw error;
  }
  return `${what}: --skip-hash-check reads it anyway`;
}

/** What was begun is taken back when the process exits. */
function endOnSignals(): void {
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
}
