//! Looks on while a cluster is broken, and says what must never be: a pod that runs twice, too many pods, a lost write.
import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { outermost, processesWith } from './leftovers.ts';
import type { Server } from './members.ts';

const LOOK_EVERY_MS = 300;
const WRITTEN = '/api/v1/namespaces/default/configmaps?labelSelector=by%3Dwitness';

export class Witness {
  /** Sentences; empty while all is well. */
  readonly complaints: string[] = [];
  readonly acknowledged = new Map<string, string>();
  #going = true;
  readonly #loops: Promise<void>[] = [];

  /** Counts the processes of each pod of the app: two that did not start one another are two runs. */
  watchPods(uids: () => Promise<readonly string[]>): void {
    this.#loop(async () => {
      const pods = await uids();
      for (const uid of pods) {
        const runs = outermost(processesWith(`POD_UID=${uid}`));
        if (runs.length > 1) this.#complain(`pod ${uid} runs ${runs.length} times at once: ${runs}`);
      }
    });
  }

  /** Never more pods that are wanted than the Deployment asks for. */
  watchCount(count: () => Promise<{ readonly alive: number; readonly wanted: number } | undefined>): void {
    this.#loop(async () => {
      const seen = await count();
      if (seen !== undefined && seen.alive > seen.wanted)
        this.#complain(`${seen.alive} pods are alive, at most ${seen.wanted} are wanted`);
    });
  }

  /** Creates one object after another by whichever server answers; remembers what was acknowledged. */
  write(servers: () => readonly Server[]): void {
    let i = 0;
    this.#loop(async () => {
      const name = `written-${++i}`;
      const body = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, labels: { by: 'witness' } },
        data: { i: `${i}` },
      };
      const all = servers();
      const server = all[i % all.length];
      const answer = await server?.call('/api/v1/namespaces/default/configmaps', { body, timeoutMs: 3_000 });
      if (answer?.code === 201) this.acknowledged.set(name, answer.json.metadata.uid);
    });
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#loops);
  }

  /** What was acknowledged and is not there now. */
  async lost(server: Server): Promise<readonly string[]> {
    type Item = { metadata: { name: string; uid: string } };
    const items = await eventually('the list of what was written', async () => {
      const { code, text, json } = await server.call(WRITTEN);
      assert.equal(code, 200, text);
      return json.items as Item[];
    });
    const there = new Map(items.map(({ metadata }) => [metadata.name, metadata.uid]));
    return [...this.acknowledged].filter(([name, uid]) => there.get(name) !== uid).map(([name]) => name);
  }

  #complain(text: string): void {
    this.complaints.push(`${new Date().toISOString()} ${text}`);
  }
  /** A look that fails saw nothing: what it asks may be the one that was killed. */
  #loop(look: () => Promise<void>): void {
    const loop = async (): Promise<void> => {
      while (this.#going) {
        await look().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    };
    this.#loops.push(loop());
  }
}
