//! Volumes, claims, classes and drivers as the scheduler knows them, with what it has decided and not yet seen.
import { keyOf } from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../api/types/storage.ts';
import { BIND_COMPLETED, SELECTED_NODE } from '../../client/storage/annotations.ts';

export class Storage {
  readonly volumes = new Map<string, PersistentVolume>();
  readonly claims = new Map<string, PersistentVolumeClaim>();
  readonly classes = new Map<string, StorageClass>();
  readonly csiNodes = new Map<string, CSINode>();
  readonly drivers = new Map<string, CSIDriver>();
  readonly capacities = new Map<string, CSIStorageCapacity>();
  /** Volumes that are promised to a claim, by name: to which. */
  readonly promised = new Map<string, string>();
  /** Claims for which a node is decided: which. */
  readonly selected = new Map<string, string>();

  set(object: KubeObject, gone: boolean): void {
    const all = this.#of(object.kind);
    const key = keyOf(object);
    if (gone) all.delete(key);
    else all.set(key, object);
  }
  #of(kind: string): Map<string, KubeObject> {
    switch (kind) {
      case 'PersistentVolume':
        return this.volumes;
      case 'PersistentVolumeClaim':
        return this.claims;
      case 'StorageClass':
        return this.classes;
      case 'CSINode':
        return this.csiNodes;
      case 'CSIDriver':
        return this.drivers;
      default:
        return this.capacities as Map<string, KubeObject>;
    }
  }
  /** Where the claim's volume is to be: by our own word before the API's. */
  selectedNode(claim: PersistentVolumeClaim): string | undefined {
    return this.selected.get(keyOf(claim)) ?? claim.metadata.annotations?.[SELECTED_NODE];
  }
}
export const isBound = ({ spec, metadata }: PersistentVolumeClaim): boolean =>
  (spec.volumeName ?? '') !== '' && metadata.annotations?.[BIND_COMPLETED] !== undefined;
