//! What an engine is given of a pod: its sandbox, its volumes, and one attempt of a container.
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Task } from '../../runtime/task.ts';
import { milliOf, unitsOf } from '../api/quantity.ts';
import type { Container, Pod } from '../api/types/pod.ts';
import type { ContainerSpec, SandboxSpec } from '../engine/protocol.ts';
import { environmentOf, expand, type Place, serviceEnvironment } from './env.ts';
import type { PodOrder } from './protocol.ts';
import { readSources, readTokens } from './sources.ts';
import { type Mounted, mountsOf, volumeOf, wantedBy, wantedByContainer } from './volumes.ts';

export type Volumes = ReadonlyMap<string, Mounted>;
const HOSTNAME_MAX = 63;

export function sandboxOf({ metadata, spec }: Pod): SandboxSpec {
  return {
    podUid: metadata.uid,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    hostNetwork: spec.hostNetwork === true,
    hostname: (spec.hostname ?? metadata.name).slice(0, HOSTNAME_MAX).replace(/[-.]+$/, ''),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
  };
}
export const placeOf = (order: PodOrder, pod: Pod, podIp: string): Place => ({
  pod,
  podIp,
  nodeIp: order.node.ip,
  capacity: order.capacity,
});

export function* mountVolumes(order: PodOrder, place: Place): Task<Result<Volumes>> {
  const { pod } = place;
  const wanted = wantedBy(pod);
  const sources = yield* readSources(order.client, pod.metadata.namespace ?? '', wanted);
  if (!sources.ok) return sources;
  const tokens = yield* readTokens(order.client, pod, wanted.tokens);
  if (!tokens.ok) return tokens;
  const volumes = new Map<string, Mounted>();
  for (const volume of pod.spec.volumes ?? []) {
    const made = volumeOf(volume, place, sources.value, tokens.value);
    if (!made.ok) return made;
    volumes.set(volume.name, made.value);
  }
  return ok(volumes);
}

export function* configure(
  order: PodOrder,
  place: Place,
  volumes: Volumes,
  container: Container,
  attempt: number,
): Task<Result<ContainerSpec>> {
  const { pod } = place;
  const { namespace = '', uid, annotations = {} } = pod.metadata;
  const sources = yield* readSources(order.client, namespace, wantedByContainer(container));
  if (!sources.ok) return sources;
  const env = environmentOf(container, place, sources.value, serviceLinks(order, pod));
  if (!env.ok) return env;
  const mounts = mountsOf(container, volumes);
  if (!mounts.ok) return mounts;
  const wrong = mounts.value.find(({ mountPath }) => !mountPath.startsWith('/'));
  if (wrong !== undefined) return fail('Invalid', `mountPath "${wrong.mountPath}" is not absolute`);
  const known = (name: string): string | undefined => env.value[name];
  const { limits } = container.resources ?? {};
  return ok({
    podUid: uid,
    name: container.name,
    attempt,
    image: container.image,
    command: (container.command ?? []).map((word) => expand(word, known)),
    args: (container.args ?? []).map((word) => expand(word, known)),
    workingDir: container.workingDir ?? '',
    ...(container.stdin === true ? { stdin: true, stdinOnce: container.stdinOnce === true } : {}),
    ...(container.tty === true ? { tty: true } : {}),
    env: env.value,
    mounts: mounts.value,
    ports: (container.ports ?? []).map(({ containerPort, protocol }) => ({
      containerPort,
      protocol: protocol ?? 'TCP',
    })),
    ...(limits?.['cpu'] === undefined ? {} : { cpuMilli: milliOf(limits['cpu']) }),
    ...(limits?.['memory'] === undefined ? {} : { memoryBytes: unitsOf(limits['memory']) }),
    annotations,
  });
}
/** `default/kubernetes` always; the services of the namespace unless the pod wants none. */
function serviceLinks({ services }: PodOrder, pod: Pod): Readonly<Record<string, string>> {
  const kubernetes = services.get('default/kubernetes');
  const own = pod.spec.enableServiceLinks === false ? [] : services.list(pod.metadata.namespace);
  return serviceEnvironment([...(kubernetes === undefined ? [] : [kubernetes]), ...own]);
}
