import type { Result } from '../../../runtime/fault.ts';
import type { Container, Probe } from '../../api/types/pod.ts';
import type { EngineReply, EngineRequest } from '../../engine/protocol.ts';
import { portOf } from '../logic.ts';
import type { ProbeLimits } from './protocol.ts';

export const limitsOf = (probe: Probe): ProbeLimits => ({
  initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1_000,
  periodMs: Math.max(1, probe.periodSeconds ?? 10) * 1_000,
  successThreshold: Math.max(1, probe.successThreshold ?? 1),
  failureThreshold: Math.max(1, probe.failureThreshold ?? 3),
});
export const timeoutMs = (probe: Probe): number => Math.max(1, probe.timeoutSeconds ?? 1) * 1_000;

/** Undefined: nothing that can be tried (gRPC, a port that no name stands for). */
export function requestOf(probe: Probe, container: Container, podUid: string, id: string): EngineRequest | undefined {
  const wait = timeoutMs(probe);
  if (probe.exec !== undefined) return { type: 'container.exec', id, command: probe.exec.command, timeoutMs: wait };
  const target = probe.httpGet ?? probe.tcpSocket;
  const port = target && portOf(target.port, container);
  if (target === undefined || port === undefined) return undefined;
  const common = { podUid, host: target.host ?? '', port, timeoutMs: wait };
  if (probe.httpGet === undefined) return { type: 'probe.tcp', ...common };
  const { path = '/', scheme = 'HTTP', httpHeaders = [] } = probe.httpGet;
  return {
    type: 'probe.http',
    ...common,
    path: path.startsWith('/') ? path : `/${path}`,
    scheme: scheme.toUpperCase() === 'HTTPS' ? 'HTTPS' : 'HTTP',
    headers: httpHeaders,
  };
}

/** Undefined: nobody could try; that counts neither way. */
export function answerOf(result: Result<EngineReply>): { readonly ok: boolean; readonly message: string } | undefined {
  if (!result.ok)
    return result.fault.reason === 'Unavailable' || result.fault.reason === 'Busy'
      ? undefined
      : { ok: false, message: result.fault.message };
  if (result.value.type === 'probed') return result.value;
  if (result.value.type !== 'container.executed') return undefined;
  const { exitCode, stdout, stderr } = result.value;
  const text = new TextDecoder();
  return { ok: exitCode === 0, message: `${text.decode(stdout)}${text.decode(stderr)}`.trim() };
}
