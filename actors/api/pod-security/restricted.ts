//! The checks that level restricted has beyond baseline (k8s.io/pod-security-admission policy), in its words.
import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { addedBeyond, isProfile, seccompProfile, unlessOwnUsers } from './baseline.ts';
import {
  type Check,
  containersNamed,
  isSet,
  isWindows,
  nameOf,
  plural,
  quoted,
  security,
  setters,
  sorted,
  type Versioned,
} from './check.ts';

const unlessWindows =
  (check: Check): Check =>
  (pod) =>
    isWindows(pod) ? undefined : check(pod);

const allowPrivilegeEscalation: Check = ({ containers }) => {
  const bad = containers.filter((one) => security(one, 'allowPrivilegeEscalation') !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersNamed(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};
const BIND: ReadonlySet<string> = new Set(['NET_BIND_SERVICE']);
const capabilities: Check = ({ containers }) => {
  const keeping = containers.filter((one) => !listOf(security(one, 'capabilities', 'drop')).includes('ALL'));
  const adding = containers.filter((one) => addedBeyond(BIND, one).length > 0);
  const details: string[] = [];
  if (keeping.length > 0)
    details.push(`${containersNamed(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const added = quoted(sorted(adding.flatMap((one) => addedBeyond(BIND, one))));
    details.push(`${containersNamed(adding)} must not include ${added} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};
const VOLUMES = 'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(' ');
const OTHER_VOLUMES =
  'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos'.split(
    ' ',
  );
const restrictedVolumes: Check = ({ spec }) => {
  const has = (volume: JsonObject, types: readonly string[]): string | undefined =>
    types.find((type) => isSet(volume[type]));
  const bad = listOf(spec['volumes'])
    .map(objectOf)
    .filter((volume) => has(volume, VOLUMES) === undefined);
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((volume) => has(volume, OTHER_VOLUMES) ?? 'unknown'));
  const uses = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', bad)} ${quoted(bad.map(nameOf))} ${uses} ${plural('restricted volume type', types)} ${quoted(types)}`,
  };
};
const runAsNonRoot: Check = ({ spec, containers }) => {
  const reason = 'runAsNonRoot != true';
  const value = (of: JsonObject): unknown => security(of, 'runAsNonRoot');
  const who = setters(
    value(spec) === false,
    containers.filter((one) => value(one) === false),
  );
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const open = value(spec) === true ? [] : containers.filter((one) => value(one) !== true);
  if (open.length === 0) return undefined;
  return { reason, detail: `pod or ${containersNamed(open)} must set securityContext.runAsNonRoot=true` };
};
const runAsUser: Check = ({ spec, containers }) => {
  const isRoot = (of: JsonObject): boolean => security(of, 'runAsUser') === 0;
  const who = setters(isRoot(spec), containers.filter(isRoot));
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};
const seccompRequired: Check = (pod) => {
  const forbidden = seccompProfile(pod);
  if (forbidden !== undefined) return forbidden;
  const { spec, containers } = pod;
  if (isProfile(textOf(security(spec, 'seccompProfile', 'type')))) return undefined;
  const open = containers.filter((one) => !isSet(security(one, 'seccompProfile')));
  if (open.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersNamed(open)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

export const RESTRICTED: Readonly<Record<string, readonly Versioned[]>> = {
  allowPrivilegeEscalation: [
    { since: 8, check: allowPrivilegeEscalation },
    { since: 25, check: unlessWindows(allowPrivilegeEscalation) },
  ],
  capabilities_restricted: [
    { since: 22, check: capabilities },
    { since: 25, check: unlessWindows(capabilities) },
  ],
  restrictedVolumes: [{ since: 0, check: restrictedVolumes }],
  runAsNonRoot: [
    { since: 0, check: runAsNonRoot },
    { since: 35, check: unlessOwnUsers(runAsNonRoot) },
  ],
  runAsUser: [
    { since: 23, check: runAsUser },
    { since: 35, check: unlessOwnUsers(runAsUser) },
  ],
  seccompProfile_restricted: [
    { since: 19, check: seccompRequired },
    { since: 25, check: unlessWindows(seccompRequired) },
  ],
};
/** Which check of baseline a stricter one stands for, once there is that. */
export const OVERRIDES: Readonly<Record<string, string>> = {
  capabilities_restricted: 'capabilities_baseline',
  restrictedVolumes: 'hostPathVolumes',
  seccompProfile_restricted: 'seccompProfile_baseline',
};
