//! What somebody who watches a cluster sees, a line a change, for golden transcripts: kept beside the story, read as a
//! diff. `GOLDEN=write` writes them anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Resource } from '../../actors/api/resource.ts';
import { EVENTS } from '../../actors/api/resource.ts';
import type { KubeObject } from '../../actors/api/types/meta.ts';
import { informers } from '../../actors/client/informer/set.ts';
import type { SimCluster } from './cluster.ts';

/** The end of a generated name, or a hash: letters that make no word. */
const DRAWN = /(?<=[-, ])(?:[bcdfghjklmnpqrstvwxz2456789]{8,10}|[bcdfghjklmnpqrstvwxz2456789]{5})(?=[^\w-]|$)/g;

export class Transcript {
  readonly lines: string[] = [];
  readonly #cluster: SimCluster;
  readonly #from: number;
  readonly #drawn = new Map<string, string>();
  readonly #said = new Map<string, string>();
  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#from = cluster.world.clock.now();
  }

  /** `told`: what there is to say of it; the same as before is not said again. */
  follow<T extends KubeObject>(resource: Resource<T>, told: (object: T) => string): this {
    informers(this.#cluster.world.host('watcher')).get(
      { resource },
      {
        changed: ({ type, object }) => {
          const name = `${resource.kind} ${object.metadata.name}`;
          const words = type === 'deleted' ? 'gone' : told(object as T);
          if (this.#said.get(name) === words) return;
          this.#said.set(name, words);
          this.say(`${name}: ${words}`);
        },
      },
    );
    return this;
  }
  /** Events about objects of a kind, once each. */
  events(kind: string): this {
    informers(this.#cluster.world.host('watcher')).get(
      { resource: EVENTS },
      {
        changed: ({ type, object }) => {
          if (type !== 'added' || object.involvedObject.kind !== kind) return;
          this.say(`  ${object.type} ${object.reason} ${kind} ${object.involvedObject.name}: ${object.message}`);
        },
      },
    );
    return this;
  }
  say(line: string): void {
    const seconds = (this.#cluster.world.clock.now() - this.#from) / 1000;
    this.lines.push(`${seconds.toFixed(1).padStart(7)} ${line.replace(DRAWN, (drawn) => this.#nameOf(drawn))}`);
  }
  /** What is drawn differs from one version of the program to the next: it is numbered in order of appearance. */
  #nameOf(drawn: string): string {
    let name = this.#drawn.get(drawn);
    if (name === undefined) {
      name = `${drawn.length > 5 ? 'hash' : ''}${this.#drawn.size + 1}`;
      this.#drawn.set(drawn, name);
    }
    return name;
  }
  /** `file`: beside the test, by its `import.meta.url`. */
  check(name: string, base: string): void {
    const file = new URL(`./transcripts/${name}.txt`, base);
    const text = `${this.lines.join('\n')}\n`;
    if (process.env['GOLDEN'] === 'write') writeFileSync(file, text);
    assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'));
  }
}
