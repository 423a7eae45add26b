//! VolumeZone: a volume of a zone is for nodes of that zone.
import { type Handle, never, type Plugin } from '../framework/plugin.ts';
import { claimsOf } from './claims-of.ts';

const ELSEWHERE = never('node(s) had no available volume zone');
const LABELS = [
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
] as const;
/** Newer names of the same on nodes. */
const NEWER: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};
type Needs = readonly (readonly [label: string, values: readonly string[]])[];

export const volumeZone = (_: unknown, { cluster: { storage } }: Handle): Plugin<Needs> => ({
  name: 'VolumeZone',
  wakes: [
    { on: ['PersistentVolumeClaimChange', 'PersistentVolumeChange', 'StorageClassChange'] },
    { on: ['NodeAdd', 'NodeLabelChange'] },
  ],
  preFilter: ({ pod }) => {
    const needs: (readonly [string, readonly string[]])[] = [];
    for (const { spec } of claimsOf(pod.pod, storage)) {
      const labels = storage.volumes.get(spec.volumeName ?? '')?.metadata.labels ?? {};
      for (const label of LABELS) {
        const value = labels[label];
        // Of several zones: `a__b`.
        if (value !== undefined) needs.push([label, value.split('__')]);
      }
    }
    return needs.length === 0 ? 'skip' : { state: needs };
  },
  filter: ({ labels }, _cycle, needs) => {
    if (!LABELS.some((label) => labels[label] !== undefined)) return undefined;
    for (const [label, values] of needs) {
      const value = labels[label] ?? labels[NEWER[label] ?? label];
      if (value === undefined || !values.includes(value)) return ELSEWHERE;
    }
    return undefined;
  },
});
