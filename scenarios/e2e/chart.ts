//! A helm chart as people write them: a CRD and an object of it, hooks, a test, what runs and what it is reached by.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\nappVersion: "1.0"\n',
  'values.yaml': 'replicas: 2\ngreeting: hello\nmigration: 0\n',
  'crds/orders.yaml': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: orders.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {plural: orders, singular: order, kind: Order, shortNames: [ord]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [item]
            properties:
              item: {type: string}
              count: {type: integer, minimum: 1, default: 1}
`,
  'templates/config.yaml': `
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels: {app.kubernetes.io/managed-by: {{ .Release.Service }}}
data:
  greeting: {{ .Values.greeting | quote }}
  revision: {{ .Release.Revision | quote }}
  server: {{ .Capabilities.KubeVersion.Version | quote }}
  account: {{ (lookup "v1" "ServiceAccount" .Release.Namespace "default").metadata.name | quote }}
`,
  'templates/order.yaml': `
apiVersion: shop.example.com/v1
kind: Order
metadata: {name: {{ .Release.Name }}}
spec: {item: {{ .Values.greeting }}}
`,
  'templates/web.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: nginx:1.27
        env: [{name: GREETING, value: {{ .Values.greeting }}}]
        ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80}]
`,
  'templates/before.yaml': `
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-before
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  restartPolicy: Never
  containers: [{name: before, image: busybox, command: [sh, -c, "echo before"]}]
`,
  'templates/migrate.yaml': `
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade,pre-rollback
    helm.sh/hook-weight: "5"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: busybox, command: [sh, -c, "exit {{ .Values.migration }}"]}]
`,
  'templates/after.yaml': `
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-after
  annotations: {helm.sh/hook: post-install}
data: {ran: "yes"}
`,
  'templates/tests/reached.yaml': `
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-reached
  annotations: {helm.sh/hook: test, helm.sh/hook-delete-policy: before-hook-creation}
spec:
  restartPolicy: Never
  containers:
  - name: reached
    image: busybox
    command: [sh, -c, 'wget -q -O - http://$SHOP_SERVICE_HOST:$SHOP_SERVICE_PORT/ | grep -q nginx']
`,
};

/** Written below `dir`; says where. */
export function writeChart(dir: string): string {
  for (const [name, text] of Object.entries(FILES)) {
    const path = join(dir, 'shop', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return join(dir, 'shop');
}
