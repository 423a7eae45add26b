//! Which controllers a manager runs. `ca`: the cluster's certificate authority, PEM, as pods get it.
import type { Controller } from '../client/protocol.ts';
import { clusterRoleAggregation } from '../controllers/cluster-role-aggregation/index.ts';
import { cronJobController } from '../controllers/cronjob/index.ts';
import { deploymentController } from '../controllers/deployment/index.ts';
import { disruptionController } from '../controllers/disruption/index.ts';
import { endpointSliceController } from '../controllers/endpoint-slice/index.ts';
import { endpointSliceMirroring } from '../controllers/endpoint-slice-mirroring/index.ts';
import { endpointsController } from '../controllers/endpoints/index.ts';
import { garbageCollector } from '../controllers/garbage-collector/index.ts';
import { jobController } from '../controllers/job/index.ts';
import { namespaceController } from '../controllers/namespace/index.ts';
import { nodeLifecycleController } from '../controllers/node-lifecycle/index.ts';
import { podGarbageCollector } from '../controllers/pod-gc/index.ts';
import { replicasetController, replicationController } from '../controllers/replicaset/index.ts';
import { rootCaPublisher } from '../controllers/root-ca/index.ts';
import { serviceAccountController } from '../controllers/service-account/index.ts';
import { serviceAccountTokenController } from '../controllers/service-account-token/index.ts';
import { serviceCidrController } from '../controllers/service-cidr/index.ts';
import { storageProtectionController } from '../controllers/storage-protection/index.ts';
import { taintEvictionController } from '../controllers/taint-eviction/index.ts';
import { ttlAfterFinishedController } from '../controllers/ttl-after-finished/index.ts';

export const controllers = (ca: string): readonly Controller[] => [
  serviceAccountController,
  serviceAccountTokenController({ ca }),
  rootCaPublisher({ ca }),
  clusterRoleAggregation,
  deploymentController,
  replicasetController,
  replicationController,
  jobController(),
  cronJobController,
  ttlAfterFinishedController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroring,
  disruptionController,
  nodeLifecycleController(),
  taintEvictionController(),
  podGarbageCollector(),
  namespaceController,
  serviceCidrController,
  storageProtectionController,
  garbageCollector(),
];
