//! What somebody sees who looks at a cluster once a second, for golden transcripts: kept beside the story, read as a
//! diff. `GOLDEN=write` writes them anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Resource } from '../../actors/api/resource.ts';
import { EVENTS } from '../../actors/api/resource.ts';
import type { KubeEvent } from '../../actors/api/types/cluster.ts';
import type { KubeObject } from '../../actors/api/types/meta.ts';
import { informers } from '../../actors/client/informer/set.ts';
import type { SimCluster } from './cluster.ts';

const EVERY_MS = 1_000;
/** The end of a generated name, or a hash: letters that make no word. */
const DRAWN = /(?<=[-, ])(?:[bcdfghjklmnpqrstvwxz2456789]{8,10}|[bcdfghjklmnpqrstvwxz2456789]{5})(?=[^\w-]|$)/g;

interface Line {
  readonly name: string;
  readonly words: string;
}

export class Transcript {
  readonly lines: string[] = [];
  readonly #cluster: SimCluster;
  /** What there is to see now, of each kind that is followed. */
  readonly #looks: (() => readonly Line[])[] = [];
  readonly #drawn = new Map<string, string>();
  #said = new Map<string, string>();
  #seconds = 0;
  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    const look = (): void => {
      this.#look();
      cluster.world.clock.setTimeout(look, EVERY_MS);
    };
    // Half a second off, where nothing is due: what happens at a whole second is always seen after it.
    cluster.world.clock.setTimeout(look, EVERY_MS / 2);
  }

  /** `told`: what there is to say of it; the same as before is not said again. */
  follow<T extends KubeObject>(resource: Resource<T>, told: (object: T) => string): this {
    const cache = informers(this.#cluster.world.host('watcher')).get({ resource });
    this.#looks.push(() =>
      cache.list().map((object) => ({ name: `${resource.kind} ${object.metadata.name}`, words: told(object) })),
    );
    return this;
  }
  /** Events about objects of a kind. */
  events(kind: string): this {
    const cache = informers(this.#cluster.world.host('watcher')).get({ resource: EVENTS });
    const line = ({ type, reason, involvedObject, message, count }: KubeEvent): Line => ({
      name: `  ${type} ${reason} ${kind} ${involvedObject.name}: ${message}`,
      words: `${count ?? 1} times`,
    });
    this.#looks.push(() =>
      cache
        .list()
        .filter(({ involvedObject }) => involvedObject.kind === kind)
        .map(line),
    );
    return this;
  }
  /** `base`: the test's `import.meta.url`; the file is beside it. */
  check(name: string, base: string): void {
    const file = new URL(`./transcripts/${name}.txt`, base);
    const text = `${this.lines.join('\n')}\n`;
    if (process.env['GOLDEN'] === 'write') writeFileSync(file, text);
    assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'));
  }

  #look(): void {
    const before = this.#said;
    this.#said = new Map(this.#looks.flatMap((look) => look()).map(({ name, words }) => [name, words]));
    const news: Line[] = [];
    for (const [name, words] of this.#said) if (before.get(name) !== words) news.push({ name, words });
    for (const name of before.keys()) if (!this.#said.has(name)) news.push({ name, words: 'gone' });
    // Of what happened meanwhile the order is the bus's luck; so are drawn names. Objects say which name is whose.
    const isEvent = ({ name }: Line): boolean => name.startsWith(' ');
    this.#write(news.filter((line) => !isEvent(line)));
    this.#write(news.filter(isEvent));
    this.#seconds += EVERY_MS / 1000;
  }
  #write(news: readonly Line[]): void {
    const known = (text: string): string => text.replace(DRAWN, (drawn) => this.#drawn.get(drawn) ?? '');
    const key = ({ name, words }: Line): string => `${known(name)} ${words} ${name}`;
    for (const { name, words } of [...news].sort((a, b) => (key(a) < key(b) ? -1 : 1))) {
      const line = name.startsWith(' ') ? name : `${name}: ${words}`;
      const named = line.replace(DRAWN, (drawn) => this.#nameOf(drawn));
      this.lines.push(`${String(this.#seconds).padStart(5)} ${named}`.trimEnd());
    }
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
}
