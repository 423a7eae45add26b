//! What outlives the engine: a folder a sandbox, a folder a container. Small files, written whole.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerSpec, SandboxSpec } from '../../protocol.ts';

export interface SandboxFile {
  readonly spec: SandboxSpec;
  readonly ip: string;
  readonly netns?: string;
}
export interface ContainerFile {
  readonly id: string;
  readonly spec: Omit<ContainerSpec, 'mounts'>;
  readonly startedAt: number;
  /** The shim's. */
  readonly pid: number;
  readonly start: string;
  readonly env: Readonly<Record<string, string>>;
  /** It has a mount and a UTS namespace of its own. */
  readonly isolated: boolean;
  readonly exit?: { readonly at: number; readonly exitCode: number; readonly signal?: number };
}

export class StateDir {
  readonly root: string;
  constructor(root: string) {
    this.root = root;
    for (const name of ['sandboxes', 'containers', 'logs'])
      mkdirSync(join(root, name), { recursive: true, mode: 0o700 });
  }
  containerDir(hash: string): string {
    return join(this.root, 'containers', hash);
  }
  logFile(hash: string): string {
    return join(this.root, 'logs', `${hash}.log`);
  }
  get logDir(): string {
    return join(this.root, 'logs');
  }
  sandboxes(): readonly SandboxFile[] {
    return this.#all<SandboxFile>('sandboxes', (name) => name);
  }
  containers(): readonly ContainerFile[] {
    return this.#all<ContainerFile>('containers', (name) => join(name, 'container.json'));
  }
  saveSandbox(file: SandboxFile): void {
    replace(join(this.root, 'sandboxes', `${file.spec.podUid}.json`), JSON.stringify(file));
  }
  removeSandbox(podUid: string): void {
    rmSync(join(this.root, 'sandboxes', `${podUid}.json`), { force: true });
  }
  saveContainer(hash: string, file: ContainerFile): void {
    replace(join(this.containerDir(hash), 'container.json'), JSON.stringify(file));
  }
  removeContainer(hash: string): void {
    rmSync(this.containerDir(hash), { recursive: true, force: true });
    const log = `${hash}.log`;
    for (const name of readdirSync(this.logDir))
      if (name.startsWith(log)) rmSync(join(this.logDir, name), { force: true });
  }
  /** What the shim wrote; undefined while it has not. */
  exitOf(hash: string): { readonly at: number; readonly code: number } | undefined {
    const path = join(this.containerDir(hash), 'exit');
    const text = read(path);
    return text === undefined || !text.endsWith('\n') ? undefined : { at: statSync(path).mtimeMs, code: Number(text) };
  }
  pidOf(hash: string): number | undefined {
    const text = read(join(this.containerDir(hash), 'pid'));
    return text === undefined || !text.endsWith('\n') ? undefined : Number(text);
  }
  #all<T>(folder: string, file: (name: string) => string): readonly T[] {
    const found: T[] = [];
    for (const name of readdirSync(join(this.root, folder)).sort()) {
      const text = read(join(this.root, folder, file(name)));
      if (text !== undefined && text !== '') found.push(JSON.parse(text) as T);
      // Died between making the folder and writing what it is: nothing runs from it.
      else rmSync(join(this.root, folder, name), { recursive: true, force: true });
    }
    return found;
  }
}

/** A crash leaves the old or the new one. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
/** Writes a mount's contents below `dir`; returns what is to be mounted. */
export function writeFiles(dir: string, files: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  for (const [path, bytes] of Object.entries(files)) {
    const at = join(dir, path);
    mkdirSync(dirname(at), { recursive: true, mode: 0o755 });
    writeFileSync(at, bytes, { mode: 0o644 });
  }
}
