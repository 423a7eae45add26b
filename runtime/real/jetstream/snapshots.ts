//! States in a stream of their own: each is pieces on subjects `<base>.<id>.<number>`, whole once all are there.
import { crc32 } from '../../log/crc.ts';
import { type Broker, pause } from './broker.ts';

export interface Place {
  /** The last record that is in the state. */
  readonly upTo: number;
  /** The last message of the log's stream that is in it. */
  readonly sequence: number;
}
interface Kept extends Place {
  readonly id: string;
  readonly pieces: number;
}
const AT_ONCE = 8;
const READ_TRIES = 20;
const READ_AGAIN_MS = 250;

export class Snapshots {
  readonly #broker: Broker;
  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** The newest whole state; undefined when there is none. */
  async newest(): Promise<(Place & { readonly state: Uint8Array }) | undefined> {
    const kept = (await this.#kept()).at(-1);
    if (kept === undefined) return undefined;
    const pieces: Uint8Array[] = Array.from({ length: kept.pieces }, () => NOTHING);
    await inTurns(kept.pieces, async (i) => {
      pieces[i] = await this.#piece(`${this.#broker.stateSubject}.${kept.id}.${i}`);
    });
    const whole = Buffer.concat(pieces);
    if (whole.length < 4 || crc32(whole.subarray(4)) !== whole.readUInt32LE(0))
      throw new Error(
        `the snapshot in stream ${this.#broker.stateStream} is damaged. Restore the cluster from a copy ` +
          '(orrery etcd snapshot restore)',
      );
    return { upTo: kept.upTo, sequence: kept.sequence, state: whole.subarray(4) };
  }
  /** Once it resolves the state is kept, and older ones are gone. */
  async put(state: Uint8Array, { upTo, sequence }: Place): Promise<void> {
    const { stateSubject: base, payloadMax: room } = this.#broker;
    const pieces = Math.max(1, Math.ceil((state.length + 4) / room));
    const id = `${upTo}-${sequence}-${pieces}-${this.#broker.unique()}`;
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(state));
    await inTurns(pieces, async (i) => {
      const from = Math.max(0, i * room - 4);
      const piece = state.subarray(from, (i + 1) * room - 4);
      await this.#broker.publish(`${base}.${id}.${i}`, i === 0 ? Buffer.concat([sum, piece]) : piece);
    });
    await this.#forget(upTo, id);
  }

  /** What was left unfinished goes too. One that is newer than ours is another writer's, and better. */
  async #forget(upTo: number, mine: string): Promise<void> {
    const { manager, stateStream: stream, stateSubject: base } = this.#broker;
    for (const id of (await this.#counts()).keys())
      if (id !== mine && Number(id.split('-')[0]) <= upTo)
        await manager.streams.purge(stream, { filter: `${base}.${id}.>` });
  }
  /** Whole ones, the newest last. */
  async #kept(): Promise<readonly Kept[]> {
    const found: Kept[] = [];
    for (const [id, count] of await this.#counts()) {
      const [upTo = 0, sequence = 0, pieces = 0] = id.split('-').map(Number);
      if (count === pieces) found.push({ id, upTo, sequence, pieces });
    }
    return found.sort((a, b) => a.upTo - b.upTo || (a.id < b.id ? -1 : 1));
  }
  async #counts(): Promise<ReadonlyMap<string, number>> {
    const { manager, stateStream: stream, stateSubject: base } = this.#broker;
    const { state } = await manager.streams.info(stream, { subjects_filter: `${base}.>` });
    const counts = new Map<string, number>();
    for (const subject of Object.keys(state.subjects ?? {})) {
      const id = subject.slice(base.length + 1).split('.')[0]!;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }
  /** Any replica may answer, so one that is behind may not have it yet. */
  async #piece(subject: string): Promise<Uint8Array> {
    for (let tries = 0; tries < READ_TRIES; tries++) {
      const bytes = await this.#broker.state(subject);
      if (bytes !== undefined) return bytes;
      await pause(this.#broker.options.clock, READ_AGAIN_MS);
    }
    throw new Error(`a piece of the snapshot in stream ${this.#broker.stateStream} is missing: ${subject}`);
  }
}
const NOTHING = new Uint8Array(0);

/** `work` for each number below `count`, a few at once. */
async function inTurns(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
}
