//! What kubectl needs to come in: everything embedded, readable by its owner only.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const NAME = 'orrery';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** `ca`, `cert`, `key`: PEM. Written beside and renamed, so that nobody reads half of it. */
export function writeKubeconfig(path: string, server: string, ca: string, cert: string, key: string): void {
  const file = resolve(path);
  const text = `apiVersion: v1
kind: Config
clusters:
- name: ${NAME}
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(ca)}
users:
- name: ${NAME}
  user:
    client-certificate-data: ${base64(cert)}
    client-key-data: ${base64(key)}
contexts:
- name: ${NAME}
  context:
    cluster: ${NAME}
    user: ${NAME}
current-context: ${NAME}
preferences: {}
`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}
