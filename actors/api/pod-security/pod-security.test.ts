import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfError } from '../field-error.ts';
import { podLike } from './check.ts';
import { detailOf, evaluate, reasonOf, warningsOf } from './evaluate.ts';
import { type LevelVersion, policyOf, shown } from './level.ts';

const OPEN = { name: 'a', image: 'i' };
const SAFE = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
const safe = { ...OPEN, securityContext: SAFE };
const told = (policy: LevelVersion, spec: object, annotations: object = {}): string =>
  detailOf(evaluate(policy, podLike({ metadata: { annotations }, spec })));
const baseline: LevelVersion = { level: 'baseline' };
const restricted: LevelVersion = { level: 'restricted' };

test('pod security: baseline: each check in the words of Kubernetes', () => {
  const context = (securityContext: object): object => ({ containers: [{ ...OPEN, securityContext }] });
  const table: readonly (readonly [object, string])[] = [
    [{ containers: [OPEN] }, ''],
    [{ hostNetwork: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostIPC=true)'],
    [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
    [
      { containers: [{ ...OPEN, ports: [{ hostPort: 80 }, { hostPort: 443 }] }] },
      'hostPort (container "a" uses hostPorts 443, 80)',
    ],
    [
      { containers: [{ ...OPEN, livenessProbe: { httpGet: { host: 'h' } } }] },
      'probe or lifecycle host (container "a" uses probe or lifecycle host "h")',
    ],
    [context({ privileged: true }), 'privileged (container "a" must not set securityContext.privileged=true)'],
    [
      context({ procMount: 'Unmasked' }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [{ ...context({ procMount: 'Unmasked' }), hostUsers: false }, ''],
    [
      context({ capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } }),
      'non-default capabilities (container "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      { ...context({ seLinuxOptions: { type: 't', role: 'r' } }), securityContext: { seLinuxOptions: { user: 'u' } } },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "t"; user may not be set; role may not be set)',
    ],
    [
      context({ seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }, { name: 'kernel.x' }] } },
      'forbidden sysctls (kernel.x)',
    ],
    [
      { securityContext: { windowsOptions: { hostProcess: true } } },
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      context({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "a" must not set AppArmor profile type to "Unconfined")',
    ],
  ];
  for (const [spec, expected] of table) assert.equal(told(baseline, spec), expected);
});

test('pod security: restricted: an open pod hears of all that it must set, a safe one of nothing', () => {
  assert.equal(
    told(restricted, { initContainers: [{ ...OPEN, name: 'i' }], containers: [OPEN] }),
    [
      'allowPrivilegeEscalation != false (containers "i", "a" must set securityContext.allowPrivilegeEscalation=false)',
      'unrestricted capabilities (containers "i", "a" must set securityContext.capabilities.drop=["ALL"])',
      'runAsNonRoot != true (pod or containers "i", "a" must set securityContext.runAsNonRoot=true)',
      'seccompProfile (pod or containers "i", "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ].join(', '),
  );
  assert.equal(told(restricted, { containers: [safe] }), '');
  const root = { ...safe, securityContext: { ...SAFE, runAsUser: 0, capabilities: { drop: ['ALL'], add: ['CHOWN'] } } };
  assert.equal(
    told(restricted, {
      containers: [root],
      volumes: [
        { name: 'n', nfs: {} },
        { name: 'e', emptyDir: {} },
      ],
    }),
    [
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
      'restricted volume types (volume "n" uses restricted volume type "nfs")',
      'runAsUser=0 (container "a" must not set runAsUser=0)',
    ].join(', '),
  );
});

test('pod security: an older version: knows fewer checks, and other values', () => {
  assert.equal(told({ level: 'restricted', minor: 7 }, { containers: [OPEN] }).includes('allowPrivilege'), false);
  const sysctl = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } };
  assert.equal(told({ level: 'baseline', minor: 31 }, sysctl), 'forbidden sysctls (net.ipv4.tcp_rmem)');
  assert.equal(told({ level: 'baseline', minor: 32 }, sysctl), '');
  const windows = { os: { name: 'windows' }, containers: [{ ...OPEN, securityContext: { runAsNonRoot: true } }] };
  assert.equal(told(restricted, windows), '');
  const old = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' };
  assert.equal(
    told({ level: 'baseline', minor: 18 }, {}, old),
    'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  );
});

test('pod security: labels: wrong ones are named, and enforce the strictest', () => {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'strict',
    'pod-security.kubernetes.io/warn': 'baseline',
    'pod-security.kubernetes.io/warn-version': 'v1.20',
    'pod-security.kubernetes.io/audit-version': '1.20',
  };
  const { policy, errors } = policyOf(labels);
  assert.deepEqual([policy.enforce, policy.audit, policy.warn].map(shown), [
    'restricted:latest',
    'privileged:latest',
    'baseline:v1.20',
  ]);
  assert.deepEqual(errors.map(textOfError), [
    'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    'metadata.labels[pod-security.kubernetes.io/audit-version]: Invalid value: "1.20": must be "latest" or "v1.x"',
  ]);
});

test('pod security: pods that are there: alike ones are one warning', () => {
  const host = podLike({ spec: { hostPID: true } });
  const pods = ['c', 'a', 'b'].map((name) => [name, host] as const);
  assert.deepEqual(warningsOf([...pods, ['z', podLike({ spec: { containers: [safe] } })]], baseline), [
    'a (and 2 other pods): host namespaces',
  ]);
  assert.equal(reasonOf(evaluate(baseline, host)), 'host namespaces');
});
