//! core/v1 Events: the same again is counted, many alike are combined, too many about one object are dropped.
import type { Clock, Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import type { Task } from '../../runtime/task.ts';
import { EVENTS } from '../api/resource.ts';
import { timestamp } from '../api/time.ts';
import type { KubeEvent, ObjectReference } from '../api/types/cluster.ts';
import type { KubeObject } from '../api/types/meta.ts';
import { Lru } from './lru.ts';
import type { Client, EventRecorder } from './protocol.ts';

// As client-go's EventCorrelator.
const KNOWN_MAX = 4_096;
const BURST = 25;
const REFILL_MS = 300_000;
const ALIKE_MAX = 10;
const ALIKE_MS = 600_000;
const COMBINED = '(combined from similar events): ';
/** Waiting to be written. More are dropped: an event must never hold up what it is about. */
const PENDING_MAX = 1_000;

export interface RecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  /** `kubelet`, `replicaset-controller` … */
  readonly component: string;
  /** Of a kubelet its node. */
  readonly instance?: string;
  /** Runs a task to its end: `(task) => self.run(task, () => undefined)`. */
  readonly run: (task: Task<void>) => void;
}
interface Entry {
  readonly event: { name: string; readonly namespace: string; readonly firstTimestamp: string; readonly about: object };
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  lastTimestamp: string;
  count: number;
  stored: boolean;
}

export function createRecorder(options: RecorderOptions): EventRecorder {
  const { client, clock, random } = options;
  const known = new Lru<string, Entry>(KNOWN_MAX);
  const alike = new Lru<string, { messages: Set<string>; at: number }>(KNOWN_MAX);
  const allowed = new Lru<string, { tokens: number; at: number }>(KNOWN_MAX);
  const pending = new Set<Entry>();
  let writing = false;

  /** A token bucket for each object. */
  const spam = (about: string): boolean => {
    const now = clock.now();
    const bucket = allowed.get(about) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    allowed.set(about, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    return tokens < 1;
  };
  const combined = (kind: string, message: string): boolean => {
    const now = clock.now();
    let group = alike.get(kind);
    if (group === undefined || now - group.at > ALIKE_MS) group = { messages: new Set(), at: now };
    alike.set(kind, group);
    if (group.messages.size < ALIKE_MAX) group.messages.add(message);
    return group.messages.size >= ALIKE_MAX && !group.messages.has(message);
  };

  function* write(entry: Entry): Task<void> {
    if (entry.stored) {
      const { count, lastTimestamp, message } = entry;
      const { namespace, name } = entry.event;
      const patched = yield* client.patch(EVENTS, namespace, name, { count, lastTimestamp, message });
      if (patched.ok || patched.fault.reason !== 'NotFound') return;
      entry.event.name = rename(entry.event.name); // it has outlived its time and was removed
    }
    const { event, stored: _, ...fields } = entry;
    const draft = {
      metadata: { name: event.name, namespace: event.namespace },
      involvedObject: event.about,
      ...fields,
      firstTimestamp: event.firstTimestamp,
      source: { component: options.component, ...(options.instance === undefined ? {} : { host: options.instance }) },
      reportingComponent: options.component,
      reportingInstance: options.instance ?? '',
    };
    entry.stored = (yield* client.create<KubeEvent>(EVENTS, event.namespace, draft)).ok;
  }
  function* writeAll(): Task<void> {
    try {
      for (;;) {
        const [entry] = pending;
        if (entry === undefined) return;
        pending.delete(entry);
        yield* write(entry);
      }
    } finally {
      writing = false;
    }
  }
  const rename = (name: string): string => `${name.slice(0, name.lastIndexOf('.'))}.${hex(random)}`;

  return {
    event(about, type, reason, message) {
      const reference = referenceTo(about);
      const id = [reference.kind, reference.namespace, reference.name, reference.uid, reference.fieldPath].join('\n');
      if (spam(id)) return;
      const kind = [id, type, reason].join('\n');
      const many = combined(kind, message);
      const key = many ? kind : `${kind}\n${message}`;
      const now = timestamp(clock.now());
      let entry = known.get(key);
      if (entry === undefined) {
        if (pending.size >= PENDING_MAX) return;
        const event = {
          name: `${reference.name}.${hex(random)}`,
          namespace: reference.namespace || 'default',
          firstTimestamp: now,
          about: reference,
        };
        entry = { event, type, reason, message, lastTimestamp: now, count: 0, stored: false };
      }
      known.set(key, entry);
      entry.count++;
      entry.lastTimestamp = now;
      entry.message = many ? `${COMBINED}${message}` : message;
      pending.add(entry);
      if (writing) return;
      writing = true;
      options.run(writeAll());
    },
  };
}

export function referenceTo(about: KubeObject | ObjectReference): ObjectReference {
  if (!('metadata' in about)) return about;
  const { metadata } = about;
  return {
    apiVersion: about.apiVersion,
    kind: about.kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
}
const hex = (random: Random): string => Array.from({ length: 16 }, () => integer(random, 16).toString(16)).join('');
