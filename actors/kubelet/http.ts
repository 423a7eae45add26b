//! What a kubelet's own HTTP server answers: reached through `nodes/<node>/proxy` (kubernetes pkg/kubelet/server).
import type { Pod } from '../api/types/pod.ts';
import type { KubeletReply } from '../apiserver/protocol.ts';
import type { EngineStats } from '../engine/protocol.ts';
import { resourceMetrics, summaryOf } from './stats.ts';

type Got = Extract<KubeletReply, { type: 'kubelet.got' }>;
const text = (code: number, body: string): Got => ({
  type: 'kubelet.got',
  code,
  contentType: 'text/plain; charset=utf-8',
  body,
});
const json = (body: unknown): Got => ({
  type: 'kubelet.got',
  code: 200,
  contentType: 'application/json',
  body: JSON.stringify(body),
});

const plain = (path: string): string => path.replace(/\?.*$/, '').replace(/(?<=.)\/+$/, '');
const METRICS = 'text/plain; version=0.0.4; charset=utf-8';

/** It wants to know what is used. */
export const isAboutUsage = (path: string): boolean => ['/stats/summary', '/metrics/resource'].includes(plain(path));
export const usageAnswer = (
  path: string,
  node: { readonly name: string; readonly capacityBytes: number },
  stats: EngineStats,
  before: EngineStats | undefined,
  pods: readonly Pod[],
): Got =>
  plain(path) === '/stats/summary'
    ? json(summaryOf(node, stats, before, pods))
    : { ...text(200, resourceMetrics(stats, pods)), contentType: METRICS };
/** The engine does not say: as a kubelet without its statistics provider. */
export const noUsage = (message: string): Got => text(500, `Internal Error: ${message}`);

/** `path` with its query, as after `/proxy`. */
export function answerTo(path: string, pods: readonly Pod[]): Got {
  switch (plain(path)) {
    case '/healthz':
    case '/healthz/ping':
    case '/healthz/syncloop':
      return text(200, 'ok');
    case '/pods':
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods });
    case '/runningpods':
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods.filter(isRunning) });
    default:
      return text(404, '404 page not found\n');
  }
}
const isRunning = ({ status }: Pod): boolean => status?.phase === 'Running';
