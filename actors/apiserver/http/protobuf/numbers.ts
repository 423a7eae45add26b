//! Which field of a type a number means.
import { CLUSTER } from './cluster.ts';
import { CORE } from './core.ts';
import { DEVICES } from './devices.ts';
import { EXTENSION } from './extension.ts';
import { WORKLOADS } from './workloads.ts';

const ALL: Readonly<Record<string, string>> = { ...CORE, ...WORKLOADS, ...CLUSTER, ...EXTENSION, ...DEVICES };

export interface Field {
  readonly name: string;
  /** Its fields belong to the type around it. */
  readonly inline: boolean;
  /** A pointer in Go: an empty value says something too. */
  readonly pointer: boolean;
}
export type Numbers = ReadonlyMap<number, Field>;

const read = new Map<string, ReadonlyMap<string, Numbers>>();

/** `io.k8s.api.core.v1`, `PodSpec`. Undefined: a type that nobody sends. */
export function numbersOf(group: string, type: string): Numbers | undefined {
  let types = read.get(group);
  if (types === undefined) {
    types = parsed(ALL[group] ?? '');
    read.set(group, types);
  }
  return types.get(type);
}
function parsed(text: string): ReadonlyMap<string, Numbers> {
  const types = new Map<string, Map<number, Field>>();
  let fields = new Map<number, Field>();
  let next = 1;
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    if (word.endsWith(':')) {
      fields = new Map();
      next = 1;
      types.set(word.slice(0, -1), fields);
      continue;
    }
    const [, number, inline, name = '', pointer] = /^(?:(\d+)=)?(~)?(.+?)(\*)?$/.exec(word) ?? [];
    if (number !== undefined) next = Number(number);
    fields.set(next++, { name, inline: inline !== undefined, pointer: pointer !== undefined });
  }
  return types;
}
