//! Kubernetes' conformance tests by their names: each does what the original does.
import { after, before } from 'node:test';
import { eventually } from '../e2e/eventually.ts';
import { startUp, stopEverything, type Up } from '../e2e/harness.ts';
import { stories } from '../e2e/story.ts';
import { Api } from './api.ts';
import { NAMES } from './table.ts';

export type Conformance = (name: string, check: (api: Api) => Promise<void>) => void;

/** One real server a test file; each test has a namespace of its own, as in the original framework. */
export function conformanceTests(args: readonly string[] = []): Conformance {
  let up: Up;
  let tests = 0;
  before(async () => {
    up = await startUp({ engine: 'simulated', args });
  });
  after(stopEverything);
  const story = stories(() => up?.program.report() ?? '');
  return (name, check) => {
    if (!NAMES.includes(name)) throw new Error(`no conformance test of that name: ${name}`);
    story(name, async () => {
      const namespace = `conformance-${++tests}`;
      const api = new Api(up, namespace);
      await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
      await eventually('the namespace has its service account', () =>
        api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
      );
      await check(api);
      await api.delete(`/api/v1/namespaces/${namespace}`);
    });
  };
}
