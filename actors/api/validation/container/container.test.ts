import { test } from 'node:test';
import { created } from '../refusal.fixture.ts';

test('containers: names, images, ports and variables', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'i',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', value: 'b' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
    },
  };
  created(kind, sound, [
    [
      { 'spec.containers.0.name': 'A' },
      "spec.containers[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [{ 'spec.containers.0.image': '' }, 'spec.containers[0].image: Required value'],
    [
      { 'spec.containers.0.image': ' i' },
      'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
    ],
    [
      { 'spec.containers.0.imagePullPolicy': 'x' },
      'spec.containers[0].imagePullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      { 'spec.containers.0.terminationMessagePolicy': 'x' },
      'spec.containers[0].terminationMessagePolicy: Unsupported value: "x": supported values: "File", "FallbackToLogsOnError"',
    ],
    [{ 'spec.containers.1': { name: 'c', image: 'i' } }, 'spec.containers[1].name: Duplicate value: "c"'],
    [
      { 'spec.containers.0.ports': [{ name: 'A', containerPort: 0, hostPort: 70000, protocol: 'X', hostIP: 'y' }] },
      'spec.containers[0].ports[0].name: Invalid value: "A": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.containers[0].ports[0].name: Invalid value: "A": must contain at least one letter (a-z)',
      'spec.containers[0].ports[0].containerPort: Required value',
      'spec.containers[0].ports[0].hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      {
        'spec.containers.0.ports': [
          { name: 'a', containerPort: 1 },
          { name: 'a', containerPort: 2 },
        ],
      },
      'spec.containers[0].ports[1].name: Duplicate value: "a"',
    ],
    [
      {
        'spec.containers.0.ports': [
          { containerPort: 1, hostPort: 5 },
          { containerPort: 2, hostPort: 5 },
        ],
      },
      'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//5"',
    ],
    [
      { 'spec.hostNetwork': true, 'spec.containers.0.ports.0.hostPort': 81 },
      'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
    ],
    [{ 'spec.containers.0.env.0.name': '' }, 'spec.containers[0].env[0].name: Required value'],
    [
      { 'spec.containers.0.env.0.name': 'a=b' },
      "spec.containers[0].env[0].name: Invalid value: \"a=b\": a valid environment variable name must consist only of printable ASCII characters other than '=' (regex used for validation is '^[ -<>-~]+$')",
    ],
    [
      { 'spec.containers.0.env.0': { name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } } },
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
    [
      { 'spec.containers.0.env.0': { name: 'A', valueFrom: {} } },
      'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    ],
    [
      { 'spec.containers.0.env.0': { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.what' } } } },
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.what": error converting fieldPath: field label not supported: metadata.what',
    ],
    [
      { 'spec.containers.0.env.0': { name: 'A', valueFrom: { resourceFieldRef: { resource: 'x' } } } },
      'spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "x": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
    ],
    [
      {
        'spec.containers.0.env.0': {
          name: 'A',
          valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '7' } },
        },
      },
      'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource',
    ],
    [
      {
        'spec.containers.0.env.0': {
          name: 'A',
          valueFrom: { secretKeyRef: {}, configMapKeyRef: { name: 'a', key: '..' } },
        },
      },
      'spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Invalid value: "..": must not be \'..\'',
      "spec.containers[0].env[0].valueFrom.secretKeyRef.name: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value',
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time',
    ],
    [
      { 'spec.containers.0.envFrom': [{ prefix: 'a=', configMapRef: {} }, {}] },
      "spec.containers[0].envFrom[0].prefix: Invalid value: \"a=\": a valid environment variable name must consist only of printable ASCII characters other than '=' (regex used for validation is '^[ -<>-~]+$')",
      'spec.containers[0].envFrom[0].configMapRef.name: Required value',
      'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
    ],
  ]);
});
test('containers: what they ask for', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'i',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', value: 'b' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
    },
  };
  created(kind, sound, [
    [
      { 'spec.containers.0.resources': { limits: { cpu: '-1' } } },
      'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      { 'spec.containers.0.resources': { limits: { cpus: '1' } } },
      'spec.containers[0].resources.limits[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.limits[cpus]: Invalid value: "cpus": must be a standard resource for containers',
      'spec.containers[0].resources.requests[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[cpus]: Invalid value: "cpus": must be a standard resource for containers',
    ],
    [
      { 'spec.containers.0.resources': { limits: { cpu: '1' }, requests: { cpu: '2' } } },
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      { 'spec.containers.0.resources': { requests: { 'example.com/gpu': '1' } } },
      'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
    ],
    [
      { 'spec.containers.0.resources': { limits: { 'example.com/gpu': '1500m' } } },
      'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "1500m": must be an integer',
      'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "1500m": must be an integer',
    ],
    [
      { 'spec.containers.0.resources': { limits: { 'hugepages-2Mi': '2Mi' } } },
      'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
    [
      {
        'spec.containers.0.resizePolicy': [
          { resourceName: 'x', restartPolicy: 'y' },
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
        ],
      },
      'spec.containers[0].resizePolicy: Unsupported value: "x": supported values: "cpu", "memory"',
      'spec.containers[0].resizePolicy: Unsupported value: "y": supported values: "NotRequired", "RestartContainer"',
      'spec.containers[0].resizePolicy[2]: Duplicate value: "cpu"',
    ],
  ]);
});
test('containers: mounts and devices', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'i',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', value: 'b' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
    },
  };
  created(kind, sound, [
    [{ 'spec.containers.0.volumeMounts.0.name': 'w' }, 'spec.containers[0].volumeMounts[0].name: Not found: "w"'],
    [
      { 'spec.containers.0.volumeMounts.0.name': '' },
      'spec.containers[0].volumeMounts[0].name: Required value',
      'spec.containers[0].volumeMounts[0].name: Not found: ""',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.mountPath': '' },
      'spec.containers[0].volumeMounts[0].mountPath: Required value',
    ],
    [
      { 'spec.containers.0.volumeMounts.1': { name: 'v', mountPath: '/v' } },
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.subPath': '/a' },
      'spec.containers[0].volumeMounts.subPath: Invalid value: "/a": must be a relative path',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.subPath': 'a/../b' },
      'spec.containers[0].volumeMounts.subPath: Invalid value: "a/../b": must not contain \'..\'',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.subPath': 'a', 'spec.containers.0.volumeMounts.0.subPathExpr': 'b' },
      'spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.mountPropagation': 'Bidirectional' },
      'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.mountPropagation': 'x' },
      'spec.containers[0].volumeMounts.mountPropagation: Unsupported value: "x": supported values: "Bidirectional", "HostToContainer", "None"',
    ],
    [
      { 'spec.containers.0.volumeMounts.0.recursiveReadOnly': 'Enabled' },
      'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
    ],
    [
      { 'spec.containers.0.volumeDevices': [{ name: 'v', devicePath: '/v' }] },
      'spec.containers[0].volumeMounts[0].name: Invalid value: "v": must not already exist in volumeDevices',
      'spec.containers[0].volumeMounts[0].mountPath: Invalid value: "/v": must not already exist as a path in volumeDevices',
      'spec.containers[0].volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      'spec.containers[0].volumeDevices[0].name: Invalid value: "v": must not already exist in volumeMounts',
      'spec.containers[0].volumeDevices[0].devicePath: Invalid value: "/v": must not already exist as a path in volumeMounts',
    ],
    [
      { 'spec.containers.0.volumeDevices': [{ name: 'w', devicePath: '' }] },
      'spec.containers[0].volumeDevices[0].name: Not found: "w"',
      'spec.containers[0].volumeDevices[0].devicePath: Required value',
    ],
  ]);
});
test('containers: probes and hooks', () => {
  const kind = { group: '', kind: 'Pod', namespaced: true };
  const sound = {
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'i',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', value: 'b' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
    },
  };
  created(kind, sound, [
    [
      { 'spec.containers.0.livenessProbe': {} },
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
    ],
    [
      { 'spec.containers.0.livenessProbe': { httpGet: { port: 0, path: '', scheme: 'X' } } },
      'spec.containers[0].livenessProbe.httpGet.path: Required value',
      'spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.containers[0].livenessProbe.httpGet.scheme: Unsupported value: "X": supported values: "HTTP", "HTTPS"',
    ],
    [
      { 'spec.containers.0.livenessProbe': { tcpSocket: { port: 1 }, exec: { command: ['a'] } } },
      'spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
    ],
    [
      { 'spec.containers.0.livenessProbe': { exec: {} } },
      'spec.containers[0].livenessProbe.exec.command: Required value',
    ],
    [
      { 'spec.containers.0.livenessProbe': { grpc: { port: 0 } } },
      'spec.containers[0].livenessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      {
        'spec.containers.0.livenessProbe': {
          tcpSocket: { port: 'A' },
          successThreshold: 2,
          terminationGracePeriodSeconds: 0,
        },
      },
      'spec.containers[0].livenessProbe.tcpSocket.port: Invalid value: "A": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.containers[0].livenessProbe.tcpSocket.port: Invalid value: "A": must contain at least one letter (a-z)',
      'spec.containers[0].livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
    [
      {
        'spec.containers.0.readinessProbe': {
          tcpSocket: { port: 1 },
          terminationGracePeriodSeconds: 1,
          periodSeconds: -1,
          initialDelaySeconds: -1,
        },
      },
      'spec.containers[0].readinessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes',
    ],
    [
      { 'spec.containers.0.readinessProbe': { httpGet: { port: 80, httpHeaders: [{ name: 'a b', value: 'x' }] } } },
      "spec.containers[0].readinessProbe.httpGet.httpHeaders: Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
    ],
    [
      { 'spec.containers.0.lifecycle.preStop': {} },
      'spec.containers[0].lifecycle.preStop: Required value: must specify a handler type',
    ],
    [
      { 'spec.containers.0.lifecycle.preStop': { sleep: { seconds: 31 } } },
      'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
    ],
    [
      { 'spec.containers.0.lifecycle.postStart': { sleep: { seconds: 1 }, exec: { command: ['a'] } } },
      'spec.containers[0].lifecycle.postStart.sleep: Forbidden: may not specify more than 1 handler type',
    ],
    [
      {
        'spec.initContainers': [
          {
            name: 'i',
            image: 'i',
            livenessProbe: { tcpSocket: { port: 1 } },
            lifecycle: { preStop: { sleep: { seconds: 1 } } },
          },
        ],
      },
      'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
    [
      {
        'spec.initContainers': [
          { name: 'i', image: 'i', restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } },
        ],
      },
    ],
    [
      { 'spec.initContainers': [{ name: 'i', image: 'i', restartPolicy: 'Sometimes' }] },
      'spec.initContainers[0].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
    ],
    [
      { 'spec.containers.0.restartPolicyRules': [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] },
      'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
    ],
    [
      {
        'spec.containers.0.restartPolicy': 'Never',
        'spec.containers.0.restartPolicyRules': [{ action: 'x', exitCodes: { operator: 'y', values: [] } }, {}],
      },
      'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "x": supported values: "Restart", "RestartAllContainers"',
      'spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "y": supported values: "In", "NotIn"',
      'spec.containers[0].restartPolicyRules[1].action: Unsupported value: "": supported values: "Restart", "RestartAllContainers"',
      'spec.containers[0].restartPolicyRules[1].exitCodes: Required value: must be specified',
    ],
  ]);
});
