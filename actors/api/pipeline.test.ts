//! The road of one object through this folder: defaults, strategy, validation.
import assert from 'node:assert/strict';
import test from 'node:test';
import { decode } from './decode.ts';
import { applyDefaults } from './defaults.ts';
import { loadSchema } from './edge/load.ts';
import { textOfError } from './field-error.ts';
import { get, type JsonObject } from './json.ts';
import { findKind, RESOURCES, type ResourceInfo } from './resources.ts';
import { definitionOfResource } from './schema.ts';
import { prepareForCreate, prepareForUpdate, scaleOf, withScale } from './strategy.ts';
import { table } from './table.ts';
import { validate } from './validation.ts';

const schema = loadSchema();
const info = (apiVersion: string, kind: string): ResourceInfo => findKind(apiVersion, kind) as ResourceInfo;
const DEPLOYMENT = info('apps/v1', 'Deployment');
const POD = info('v1', 'Pod');
const JOB = info('batch/v1', 'Job');
const SERVICE = info('v1', 'Service');
const metadata = { name: 'web', namespace: 'default', uid: 'u1' };
const container = { name: 'c', image: 'nginx' };
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
const deployment = (spec: object): JsonObject =>
  applyDefaults(DEPLOYMENT, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector: { matchLabels: { app: 'web' } }, template, ...spec },
  } as JsonObject);
const pod = (spec: object): JsonObject =>
  applyDefaults(POD, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [container], ...spec },
  } as JsonObject);
const errors = (kind: ResourceInfo, object: object, old?: object): readonly string[] =>
  validate(kind, object, old).map(textOfError);

test('defaults: a deployment: what kube-apiserver fills in', () => {
  const spec = deployment({})['spec'];
  assert.deepEqual(spec, {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            imagePullPolicy: 'Always',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    },
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
  });
});
test('defaults: a pod: requests from limits, probes, pull policy by tag', () => {
  const given = {
    containers: [
      {
        name: 'c',
        image: 'registry:5000/nginx:1.27',
        resources: { limits: { cpu: '1' } },
        livenessProbe: { httpGet: { port: 80 } },
      },
    ],
    volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 'x' } }],
  };
  const filled = pod(given);
  const first = get(filled, 'spec', 'containers', 0);
  assert.equal(get(first, 'imagePullPolicy'), 'IfNotPresent');
  assert.deepEqual(get(first, 'resources', 'requests'), { cpu: '1' });
  assert.deepEqual(get(first, 'livenessProbe'), {
    httpGet: { port: 80, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  assert.deepEqual(get(filled, 'spec', 'volumes'), [
    { name: 'v', emptyDir: {} },
    { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
  ]);
});
test('defaults: applied twice: the same object', () => {
  const once = deployment({});
  assert.equal(applyDefaults(DEPLOYMENT, once), once);
});

test('validation: wrong objects: the words of Kubernetes', () => {
  const rows: readonly (readonly [ResourceInfo, object, readonly string[]])[] = [
    [DEPLOYMENT, deployment({}), []],
    [
      DEPLOYMENT,
      deployment({ replicas: -1 }),
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      DEPLOYMENT,
      deployment({ selector: { matchLabels: { app: 'other' } } }),
      ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ],
    [
      DEPLOYMENT,
      deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    ],
    [POD, pod({}), []],
    [POD, pod({ containers: [] }), ['spec.containers: Required value']],
    [POD, pod({ containers: [{ name: 'c' }] }), ['spec.containers[0].image: Required value']],
    [POD, pod({ containers: [container, container] }), ['spec.containers[1].name: Duplicate value: "c"']],
    [
      POD,
      pod({ restartPolicy: 'Sometimes' }),
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      POD,
      pod({ containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      POD,
      pod({ containers: [{ ...container, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }] }),
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      POD,
      { ...pod({}), metadata: { ...metadata, name: 'Bad_Name' } },
      [
        "metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      SERVICE,
      applyDefaults(SERVICE, { metadata, spec: { ports: [{ port: 80 }, { port: 81 }] } }),
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [
      SERVICE,
      applyDefaults(SERVICE, { metadata: { ...metadata, name: '-a' }, spec: { ports: [{ port: 0 }] } }),
      [
        `metadata.name: Invalid value: "-a": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
  ];
  for (const [kind, object, expected] of rows) assert.deepEqual(errors(kind, object), expected);
});
test('validation: updates: only what may change', () => {
  const before = pod({});
  assert.deepEqual(
    errors(POD, pod({ containers: [{ ...container, image: 'nginx:2', imagePullPolicy: 'Always' }] }), before),
    [],
  );
  assert.match(
    errors(POD, pod({ hostNetwork: true }), before)[0] ?? '',
    /^spec: Forbidden: pod updates may not change/,
  );
  const moved = deployment({
    selector: { matchLabels: { b: '2' } },
    template: { ...template, metadata: { labels: { b: '2' } } },
  });
  assert.deepEqual(errors(DEPLOYMENT, moved, deployment({})), [
    'spec.selector: Invalid value: {"matchLabels":{"b":"2"}}: field is immutable',
  ]);
});

test('strategy: create: status dropped, generation one, quality of service', () => {
  const created = prepareForCreate(DEPLOYMENT, { ...deployment({}), status: { replicas: 5 } });
  assert.deepEqual(created['status'], {});
  assert.equal(get(created, 'metadata', 'generation'), 1);
  const limits = { cpu: '1', memory: '1Gi' };
  const guaranteed = prepareForCreate(POD, pod({ containers: [{ ...container, resources: { limits } }] }));
  assert.deepEqual(guaranteed['status'], { phase: 'Pending', qosClass: 'Guaranteed' });
  assert.equal(get(prepareForCreate(POD, pod({})), 'status', 'qosClass'), 'BestEffort');
});
test('strategy: a job: selects its own pods', () => {
  const job = applyDefaults(JOB, {
    metadata,
    spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
  });
  const created = prepareForCreate(JOB, job);
  assert.deepEqual(get(created, 'spec', 'selector'), { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } });
  assert.equal(get(created, 'spec', 'template', 'metadata', 'labels', 'job-name'), 'web');
  assert.deepEqual(errors(JOB, created), []);
});
test('strategy: update: spec counts a generation, status does not', () => {
  const old = prepareForCreate(DEPLOYMENT, deployment({}));
  const scaled = { ...deployment({ replicas: 3 }), status: { replicas: 9 } };
  const updated = prepareForUpdate(DEPLOYMENT, scaled, old);
  assert.equal(get(updated, 'metadata', 'generation'), 2);
  assert.deepEqual(updated['status'], {});
  const status = prepareForUpdate(DEPLOYMENT, scaled, old, 'status');
  assert.equal(get(status, 'metadata', 'generation'), 1);
  assert.equal(get(status, 'spec', 'replicas'), 1);
  assert.deepEqual(status['status'], { replicas: 9 });
  assert.equal(get(prepareForUpdate(DEPLOYMENT, old, old), 'metadata', 'generation'), 1);
});
test('scale: of a deployment: there and back', () => {
  const object = { ...deployment({ replicas: 2 }), status: { replicas: 1 } };
  const scale = scaleOf(DEPLOYMENT, object);
  assert.deepEqual(get(scale, 'spec'), { replicas: 2 });
  assert.deepEqual(get(scale, 'status'), { replicas: 1, selector: 'app=web' });
  assert.equal(get(withScale(DEPLOYMENT, object, { spec: { replicas: 7 } }), 'spec', 'replicas'), 7);
});

test('every resource: odd objects: nothing throws', () => {
  const odd = [
    {},
    { spec: {} },
    { spec: 5, metadata: [], status: 'x' },
    { spec: { template: {}, rules: [1], ports: [null] } },
  ];
  for (const kind of RESOURCES) {
    for (const object of odd) {
      const definition = definitionOfResource(schema, kind);
      assert.ok(definition, kind.resource);
      const { object: decoded } = decode(schema, definition, object);
      const filled = applyDefaults(kind, decoded);
      validate(kind, filled);
      validate(kind, filled, filled);
      prepareForUpdate(kind, prepareForCreate(kind, filled), filled);
      table(kind, [filled], 0);
    }
  }
});
