//! Keeps the rules of ClusterRoles that are sums of others.
import type { Resource } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';
import { type ClusterRole, plan, sums } from './logic.ts';

const ROLES = findResource('rbac.authorization.k8s.io', 'v1', 'clusterroles') as Resource<ClusterRole>;

export const clusterRoleAggregation: Controller = {
  name: 'clusterrole-aggregation-controller',
  watches: [
    // Any role may be part of any sum; sums are few.
    watchOf({
      resource: ROLES,
      indexes: { sums: (role) => (sums(role) ? ['yes'] : []) },
      keys: ({ object }, io) => [
        ...io
          .cache(ROLES)
          .by('sums', 'yes')
          .map(({ metadata }) => metadata.name),
        ...(sums(object) ? [object.metadata.name] : []),
      ],
    }),
  ],
  *reconcile(name, io) {
    const role = io.cache(ROLES).get(name);
    if (role === undefined || !sums(role)) return undefined;
    const rules = plan(role, io.cache(ROLES).list());
    if (rules === undefined) return undefined;
    const { uid, resourceVersion } = role.metadata;
    const done = yield* io.client.patch(ROLES, '', name, { metadata: { uid, resourceVersion }, rules });
    return done.ok || done.fault.reason === 'NotFound' ? undefined : done.fault;
  },
};
