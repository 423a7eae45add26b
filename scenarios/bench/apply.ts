import { setTimeout as sleep } from 'node:timers/promises';
import type { Up } from '../e2e/harness.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/** Creates a Deployment and asks until all its replicas are available. Milliseconds that it took. */
export async function applyUntilAvailable(up: Pick<Up, 'call'>, name: string, replicas: number): Promise<number> {
  const started = performance.now();
  const labels = { app: name };
  const created = await up.call(DEPLOYMENTS, {
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
      },
    },
  });
  if (created.code !== 201) throw new Error(`create deployment: ${created.code} ${created.text}`);
  for (;;) {
    const { json } = await up.call(`${DEPLOYMENTS}/${name}`);
    if (json.status?.availableReplicas === replicas) return Math.round(performance.now() - started);
    await sleep(5);
  }
}
