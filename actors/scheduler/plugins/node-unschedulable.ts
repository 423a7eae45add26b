//! `kubectl cordon`: no new pods, except those that tolerate it (as DaemonSets do).
import { tolerates } from '../../api/toleration.ts';
import type { Node } from '../../api/types/cluster.ts';
import { never, type Plugin } from '../framework/plugin.ts';
import type { PodFacts } from '../pod-facts.ts';

const REFUSAL = never('node(s) were unschedulable');
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
const excused = ({ tolerations }: PodFacts): boolean => tolerates(tolerations, TAINT);

export const nodeUnschedulable = (): Plugin => ({
  name: 'NodeUnschedulable',
  local: true,
  wakes: [
    {
      on: ['NodeAdd', 'NodeTaintChange'],
      hint: (pod, { object }) => (object as Node).spec?.unschedulable !== true || excused(pod),
    },
  ],
  filter: ({ node }, { pod }) => (node?.spec?.unschedulable === true && !excused(pod) ? REFUSAL : undefined),
});
