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
const BOOTED: Check = { name: 'poststarthook/rbac/bootstrap-roles', holds: isReady };
const SHUTDOWN: Check = { name: 'shutdown', holds: isReady };
const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  healthz: [PING, LOG, ETCD, BOOTED],
  livez: [PING, LOG, ETCD, BOOTED],
  readyz: [PING, LOG, ETCD, { name: 'informer-sync', holds: isReady }, BOOTED, SHUTDOWN],
};
export const isHealth = (path: string): boolean => CHECKS[path.split('/')[1] ?? ''] !== undefined;

/** Undefined: no such check. */
export function* healthAnswer(
  engine: Engine,
  ready: boolean,
  path: string,
  query: URLSearchParams,
): Task<Result<PathText | undefined>> {
  const [, name = '', ...rest] = path.split('/');
  const only = rest.filter((part) => part !== '').join('/');
  const checks = (CHECKS[name] ?? []).filter((check) => only === '' || check.name === only);
  if (checks.length === 0) return ok(undefined);
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const check of checks) {
    if (excluded.delete(check.name)) {
      lines.push(`[+]${check.name} excluded: ok`);
      continue;
    }
    const holds = yield* check.holds(engine, ready);
    failed ||= !holds;
    lines.push(holds ? `[+]${check.name} ok` : `[-]${check.name} failed: reason withheld`);
  }
  if (excluded.size > 0)
    lines.push(
      `warn: some health checks cannot be excluded: no matches for ${[...excluded].map((one) => `"${one}"`).join(',')}`,
    );
  if (failed) return ok(plain(500, `${lines.join('\n')}\n${name} check failed\n`));
  return ok(plain(200, only === '' && query.has('verbose') ? `${lines.join('\n')}\n${name} check passed\n` : 'ok'));
}
