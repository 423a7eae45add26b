import { test } from 'node:test';
import { created } from '../refusal.fixture.ts';

test('pods: names, times and policies', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = { spec: { containers: [{ name: 'c', image: 'i' }] } };
  created(kind, sound, [
    [{ 'spec.containers': [] }, 'spec.containers: Required value'],
    [
      { 'spec.restartPolicy': 'Sometimes' },
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
    [
      { 'spec.dnsPolicy': 'Mine' },
      'spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
    [{ 'spec.dnsPolicy': 'None' }, 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    [
      { 'spec.dnsConfig': { nameservers: ['x', '1.1.1.1', '1.1.1.1', '1.1.1.1'], options: [{}] } },
      'spec.dnsConfig.nameservers: Invalid value: ["x","1.1.1.1","1.1.1.1","1.1.1.1"]: must not have more than 3 nameservers',
      'spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'spec.dnsConfig.options[0]: Required value: must not be empty',
    ],
    [
      { 'spec.activeDeadlineSeconds': 0 },
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [
      { 'spec.serviceAccountName': 'A' },
      "spec.serviceAccountName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [
      { 'spec.nodeName': '_' },
      "spec.nodeName: Invalid value: \"_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [{ 'spec.hostname': 'a.b' }, 'spec.hostname: Invalid value: "a.b": must not contain dots'],
    [
      { 'spec.subdomain': 'A' },
      "spec.subdomain: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [
      { 'spec.hostnameOverride': 'a', 'spec.hostNetwork': true },
      'spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true',
    ],
    [
      { 'spec.priorityClassName': 'A' },
      "spec.priorityClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [
      { 'spec.runtimeClassName': 'A' },
      "spec.runtimeClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [
      { 'spec.preemptionPolicy': 'Maybe' },
      'spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"',
    ],
    [
      { 'spec.readinessGates': [{ conditionType: '' }] },
      'spec.readinessGates[0].conditionType: Invalid value: "": name part must be non-empty',
      "spec.readinessGates[0].conditionType: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [{ 'spec.schedulingGates': [{ name: 'a' }, { name: 'a' }] }, 'spec.schedulingGates[1]: Duplicate value: "a"'],
    [
      { 'spec.hostAliases': [{ ip: 'x', hostnames: ['A'] }] },
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      "spec.hostAliases[0].hostnames[0]: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [{ 'spec.os': { name: 'beos' } }, 'spec.os: Unsupported value: "beos": supported values: "linux", "windows"'],
    [
      { 'spec.overhead': { cpus: '1' } },
      'spec.overhead.limits[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified',
      'spec.overhead.limits[cpus]: Invalid value: "cpus": must be a standard resource for containers',
    ],
    [{ 'spec.setHostnameAsFQDN': true, 'spec.hostNetwork': true }],
    [
      { 'spec.ephemeralContainers': [{ name: 'e', image: 'i' }] },
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ],
    [
      { 'spec.shareProcessNamespace': true, 'spec.hostPID': true },
      'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
    ],
  ]);
});
test('pods: where they run', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = { spec: { containers: [{ name: 'c', image: 'i' }] } };
  created(kind, sound, [
    [
      { 'spec.nodeSelector': { 'a b': 'c d' } },
      "spec.nodeSelector: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      "spec.nodeSelector: Invalid value: \"c d\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    [
      { 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms': [] },
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
    [
      {
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms': [
          {
            matchExpressions: [
              { key: 'a', operator: 'In' },
              { key: 'a', operator: 'Exists', values: ['b'] },
              { key: 'a', operator: 'Gt', values: ['b', 'c'] },
              { key: 'a', operator: 'Like' },
            ],
          },
        ],
      },
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[2].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[3].operator: Invalid value: "Like": not a valid selector operator',
    ],
    [
      {
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms': [
          {
            matchFields: [
              { key: 'metadata.uid', operator: 'In', values: ['x'] },
              { key: 'metadata.name', operator: 'Exists', values: [] },
            ],
          },
        ],
      },
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key',
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[1].operator: Invalid value: "Exists": not a valid selector operator',
    ],
    [
      {
        'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution': [
          { weight: 0, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
        ],
      },
      'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
    ],
    [
      {
        'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution': [
          { topologyKey: '', labelSelector: {} },
        ],
      },
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
      "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [
      {
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution': [
          {
            topologyKey: 'z',
            namespaces: ['A'],
            labelSelector: {},
            matchLabelKeys: ['a', 'b'],
            mismatchLabelKeys: ['a'],
          },
        ],
      },
      "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespace: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys',
    ],
    [
      {
        'spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution': [
          { weight: 101, podAffinityTerm: { topologyKey: 'z' } },
        ],
      },
      'spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
    ],
    [
      { 'spec.topologySpreadConstraints': [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never' }] },
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
      'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
    [
      {
        'spec.topologySpreadConstraints': [
          {
            maxSkew: 1,
            minDomains: 0,
            topologyKey: 'z',
            whenUnsatisfiable: 'ScheduleAnyway',
            nodeAffinityPolicy: 'x',
            labelSelector: {},
          },
        ],
      },
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      'spec.topologySpreadConstraints[0].nodeAffinityPolicy: Unsupported value: "x": supported values: "Honor", "Ignore"',
    ],
    [
      {
        'spec.topologySpreadConstraints': [
          { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
          { maxSkew: 2, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
        ],
      },
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"',
    ],
    [
      {
        'spec.tolerations': [
          { operator: 'Equal' },
          { key: 'a', operator: 'Exists', value: 'b' },
          { key: 'a', operator: 'Gt', value: '1' },
          { key: 'a', tolerationSeconds: 1, effect: 'NoSchedule' },
          { key: 'a', effect: 'Maybe' },
        ],
      },
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      'spec.tolerations[1].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[2].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"',
      'spec.tolerations[3].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      'spec.tolerations[4].effect: Unsupported value: "Maybe": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  ]);
});
test('pods: security', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = { spec: { containers: [{ name: 'c', image: 'i' }] } };
  created(kind, sound, [
    [
      { 'spec.securityContext': { runAsUser: -1, fsGroup: -1, supplementalGroups: [-1] } },
      'spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.securityContext.supplementalGroups[0]: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    ],
    [
      {
        'spec.securityContext': {
          sysctls: [{ name: '' }, { name: 'a b', value: '1' }, { name: 'kernel.msgmax' }, { name: 'kernel/msgmax' }],
        },
      },
      'spec.securityContext.sysctls[0].name: Required value',
      'spec.securityContext.sysctls[1].name: Invalid value: "a b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
    ],
    [
      { 'spec.securityContext': { seccompProfile: { type: 'Localhost' } } },
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
    ],
    [
      {
        'spec.securityContext': {
          seccompProfile: { type: 'Unconfined', localhostProfile: 'x' },
          appArmorProfile: { type: 'Own' },
        },
      },
      'spec.securityContext.seccompProfile.localhostProfile: Invalid value: {"Type":"Unconfined","LocalhostProfile":"x"}: can only be set when seccomp type is Localhost',
      'spec.securityContext.appArmorProfile.type: Unsupported value: "Own": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
    ],
    [
      { 'spec.securityContext': { fsGroupChangePolicy: 'x', supplementalGroupsPolicy: 'y', seLinuxChangePolicy: 'z' } },
      'spec.securityContext.fsGroupChangePolicy: Unsupported value: "x": supported values: "Always", "OnRootMismatch"',
      'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "y": supported values: "Merge", "Strict"',
      'spec.securityContext.seLinuxChangePolicy: Unsupported value: "z": supported values: "MountOption", "Recursive"',
    ],
    [
      { 'spec.hostUsers': false, 'spec.hostNetwork': true, 'spec.hostPID': true },
      'spec.hostNetwork: Forbidden: when `hostUsers` is false',
      'spec.HostPID: Forbidden: when `hostUsers` is false',
    ],
    [
      {
        'spec.os': { name: 'windows' },
        'spec.securityContext': { runAsUser: 1, sysctls: [{ name: 'a', value: 'b' }] },
        'spec.hostPID': true,
      },
      'spec.hostPID: Forbidden: cannot be set for a windows pod',
      'spec.securityContext.sysctls: Forbidden: cannot be set for a windows pod',
      'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
    ],
    [
      { 'spec.os': { name: 'linux' }, 'spec.securityContext': { windowsOptions: { runAsUserName: 'x' } } },
      'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
    ],
    [
      {
        'spec.securityContext': {
          windowsOptions: { hostProcess: true, gmsaCredentialSpecName: 'A', runAsUserName: '' },
        },
      },
      "spec.securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "": runAsUserName cannot be an empty string',
      'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
    ],
    [
      {
        'spec.containers.0.securityContext': {
          privileged: true,
          allowPrivilegeEscalation: false,
          runAsUser: -1,
          runAsGroup: -1,
        },
      },
      'spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.containers[0].securityContext.runAsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":-1,"RunAsGroup":-1,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
    [
      {
        'spec.containers.0.securityContext': {
          capabilities: { add: ['CAP_SYS_ADMIN'] },
          allowPrivilegeEscalation: false,
          procMount: 'x',
        },
      },
      'spec.containers[0].securityContext.procMount: Unsupported value: "x": supported values: "Default", "Unmasked"',
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":{"Add":["CAP_SYS_ADMIN"],"Drop":null},"Privileged":null,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":"x","SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
    ],
    [
      {
        'metadata.annotations': {
          'seccomp.security.alpha.kubernetes.io/pod': 'own',
          'controller.kubernetes.io/pod-deletion-cost': '01',
          'kubernetes.io/config.mirror': 'x',
          'container.apparmor.security.beta.kubernetes.io/x': 'own',
        },
      },
      'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "01": must be a 32bit integer',
      'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "own": must be a valid seccomp profile',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "own": invalid AppArmor profile name: "own"',
    ],
  ]);
});
test('pods: what they claim and ask for as a whole', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = { spec: { containers: [{ name: 'c', image: 'i' }] } };
  created(kind, sound, [
    [
      {
        'spec.resourceClaims': [
          { name: 'A' },
          { name: 'b', resourceClaimName: 'x', resourceClaimTemplateName: 'y' },
          { name: 'b', resourceClaimName: 'A' },
        ],
      },
      "spec.resourceClaims[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.resourceClaims[0]: Invalid value: {"Name":"A","ResourceClaimName":null,"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      'spec.resourceClaims[1]: Invalid value: {"Name":"b","ResourceClaimName":"x","ResourceClaimTemplateName":"y"}: at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
      'spec.resourceClaims[2].name: Duplicate value: "b"',
      "spec.resourceClaims[2].resourceClaimName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [
      { 'spec.containers.0.resources.claims': [{ name: 'none' }] },
      'spec.containers[0].resources.claims[0]: Not found: "none": must be one of the names in pod.spec.resourceClaims which is empty',
    ],
    [
      { 'spec.resources': { limits: { cpu: '1', 'example.com/gpu': '1' } } },
      'spec.resources.limits[example.com/gpu]: Unsupported value: "example.com/gpu": supported values: "cpu", "hugepages-", "memory"',
    ],
    [
      { 'spec.resources': { limits: { cpu: '1' }, requests: { cpu: '2' } } },
      'spec.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      { 'spec.resources': { limits: { cpu: '1' } }, 'spec.containers.0.resources': { limits: { cpu: '2' } } },
      'spec.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      'spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1',
    ],
  ]);
});
