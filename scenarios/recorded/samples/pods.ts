//! Pods that use what pods have.
import type { JsonObject } from '../../../actors/api/json.ts';
import { VOLUMES } from './volumes.ts';

const selector: JsonObject = {
  matchLabels: { app: 'web' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['front', 'back'] },
    { key: 'gone', operator: 'DoesNotExist' },
  ],
};
const httpGet: JsonObject = {
  path: '/healthz',
  port: 'http',
  host: '10.0.0.9',
  scheme: 'HTTPS',
  httpHeaders: [{ name: 'X-Probe', value: 'a' }],
};
const timing: JsonObject = {
  initialDelaySeconds: 3,
  timeoutSeconds: 2,
  periodSeconds: 5,
  successThreshold: 1,
  failureThreshold: 4,
};
const env: JsonObject[] = [
  { name: 'PLAIN', value: 'a$(OTHER)' },
  { name: 'FIELD', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
  { name: 'RESOURCE', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
  { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
  { name: 'CONFIG', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
];
const securityContext: JsonObject = {
  capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
  privileged: false,
  seLinuxOptions: { level: 's0:c123,c456', role: 'r', type: 't', user: 'u' },
  runAsUser: 1000,
  runAsGroup: 3000,
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  procMount: 'Default',
  seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/a.json' },
  appArmorProfile: { type: 'RuntimeDefault' },
};
const main: JsonObject = {
  name: 'main',
  image: 'registry.example.com/web:1.2',
  command: ['/bin/web'],
  args: ['--verbose', '$(PLAIN)'],
  workingDir: '/srv',
  ports: [
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
    { name: 'dns', containerPort: 8080, protocol: 'UDP', hostPort: 8053, hostIP: '127.0.0.1' },
  ],
  envFrom: [{ prefix: 'P_', configMapRef: { name: 'c', optional: true } }, { secretRef: { name: 's' } }],
  env,
  resources: {
    limits: { cpu: '1500m', memory: '1Gi', 'example.com/gpu': '1' },
    requests: { cpu: '0.5', memory: '512Mi', 'ephemeral-storage': '1e9' },
    claims: [{ name: 'gpu', request: 'one' }],
  },
  resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
  volumeMounts: [
    { name: 'emptydir', mountPath: '/cache', subPathExpr: '$(PLAIN)', mountPropagation: 'HostToContainer' },
    { name: 'configmap', mountPath: '/etc/web', readOnly: true, recursiveReadOnly: 'IfPossible' },
    { name: 'hostpath', mountPath: '/data', subPath: 'a/b' },
  ],
  volumeDevices: [{ name: 'persistentvolumeclaim', devicePath: '/dev/xvda' }],
  livenessProbe: { httpGet, ...timing, terminationGracePeriodSeconds: 10 },
  readinessProbe: { tcpSocket: { port: 8080, host: 'localhost' }, ...timing, successThreshold: 2 },
  startupProbe: { grpc: { port: 9090, service: 'health' }, ...timing },
  lifecycle: {
    postStart: { exec: { command: ['true'] } },
    preStop: { sleep: { seconds: 3 } },
  },
  terminationMessagePath: '/dev/log',
  terminationMessagePolicy: 'FallbackToLogsOnError',
  imagePullPolicy: 'Always',
  securityContext,
  stdin: true,
  stdinOnce: true,
  tty: true,
};
const podTerm: JsonObject = {
  labelSelector: selector,
  namespaces: ['a'],
  namespaceSelector: { matchLabels: { team: 'x' } },
  topologyKey: 'kubernetes.io/hostname',
  matchLabelKeys: ['pod-template-hash'],
};
const affinity: JsonObject = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [{ key: 'cpus', operator: 'Gt', values: ['4'] }],
          matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['one'] }],
        },
      ],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 10, preference: { matchExpressions: [{ key: 'ssd', operator: 'Exists' }] } },
    ],
  },
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [podTerm],
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: podTerm }],
  },
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [podTerm] },
};
export const FULL_POD: JsonObject = {
  volumes: [...VOLUMES],
  initContainers: [
    { name: 'first', image: 'busybox', command: ['true'] },
    { name: 'sidecar', image: 'proxy:2', restartPolicy: 'Always', startupProbe: { exec: { command: ['up'] } } },
  ],
  containers: [main, { name: 'plain', image: 'nginx', lifecycle: { preStop: { httpGet: { port: 80 } } } }],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 45,
  activeDeadlineSeconds: 3600,
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['10.0.0.10'], searches: ['example.com'], options: [{ name: 'ndots', value: '2' }] },
  nodeSelector: { disk: 'ssd' },
  serviceAccountName: 'default',
  automountServiceAccountToken: false,
  shareProcessNamespace: true,
  securityContext: {
    runAsUser: 1000,
    runAsGroup: 1000,
    runAsNonRoot: true,
    supplementalGroups: [4000],
    supplementalGroupsPolicy: 'Merge',
    fsGroup: 2000,
    fsGroupChangePolicy: 'OnRootMismatch',
    sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }],
    seccompProfile: { type: 'RuntimeDefault' },
    seLinuxOptions: { level: 's0' },
    seLinuxChangePolicy: 'MountOption',
  },
  imagePullSecrets: [{ name: 'pull' }],
  hostname: 'web',
  subdomain: 'pods',
  setHostnameAsFQDN: false,
  affinity,
  schedulerName: 'other',
  tolerations: [
    { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
    { key: 'b', operator: 'Equal', value: 'c', effect: 'NoSchedule' },
  ],
  hostAliases: [{ ip: '10.1.2.3', hostnames: ['a.example.com'] }],
  readinessGates: [{ conditionType: 'example.com/ready' }],
  enableServiceLinks: false,
  preemptionPolicy: 'PreemptLowerPriority',
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: selector,
      minDomains: 2,
      nodeAffinityPolicy: 'Ignore',
      nodeTaintsPolicy: 'Honor',
      matchLabelKeys: ['pod-template-hash'],
    },
  ],
  os: { name: 'linux' },
  resourceClaims: [
    { name: 'gpu', resourceClaimName: 'shared' },
    { name: 'own', resourceClaimTemplateName: 'template' },
  ],
};
const container: JsonObject = { name: 'main', image: 'nginx' };
export const PODS: readonly JsonObject[] = [
  {
    metadata: {
      labels: { app: 'web', tier: 'front' },
      annotations: { 'example.com/note': 'ü' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'rs',
          uid: 'u1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { ...FULL_POD, schedulingGates: [{ name: 'example.com/wait' }] },
  },
  { spec: { containers: [container], hostNetwork: true, hostPID: true, hostIPC: true, nodeName: 'one' } },
  { spec: { containers: [container], os: { name: 'windows' }, priorityClassName: 'system-cluster-critical' } },
  { spec: { containers: [container], hostUsers: false, resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } } },
];
