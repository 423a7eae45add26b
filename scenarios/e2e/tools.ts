//! Which real programs there are to drive, and what to say when one is missing.
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { onPath } from '../tools/install.ts';

export interface KubectlBinary {
  /** As in test titles: `kubectl 1.35.2`. */
  readonly name: string;
  readonly path: string;
}

/** Those that run-tests.ts brings, and the one on the PATH when it is of another minor version. */
export function kubectlBinaries(): readonly KubectlBinary[] {
  const found: KubectlBinary[] = [];
  const asked = process.env['KUBECTL']?.split(delimiter) ?? [];
  for (const path of [...asked, ...(onPath('kubectl') ? ['kubectl'] : [])]) {
    const said = spawnSync(path, ['version', '--client'], { encoding: 'utf8' });
    const version = /Client Version: v?(\S+)/.exec(said.stdout ?? '')?.[1];
    if (version === undefined || found.some(({ name }) => minorOf(name) === minorOf(`kubectl ${version}`))) continue;
    found.push({ name: `kubectl ${version}`, path });
  }
  return found;
}

const minorOf = (name: string): string => name.split('.').slice(0, 2).join('.');
export const helmBinary = (): string | undefined => process.env['HELM'] ?? (onPath('helm') ? 'helm' : undefined);

export const isRoot = process.getuid?.() === 0;

/** For `skip`: false, or the reason. */
export const without = {
  kubectl: (): string | false => (kubectlBinaries().length > 0 ? false : 'no kubectl here'),
  helm: (): string | false => (helmBinary() === undefined ? 'no helm here' : false),
  program: (name: string): string | false => (onPath(name) ? false : `no ${name} here`),
  root: (): string | false => (isRoot ? false : 'needs root'),
};
