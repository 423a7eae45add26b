//! Which slices a service has: one set a family of addresses (staging/src/k8s.io/endpointslice).
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { EndpointSlice, Service } from '../../api/types/service.ts';
import { controllerRef } from '../../client/owners.ts';
import { HEADLESS, isHeadless, triggerTime } from '../../client/workload/service-pods.ts';
import { MANAGED_BY, type Plan, planSlices, SERVICE_NAME } from '../../client/workload/slices.ts';
import { type AddressType, groupsOf } from './endpoint.ts';

export const ENDPOINTS_MAX = 100;
export const MANAGER = 'endpointslice-controller.k8s.io';

/** `slices`: all that this controller has made for the service. */
export function plan(
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  nodeOf: (name: string) => Node | undefined,
): Plan {
  const types = addressTypes(service);
  const parts = types.map((type) =>
    planSlices(
      {
        namespace: service.metadata.namespace ?? '',
        name: service.metadata.name,
        type,
        owner: controllerRef(service),
        labels: labelsOf(service),
        changedAt: triggerTime(service, pods),
        most: ENDPOINTS_MAX,
        keepEmpty: true,
      },
      groupsOf(service, pods, type, nodeOf),
      slices.filter((slice) => slice.addressType === type),
    ),
  );
  return {
    create: parts.flatMap((part) => part.create),
    update: parts.flatMap((part) => part.update),
    remove: [
      ...slices.filter((slice) => !types.includes(slice.addressType as AddressType)),
      ...parts.flatMap((part) => part.remove),
    ],
  };
}
export function addressTypes({ spec }: Service): readonly AddressType[] {
  const families = spec.ipFamilies;
  if (families !== undefined && families.length > 0) return families;
  return spec.clusterIP?.includes(':') ? ['IPv6'] : ['IPv4'];
}

const labelsOf = (service: Service): Readonly<Record<string, string>> => ({
  ...service.metadata.labels,
  ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
  [SERVICE_NAME]: service.metadata.name,
  [MANAGED_BY]: MANAGER,
});
