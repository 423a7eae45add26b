import { test } from 'node:test';
import { updated } from '../refusal.fixture.ts';

test('pods: updated: what may change and what may not', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    metadata: { resourceVersion: '1' },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  };
  updated(kind, sound, [
    [{ 'spec.containers.0.image': 'j' }],
    [
      { 'spec.containers.0.image': '' },
      'spec.containers[0].image: Required value',
      'spec.containers[0].image: Required value',
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n@@ -31,7 +31,7 @@\n       "Lifecycle": null,\n       "TerminationMessagePath": "/dev/termination-log",\n       "TerminationMessagePolicy": "File",\n-      "ImagePullPolicy": "Always",\n+      "ImagePullPolicy": "IfNotPresent",\n       "SecurityContext": null,\n       "Stdin": false,\n       "StdinOnce": false,\n',
    ],
    [{ 'spec.activeDeadlineSeconds': 5 }],
    [{ 'spec.tolerations.1': { key: 'b', operator: 'Exists' } }],
    [
      { 'spec.tolerations': [] },
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
    [
      { 'spec.nodeName': 'n' },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n@@ -46,7 +46,7 @@\n   "NodeSelector": null,\n   "ServiceAccountName": "",\n   "AutomountServiceAccountToken": null,\n-  "NodeName": "",\n+  "NodeName": "n",\n   "SecurityContext": {\n     "HostNetwork": false,\n     "HostPID": false,\n',
    ],
    [
      { 'spec.containers.0.command': ['x'] },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n@@ -5,7 +5,9 @@\n     {\n       "Name": "c",\n       "Image": "i",\n-      "Command": null,\n+      "Command": [\n+        "x"\n+      ],\n       "Args": null,\n       "WorkingDir": "",\n       "Ports": null,\n',
    ],
    [
      { 'spec.containers.1': { name: 'd', image: 'i' } },
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      { 'spec.terminationGracePeriodSeconds': 1 },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n@@ -40,7 +40,7 @@\n   ],\n   "EphemeralContainers": null,\n   "RestartPolicy": "Always",\n-  "TerminationGracePeriodSeconds": 30,\n+  "TerminationGracePeriodSeconds": 1,\n   "ActiveDeadlineSeconds": null,\n   "DNSPolicy": "ClusterFirst",\n   "NodeSelector": null,\n',
    ],
    [
      { 'spec.schedulingGates': [{ name: 'a' }] },
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
    ],
    [
      { 'spec.containers.0.resources.limits.cpu': '2' },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n@@ -13,10 +13,10 @@\n       "Env": null,\n       "Resources": {\n         "Limits": {\n-          "cpu": "1"\n+          "cpu": "2"\n         },\n         "Requests": {\n-          "cpu": "1"\n+          "cpu": "2"\n         },\n         "Claims": null\n       },\n',
    ],
  ]);
});
test('pods: gated: where it may run may be narrowed', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    metadata: { resourceVersion: '1' },
    spec: { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' }, containers: [{ name: 'c', image: 'i' }] },
  };
  updated(kind, sound, [
    [{ 'spec.nodeSelector.c': 'd' }],
    [
      { 'spec.nodeSelector.a': 'c' },
      'spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ],
    [{ 'spec.schedulingGates': [] }],
    [
      { 'spec.schedulingGates.0.name': 'b' },
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
    ],
  ]);
});
test('pods: ephemeral containers: come, and stay as they are', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    metadata: { resourceVersion: '1' },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
      ephemeralContainers: [{ name: 'e', image: 'i' }],
    },
  };
  updated(
    kind,
    sound,
    [
      [{ 'spec.ephemeralContainers.1': { name: 'f', image: 'i' } }],
      [
        { 'spec.ephemeralContainers': [] },
        'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n',
      ],
      [
        { 'spec.ephemeralContainers.0.image': 'j' },
        'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be changed\n@@ -1,6 +1,6 @@\n {\n   "Name": "e",\n-  "Image": "i",\n+  "Image": "j",\n   "Command": null,\n   "Args": null,\n   "WorkingDir": "",\n',
      ],
      [
        {
          'spec.ephemeralContainers.1': {
            name: 'c',
            image: 'i',
            ports: [{ containerPort: 1 }],
            resources: { limits: { cpu: '1' } },
            targetContainerName: 'none',
          },
        },
        'spec.ephemeralContainers[1].name: Duplicate value: "c"',
        'spec.ephemeralContainers[1].targetContainerName: Not found: "none"',
        'spec.ephemeralContainers[1].ports: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[1].resources: Forbidden: cannot be set for an Ephemeral Container',
      ],
    ],
    'ephemeralcontainers',
  );
});
test('pods: resized: amounts of cpu and memory only', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    metadata: { resourceVersion: '1' },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  };
  updated(
    kind,
    sound,
    [
      [{ 'spec.containers.0.resources': { limits: { cpu: '2' }, requests: { cpu: '1' } } }],
      [
        { 'spec.containers.0.resources': {} },
        'spec: Invalid value: "": Pod QOS Class may not change as a result of resizing',
        'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
        'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
      ],
      [
        {
          'spec.containers.0.resources': {
            limits: { cpu: '1', 'ephemeral-storage': '1Gi' },
            requests: { cpu: '1', 'ephemeral-storage': '1Gi' },
          },
        },
        'spec: Forbidden: only cpu and memory resources are mutable',
      ],
      [{ 'spec.containers.0.image': 'j' }, 'spec: Forbidden: only cpu and memory resources are mutable'],
    ],
    'resize',
  );
});
test('pods: status: states go on, addresses are addresses', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    metadata: { resourceVersion: '1' },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
      restartPolicy: 'Never',
    },
    status: {
      phase: 'Running',
      qosClass: 'Burstable',
      containerStatuses: [{ name: 'c', image: 'i', imageID: '', state: { terminated: { exitCode: 0 } } }],
    },
  };
  updated(
    kind,
    sound,
    [
      [{ 'status.qosClass': 'BestEffort' }, 'status.qosClass: Invalid value: "BestEffort": field is immutable'],
      [
        { 'status.containerStatuses.0.state': { running: {} } },
        'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
      ],
      [
        { 'status.podIPs': [{ ip: 'x' }] },
        'status.podIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
      [
        { 'status.podIPs': [{ ip: '1.1.1.1' }, { ip: '1.1.1.2' }] },
        'status.podIPs: Invalid value: [{"IP":"1.1.1.1"},{"IP":"1.1.1.2"}]: may specify no more than one IP for each IP family',
      ],
      [
        { 'status.hostIPs': [{ ip: '1.1.1.1' }], 'status.hostIP': '1.1.1.2' },
        'status.hostIPs[0].ip: Invalid value: "1.1.1.1": must be equal to `hostIP`',
      ],
      [
        { 'status.conditions': [{ type: 'a b', status: 'True' }] },
        "status.conditions[0].Type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
      [
        { 'status.observedGeneration': -1 },
        'status.observedGeneration: Invalid value: -1: must be a non-negative integer',
      ],
      [
        { 'status.resourceClaimStatuses': [{ name: 'x' }] },
        'status.resourceClaimStatuses[0].name: Invalid value: "x": must match the name of an entry in `spec.resourceClaims`',
      ],
    ],
    'status',
  );
});
