//! `kubectl cordon`: no new pods, except those that tolerate it (as DaemonSets do).
import { tolerates } from '../../api/toleration.ts';
import { type Filter, never } from './filter.ts';

const REFUSAL = never('node(s) were unschedulable');
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare: (pod) =>
    tolerates(pod.tolerations, TAINT)
      ? undefined
      : (node) => (node.node?.spec?.unschedulable === true ? REFUSAL : undefined),
};
