//! `--controllers`: which controllers a manager runs, by Kubernetes' names (controller-manager IsControllerEnabled).

/** Short names that kube-controller-manager knows besides (cmd/kube-controller-manager/names). */
const ALIASES: Readonly<Record<string, string>> = {
  bootstrapsigner: 'bootstrap-signer-controller',
  'clusterrole-aggregation': 'clusterrole-aggregation-controller',
  csrapproving: 'certificatesigningrequest-approving-controller',
  csrcleaner: 'certificatesigningrequest-cleaner-controller',
  csrsigning: 'certificatesigningrequest-signing-controller',
  endpoint: 'endpoints-controller',
  endpointslicemirroring: 'endpointslice-mirroring-controller',
  garbagecollector: 'garbage-collector-controller',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler-controller',
  nodelifecycle: 'node-lifecycle-controller',
  'persistentvolume-binder': 'persistentvolume-binder-controller',
  podgc: 'pod-garbage-collector-controller',
  'pv-protection': 'persistentvolume-protection-controller',
  'pvc-protection': 'persistentvolumeclaim-protection-controller',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
  tokencleaner: 'token-cleaner-controller',
};
export interface Selection {
  readonly all: boolean;
  readonly on: ReadonlySet<string>;
  readonly off: ReadonlySet<string>;
}
export const EVERY: Selection = { all: true, on: new Set(), off: new Set() };

/** `*,-job-controller`, or the sentence that says what is wrong. `known`: every name there is. */
export function parseControllers(text: string, known: readonly string[]): Selection | string {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const on = new Set<string>();
  const off = new Set<string>();
  for (const word of words) {
    if (word === '*') continue;
    const less = word.startsWith('-');
    const given = less ? word.slice(1) : word;
    const name = [given, ALIASES[given], `${given}-controller`].find((one) => one !== undefined && known.includes(one));
    if (name === undefined)
      return `${JSON.stringify(given)} is not in the list of known controllers: ${[...known].sort().join(', ')}`;
    (less ? off : on).add(name);
  }
  return { all: words.includes('*'), on, off };
}
/** Named ones first; `*` is all others. */
export const isSelected = (name: string, { all, on, off }: Selection): boolean =>
  on.has(name) || (!off.has(name) && all);
