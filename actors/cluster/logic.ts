import { type ClusterPlan, type Placement, ROLES, type Role } from './protocol.ts';

/** The whole cluster in one process: a control plane and `nodes` nodes named `node-1` and so on. */
export function planUp(cluster: string, nodes: number): ClusterPlan {
  const names = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`);
  return {
    cluster,
    placements: [
      ...ROLES.filter((role) => !onNodes(role)).map((role): Placement => ({ role, name: 'main' })),
      ...names.flatMap((name): Placement[] => [
        { role: 'kubelet', name },
        { role: 'kube-proxy', name },
      ]),
    ],
  };
}

/** Some roles as a part of a cluster whose other parts run elsewhere. */
export const planJoin = (cluster: string, roles: readonly Role[], name: string): ClusterPlan => ({
  cluster,
  placements: ROLES.filter((role) => roles.includes(role)).map((role) => ({ role, name })),
});

const onNodes = (role: Role): boolean => role === 'kubelet' || role === 'kube-proxy';

/** `etcd,kubelet` as roles, or the sentence that says which word is wrong. */
export function parseRoles(text: string): readonly Role[] | string {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const wrong = words.find((word) => !ROLES.includes(word as Role));
  if (wrong !== undefined) return `unknown role "${wrong}": the roles are ${ROLES.join(', ')}`;
  if (words.length === 0) return `no role given: the roles are ${ROLES.join(', ')}`;
  return words as Role[];
}

// A node's name is a DNS-1123 subdomain (k8s.io/apimachinery validation.IsDNS1123Subdomain).
export const isNodeName = (text: string): boolean =>
  text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
