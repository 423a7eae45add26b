//! What the tests apply: small, as a person would write it.

/** By which tests tell whose a process is, whatever the engine adds to it. */
const WHO = [{ name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }];

/** Three nginx and the Service in front of them. */
export const web = (namespace = 'default', replicas = 3): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ${namespace}
  labels: {app: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: nginx
        image: nginx:1.27
        ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: ${namespace}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 80}]
`;

/** A Deployment of agnhost netexec: answers \`/hostname\` with the pod's name over HTTP, and UDP. */
export const netexec = (name: string, replicas: number, more: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 2,
        containers: [
          {
            name: 'netexec',
            image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
            args: ['netexec', '--http-port=8080', '--udp-port=8081'],
            env: WHO,
            ports: [{ containerPort: 8080 }, { containerPort: 8081, protocol: 'UDP' }],
          },
        ],
        ...more,
      },
    },
  },
});

export const service = (name: string, app: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app }, ...spec },
});

/** Pods that do nothing, each one process: cheap by the dozen. */
export const sleepers = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'busybox:1.37', command: ['sleep', '86400'], env: WHO }],
      },
    },
  },
});

/** A pod of one container that runs a shell line. */
export const shellPod = (name: string, line: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'busybox:1.37', command: ['sh', '-c', line], env: WHO }],
    ...spec,
  },
});

export const list = (...items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items });
