//! Makes the claims of pods' generic ephemeral volumes; they are the pods', and go with them
//! (pkg/controller/volume/ephemeral).
import { fail } from '../../../runtime/fault.ts';
import { get, isObject, objectOf, textOf } from '../../api/json.ts';
import { keyOf, PERSISTENT_VOLUME_CLAIMS, PODS } from '../../api/resource.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';
import { controllerRef, isControlledBy } from '../../client/owners.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';

interface Wanted {
  readonly name: string;
  readonly template: object;
}
export const wantedOf = ({ metadata, spec }: Pod): readonly Wanted[] =>
  (spec.volumes ?? []).flatMap((volume) => {
    const template = get(volume, 'ephemeral', 'volumeClaimTemplate');
    return isObject(template) ? [{ name: `${metadata.name}-${textOf(get(volume, 'name'))}`, template }] : [];
  });
export function claimOf(pod: Pod, { name, template }: Wanted): Draft<PersistentVolumeClaim> {
  const { labels, annotations } = objectOf(get(template, 'metadata')) as {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  const own = controllerRef({ ...pod, apiVersion: 'v1', kind: 'Pod' });
  return {
    metadata: {
      name,
      ownerReferences: [own],
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: objectOf(get(template, 'spec')),
  } as Draft<PersistentVolumeClaim>;
}

export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  watches: [
    watchOf({
      resource: PODS,
      indexes: { claim: (pod) => wantedOf(pod).map(({ name }) => `${pod.metadata.namespace}/${name}`) },
      keys: ({ type, object }) => (type !== 'deleted' && wantedOf(object).length > 0 ? [keyOf(object)] : []),
    }),
    watchOf({
      resource: PERSISTENT_VOLUME_CLAIMS,
      // A claim that goes while its pod is there is made again.
      keys: ({ type, object }, io) => (type === 'deleted' ? io.cache(PODS).by('claim', keyOf(object)).map(keyOf) : []),
    }),
  ],
  *reconcile(key, io) {
    const pod = io.cache(PODS).get(key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return undefined;
    const { namespace = '' } = pod.metadata;
    for (const wanted of wantedOf(pod)) {
      const there = io.cache(PERSISTENT_VOLUME_CLAIMS).get(`${namespace}/${wanted.name}`);
      if (there === undefined) {
        const made = yield* io.client.create(PERSISTENT_VOLUME_CLAIMS, namespace, claimOf(pod, wanted));
        if (!made.ok && made.fault.reason === 'Forbidden') return undefined; // the namespace is on its way out
        if (!made.ok) return made.fault;
      } else if (!isControlledBy(there, pod)) {
        const message = `PVC "${namespace}/${wanted.name}" was not created for pod "${key}" (pod is not owner)`;
        return fail('Conflict', message).fault;
      }
    }
    return undefined;
  },
};
