//! What HTTP says of priority and fairness: headers of an answer, and what is counted.
import type { Action } from '../access/rule.ts';
import type { Caches } from '../cache/caches.ts';
import type { Fairness, Placed } from '../fairness/fairness.ts';
import type { Level } from '../fairness/level.ts';
import type { Gauge } from './metrics.ts';
import { VERSION } from './paths.ts';

/** flowcontrol.apiserver.k8s.io ResponseHeaderMatchedFlowSchemaUID and its like. */
export const marksOf = ({ flow, level }: Placed): Readonly<Record<string, string>> =>
  flow.schema.uid === '' && level.uid === ''
    ? NONE
    : { 'x-kubernetes-pf-flowschema-uid': flow.schema.uid, 'x-kubernetes-pf-prioritylevel-uid': level.uid };
const NONE = {};

/** Nobody waits for these to end, so they take no seat (--long-running-request-regexp). */
export const isLong = (action: Action): boolean =>
  'verb' in action && !('path' in action) && LONG.has(action.subresource);
const LONG: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

export function fairnessGauges(fairness: Fairness): readonly Gauge[] {
  const levels = [...fairness.levels];
  const of = (value: (level: (typeof levels)[number]) => number): Gauge['values'] =>
    levels.map((level) => [{ priority_level: level.name }, value(level)]);
  const gauge = (name: string, help: string, values: Gauge['values']): Gauge => ({ name, help, type: 'gauge', values });
  return [
    gauge(
      'apiserver_flowcontrol_nominal_limit_seats',
      'Nominal number of execution seats configured for each priority level',
      of(({ limits }) => limits.nominal),
    ),
    gauge(
      'apiserver_flowcontrol_current_executing_requests',
      'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
      of(({ executing }) => executing),
    ),
    gauge(
      'apiserver_flowcontrol_current_inqueue_requests',
      'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
      of(({ waiting }) => waiting),
    ),
    ...LIMITS.map(([name, help, value]) => gauge(`apiserver_flowcontrol_${name}`, help, of(value))),
    {
      name: 'apiserver_flowcontrol_dispatched_requests_total',
      help: 'Number of requests executed by API Priority and Fairness subsystem',
      type: 'counter',
      values: levels.flatMap(({ name, dispatched }) =>
        [...dispatched].map(([schema, count]) => [{ flow_schema: schema, priority_level: name }, count] as const),
      ),
    },
    {
      name: 'apiserver_flowcontrol_rejected_requests_total',
      help: 'Number of requests rejected by API Priority and Fairness subsystem',
      type: 'counter',
      values: levels.flatMap(({ name, rejected }) =>
        [...rejected].map(([of, count]) => {
          const [schema = '', reason = ''] = of.split(' ');
          return [{ flow_schema: schema, priority_level: name, reason }, count] as const;
        }),
      ),
    },
  ];
}
const LIMITS: readonly (readonly [string, string, (level: Level) => number])[] = [
  [
    'current_executing_seats',
    'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
    ({ seats }) => seats,
  ],
  [
    'current_limit_seats',
    'current derived number of execution seats available to each priority level',
    ({ current }) => current,
  ],
  [
    'lower_limit_seats',
    'Configured lower bound on number of execution seats available to each priority level',
    ({ limits }) => limits.reserved,
  ],
  [
    'upper_limit_seats',
    'Configured upper bound on number of execution seats available to each priority level',
    ({ limits }) => limits.most,
  ],
  ['demand_seats_smoothed', 'Smoothed seat demands', ({ target }) => target],
];

export function objectGauges(caches: Caches): readonly Gauge[] {
  const values = [...caches.sizes()].map(([resource, size]) => [{ resource }, size] as const);
  const help = 'Number of stored objects at the time of last check split by kind.';
  return [BUILD, { name: 'apiserver_storage_objects', help, type: 'gauge', values }];
}
const BUILD: Gauge = {
  name: 'kubernetes_build_info',
  help: 'A metric with a constant 1 value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.',
  type: 'gauge',
  values: [[{ major: VERSION.major, minor: VERSION.minor, git_version: VERSION.gitVersion }, 1]],
};
