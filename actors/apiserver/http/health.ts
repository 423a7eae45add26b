//! /healthz, /livez and /readyz, whole or one check of them (k8s.io/apiserver/pkg/server/healthz).
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { Engine } from '../verbs/engine.ts';
import { type PathText, plain } from './documents/answer.ts';

const CHECK_MS = 2_000;
/** Never written: whether etcd answers is what is asked. */
const PROBE = '/registry/health';
interface Check {
  readonly name: string;
  readonly holds: (engine: Engine, ready: boolean) => Task<boolean>;
}
function* always(): Task<boolean> {
  return true;
}
function* etcd(engine: Engine): Task<boolean> {
  const got = yield* engine.store.get(PROBE, engine.clock.now() + CHECK_MS);
  return got.ok;
}
function* isReady(_: Engine, ready: boolean): Task<boolean> {
  return ready;
}
const PING: Check = { name: 'ping', holds: always };
const LOG: Check = { name: 'log', holds: always };
const ETCD: Check = { name: 'etcd', holds: etcd };
const ETCD_READY: Check = { name: 'etcd-readiness', holds: etcd };
/** What kube-apiserver starts beside its doors, as far as it is here: done, or begun, when the doors open. */
const HOOKS: readonly Check[] = `start-apiserver-admission-initializer generic-apiserver-start-informers
  priority-and-fairness-config-consumer priority-and-fairness-filter start-apiextensions-informers
  start-apiextensions-controllers crd-informer-synced start-system-namespaces-controller
  start-cluster-authentication-info-controller start-service-ip-repair-controllers rbac/bootstrap-roles
  scheduling/bootstrap-system-priority-classes priority-and-fairness-config-producer bootstrap-controller
  start-kube-aggregator-informers apiservice-status-local-available-controller
  apiservice-status-remote-available-controller apiservice-registration-controller apiservice-discovery-controller
  kube-apiserver-autoregistration`
  .split(/\s+/)
  .map((name) => ({ name: `poststarthook/${name}`, holds: isReady }));
const REGISTERED: Check = { name: 'autoregister-completion', holds: isReady };
const OPENAPI: readonly Check[] = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller'].map((name) => ({
  name: `poststarthook/${name}`,
  holds: isReady,
}));
const STARTED: readonly Check[] = [...HOOKS, REGISTERED, ...OPENAPI];
const SHUTDOWN: Check = { name: 'shutdown', holds: isReady };
const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  healthz: [PING, LOG, ETCD, ...STARTED],
  livez: [PING, LOG, ETCD, ...STARTED],
  readyz: [PING, LOG, ETCD, ETCD_READY, { name: 'informer-sync', holds: isReady }, ...STARTED, SHUTDOWN],
};
export const isHealth = (path: string): boolean => CHECKS[path.split('/')[1] ?? ''] !== undefined;

/** Undefined: no such check. */
export function* healthAnswer(
  engine: Engine,
  ready: boolean,
  path: string,
  query: URLSearchParams,
): Task<Result<PathText | undefined>> {
  const [name, only] = healthPath(path);
  const checks = (CHECKS[name] ?? []).filter((check) => only === '' || check.name === only);
  const outcomes: Outcome[] = [];
  const excluded = query.getAll('exclude');
  for (const check of checks) {
    const holds = excluded.includes(check.name) || (yield* check.holds(engine, ready));
    outcomes.push({ name: check.name, holds });
  }
  return ok(healthText(name, only, outcomes, query));
}
export interface Outcome {
  readonly name: string;
  readonly holds: boolean;
}
/** Which of them, and the one check that is asked for. */
export function healthPath(path: string): readonly [name: string, only: string] {
  const [, name = '', ...rest] = path.split('/');
  return [name, rest.filter((part) => part !== '').join('/')];
}
/** Undefined: there is no such check. */
export function healthText(
  name: string,
  only: string,
  outcomes: readonly Outcome[],
  query: URLSearchParams,
): PathText | undefined {
  if (outcomes.length === 0) return undefined;
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const { name: check, holds } of outcomes) {
    if (excluded.delete(check)) {
      lines.push(`[+]${check} excluded: ok`);
      continue;
    }
    failed ||= !holds;
    lines.push(holds ? `[+]${check} ok` : `[-]${check} failed: reason withheld`);
  }
  if (excluded.size > 0)
    lines.push(
      `warn: some health checks cannot be excluded: no matches for ${[...excluded].map((one) => `"${one}"`).join(',')}`,
    );
  if (failed && only !== '') return plain(500, `internal server error: ${only} failed\n`);
  if (failed) return plain(500, `${lines.join('\n')}\n${name} check failed\n`);
  return plain(200, only === '' && query.has('verbose') ? `${lines.join('\n')}\n${name} check passed\n` : 'ok');
}
