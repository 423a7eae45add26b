//! Which controllers a manager runs.
import type { Controller } from '../client/protocol.ts';
import { signingRequestApproving } from '../controllers/certificates/approving.ts';
import { signingRequestCleaner } from '../controllers/certificates/cleaning.ts';
import type { CertificateAuthority } from '../controllers/certificates/protocol.ts';
import { signingRequestSigning } from '../controllers/certificates/signing.ts';
import { clusterRoleAggregation } from '../controllers/cluster-role-aggregation/index.ts';
import { cronJobController } from '../controllers/cronjob/index.ts';
import { daemonSetController } from '../controllers/daemonset/index.ts';
import { deploymentController } from '../controllers/deployment/index.ts';
import { disruptionController } from '../controllers/disruption/index.ts';
import { endpointSliceController } from '../controllers/endpoint-slice/index.ts';
import { endpointSliceMirroring } from '../controllers/endpoint-slice-mirroring/index.ts';
import { endpointsController } from '../controllers/endpoints/index.ts';
import { ephemeralVolumeController } from '../controllers/ephemeral-volume/index.ts';
import { garbageCollector } from '../controllers/garbage-collector/index.ts';
import { horizontalPodAutoscalerController } from '../controllers/horizontal-pod-autoscaler/index.ts';
import { jobController } from '../controllers/job/index.ts';
import { namespaceController } from '../controllers/namespace/index.ts';
import { nodeLifecycleController } from '../controllers/node-lifecycle/index.ts';
import { persistentVolumeBinder } from '../controllers/persistent-volume/index.ts';
import { podGarbageCollector } from '../controllers/pod-gc/index.ts';
import { replicasetController, replicationController } from '../controllers/replicaset/index.ts';
import { resourceClaimController } from '../controllers/resource-claim/index.ts';
import { rootCaPublisher } from '../controllers/root-ca/index.ts';
import { serviceAccountController } from '../controllers/service-account/index.ts';
import { serviceAccountTokenController } from '../controllers/service-account-token/index.ts';
import { serviceCidrController } from '../controllers/service-cidr/index.ts';
import { statefulSetController } from '../controllers/statefulset/index.ts';
import {
  attributesClassProtection,
  claimProtection,
  volumeProtection,
} from '../controllers/storage-protection/index.ts';
import { taintEvictionController } from '../controllers/taint-eviction/index.ts';
import { ttlController } from '../controllers/ttl/index.ts';
import { ttlAfterFinishedController } from '../controllers/ttl-after-finished/index.ts';

/** `authority`: signs certificates; its own is what pods get to trust. */
export const controllers = (authority: CertificateAuthority): readonly Controller[] => [
  serviceAccountController,
  serviceAccountTokenController({ ca: authority.certificate }),
  rootCaPublisher({ ca: authority.certificate }),
  clusterRoleAggregation,
  signingRequestApproving,
  ...(canSign(authority) ? [signingRequestSigning(authority)] : []),
  signingRequestCleaner,
  deploymentController,
  replicasetController,
  replicationController,
  daemonSetController(),
  statefulSetController,
  jobController(),
  cronJobController,
  ttlAfterFinishedController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroring,
  disruptionController,
  horizontalPodAutoscalerController(),
  nodeLifecycleController(),
  taintEvictionController(),
  ttlController(),
  podGarbageCollector(),
  namespaceController,
  serviceCidrController,
  ephemeralVolumeController,
  resourceClaimController,
  persistentVolumeBinder,
  claimProtection,
  volumeProtection,
  attributesClassProtection,
  garbageCollector(),
];
const canSign = (authority: CertificateAuthority): authority is Required<CertificateAuthority> =>
  authority.issue !== undefined;
