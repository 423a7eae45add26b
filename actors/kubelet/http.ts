//! What a kubelet's own HTTP server answers: reached through `nodes/<node>/proxy` (kubernetes pkg/kubelet/server).
import type { Pod } from '../api/types/pod.ts';
import type { KubeletReply } from '../apiserver/protocol.ts';

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

/** `path` with its query, as after `/proxy`. */
export function answerTo(path: string, pods: readonly Pod[]): Got {
  switch (path.replace(/\?.*$/, '').replace(/(?<=.)\/+$/, '')) {
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
