//! Who hears on the bus of what was written: each change is numbered by its streams.
import type { Change, DeleteOp, PutOp, Stream } from './protocol.ts';
import type { Streams } from './streams.ts';
import type { Written } from './txn.ts';

export interface Publication {
  readonly to: Stream;
  readonly change: Change;
}
export interface Subjects {
  readonly subjects: readonly Stream[];
  readonly leaves?: readonly Stream[];
}
/** `value`: undefined for a deletion. `before`: the value before, if there was one. */
export type SubjectsOf = (key: string, value: Uint8Array | undefined, before: Uint8Array | undefined) => Subjects;

export class Publications {
  readonly #streams: Streams;
  readonly #subjectsOf: SubjectsOf | undefined;
  #made: Publication[] = [];
  constructor(streams: Streams, subjectsOf: SubjectsOf | undefined) {
    this.#streams = streams;
    this.#subjectsOf = subjectsOf;
  }

  add({ version, before }: Written, by: PutOp | DeleteOp): void {
    const { subjects, leaves = [] } = this.#told({ version, before }, by);
    if (subjects.length === 0 && leaves.length === 0) return;
    if (version.version === 0) {
      const last = by.value ?? before?.value ?? NOTHING;
      for (const to of subjects) this.#made.push(this.#deleted(to, { version, before }, last));
      return;
    }
    if (before) for (const to of leaves) this.#made.push(this.#deleted(to, { version, before }, version.value));
    for (const to of subjects) this.#made.push(this.#put(to, { version, before }));
  }
  /** What has come together. */
  take(): readonly Publication[] {
    const made = this.#made;
    if (made.length > 0) this.#made = [];
    return made;
  }

  #told({ version, before }: Written, by: PutOp | DeleteOp): Subjects {
    if (by.subjects !== undefined) return by as Subjects;
    if (this.#subjectsOf === undefined) return NOBODY;
    return this.#subjectsOf(version.key, version.version === 0 ? undefined : version.value, before?.value);
  }
  #put(to: Stream, { version, before }: Written): Publication {
    const prevRevision = this.#streams.advance(to.stream, version.mod);
    const change: Change = {
      type: 'change.put',
      stream: to.stream,
      key: version.key,
      revision: version.mod,
      prevRevision,
      createRevision: version.create,
      value: version.value,
      ...(before ? { prevModRevision: before.mod } : {}),
    };
    return { to, change };
  }
  #deleted(to: Stream, { version, before }: Written, value: Uint8Array): Publication {
    const prevRevision = this.#streams.advance(to.stream, version.mod);
    const change: Change = {
      type: 'change.delete',
      stream: to.stream,
      key: version.key,
      revision: version.mod,
      prevRevision,
      value,
      ...(before ? { prevValue: before.value, prevModRevision: before.mod } : {}),
    };
    return { to, change };
  }
}
const NOBODY: Subjects = { subjects: [] };
const NOTHING = new Uint8Array(0);
