//! One object at one revision: its text, and what is parsed from it when somebody looks inside.
import type { KubeObject } from '../../api/types/meta.ts';
import type { KeyValue } from '../../etcd/protocol.ts';
import { parseStorageKey, soundText, valueText } from '../protocol.ts';

type Labels = Readonly<Record<string, string>>;
const NO_LABELS: Labels = {};

/**
 * What is parsed takes three times the room of its text: of the entries parsed last, between one and two times so many
 * keep it. Of all caches of this process, as its memory is one.
 */
const PARSED_MOST = 20_000;
let kept: Entry[] = [];
let before: Entry[] = [];
function keep(entry: Entry): void {
  kept.push(entry);
  if (kept.length < PARSED_MOST) return;
  for (const old of before) old.forget();
  before = kept;
  kept = [];
}

export class Entry {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** JSON with its resourceVersion: what lists and watches are joined from. */
  readonly text: string;
  #object: KubeObject | undefined;
  #labels: Labels | undefined;

  private constructor(key: string, text: string, revision: number) {
    const { namespace, name } = parseStorageKey(key);
    this.key = key;
    this.namespace = namespace;
    this.name = name;
    this.revision = revision;
    this.text = text;
  }
  static of(key: string, value: Uint8Array, revision: number): Entry {
    return new Entry(key, valueText(value, revision), revision);
  }
  /** As etcd has it: undefined when another client of etcd has put there what is no object. */
  static read({ key, value, modRevision }: KeyValue): Entry | undefined {
    const text = soundText(key, value, modRevision);
    return text === undefined ? undefined : new Entry(key, text, modRevision);
  }
  /** The same state under a later revision: how a delete is told. */
  at(revision: number): Entry {
    const { object } = this;
    const metadata = { ...object.metadata, resourceVersion: String(revision) };
    return new Entry(this.key, JSON.stringify({ ...object, metadata }), revision);
  }
  /** Another state under the same revision: what a dry run answers. */
  with(object: KubeObject): Entry {
    const metadata = { ...object.metadata, resourceVersion: String(this.revision) };
    return new Entry(this.key, JSON.stringify({ ...object, metadata }), this.revision);
  }
  /** Shared: never change it. Later it may be another object of the same text: see `kept`. */
  get object(): KubeObject {
    if (this.#object === undefined) {
      this.#object = JSON.parse(this.text) as KubeObject;
      keep(this);
    }
    return this.#object;
  }
  /** Selectors look at these of many: they stay. */
  get labels(): Labels {
    this.#labels ??= this.object.metadata.labels ?? NO_LABELS;
    return this.#labels;
  }
  forget(): void {
    this.#object = undefined;
  }
}
