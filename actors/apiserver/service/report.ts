//! What a repair has found, as an Event of the object that it is about: once an hour, for then Events are forgotten.
import type { Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { microTime, timestamp } from '../../api/time.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { ensure } from '../bootstrap.ts';
import type { Engine } from '../verbs/engine.ts';

export interface Finding {
  readonly about: KubeObject;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  /** Which of its addresses or ports. */
  readonly what: string;
}
export function report(engine: Engine, id: string, reporter: string, finding: Finding): Task<Result<void>> {
  const { about, reason, action, note, what } = finding;
  const { name, namespace = '', uid, resourceVersion } = about.metadata;
  const now = engine.clock.now();
  const made = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${reason}.${what.replaceAll(':', '-')}`.toLowerCase().slice(-253),
      namespace: namespace || 'default',
    },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
    reason,
    action,
    message: note,
    type: 'Warning',
    eventTime: microTime(now),
    firstTimestamp: timestamp(now),
    lastTimestamp: timestamp(now),
    source: {},
    reportingComponent: reporter,
    reportingInstance: reporter,
  };
  return ensure(engine, `${id}:${what}:${reason}`, [made]);
}
