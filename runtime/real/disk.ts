import {
  close,
  fdatasync,
  fsync,
  ftruncate,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  unlink,
  write,
  writeSync,
} from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fail, ok, type Result } from '../fault.ts';
import type { Disk, DiskFile } from '../ports.ts';

type Problem = NodeJS.ErrnoException | null;
type Done<T> = (result: Result<T>) => void;

/** Files under `root`, which is made when something is first written. */
export class RealDisk implements Disk {
  readonly #root: string;
  constructor(root: string) {
    this.#root = root;
  }

  list(dir: string, done: Done<readonly string[]>): void {
    readdir(this.#at(dir), (problem, names) => {
      if (problem?.code === 'ENOENT') return done(ok([]));
      done(problem ? refusal(problem, 'list', this.#at(dir)) : ok(names.filter((name) => !BESIDE.test(name)).sort()));
    });
  }

  read(path: string, done: Done<Uint8Array>): void {
    readFile(this.#at(path), (problem, bytes) => done(problem ? refusal(problem, 'read', this.#at(path)) : ok(bytes)));
  }

  replace(path: string, bytes: Uint8Array, done: Done<void>): void {
    const target = this.#at(path);
    const beside = `${target}.new`;
    const failed = (problem: Problem): boolean => {
      if (problem) done(refusal(problem, 'write', target));
      return problem !== null;
    };
    this.#openIn(beside, 'w', (problem, fd) => {
      if (failed(problem)) return;
      writeAll(fd, bytes, (written) =>
        fsync(fd, (synced) =>
          close(fd, (closed) => {
            if (failed(written ?? synced ?? closed)) return;
            rename(beside, target, (renamed) => {
              if (!failed(renamed)) syncDir(dirname(target), (last) => failed(last) || done(ok(undefined)));
            });
          }),
        ),
      );
    });
  }

  remove(path: string, done: Done<void>): void {
    const target = this.#at(path);
    unlink(target, (problem) =>
      done(problem && problem.code !== 'ENOENT' ? refusal(problem, 'remove', target) : ok(undefined)),
    );
  }

  openAppend(path: string, size: number | undefined, done: Done<DiskFile>): void {
    const target = this.#at(path);
    this.#openIn(target, 'a', (problem, fd) => {
      if (problem) return done(refusal(problem, 'open', target));
      const opened = (trouble: Problem): void => {
        if (!trouble) return done(ok(new RealFile(fd, target)));
        close(fd, () => done(refusal(trouble, 'open', target)));
      };
      // The name itself must be durable before anything in the file is called so.
      const named = (trouble: Problem): void => (trouble ? opened(trouble) : syncDir(dirname(target), opened));
      if (size === undefined) return named(null);
      ftruncate(fd, size, (cut) => (cut ? opened(cut) : fsync(fd, named)));
    });
  }

  #at(path: string): string {
    const inside = normalize(path);
    if (inside.startsWith('..') || inside.startsWith('/')) throw new Error(`a path outside the disk: ${path}`);
    return join(this.#root, inside);
  }

  #openIn(target: string, flags: string, then: (problem: Problem, fd: number) => void): void {
    open(target, flags, 0o600, (problem, fd) => {
      if (problem?.code !== 'ENOENT') return then(problem, fd);
      mkdir(dirname(target), { recursive: true, mode: 0o700 }, (trouble) =>
        trouble ? then(trouble, -1) : open(target, flags, 0o600, then),
      );
    });
  }
}
const BESIDE = /\.new$/;

/** So much the system takes into its memory in less time than a thread takes to wake up for it. */
const AT_ONCE_BYTES = 64 * 1024;

class RealFile implements DiskFile {
  readonly #fd: number;
  readonly #path: string;
  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }
  append(bytes: Uint8Array, done: Done<void>): void {
    if (bytes.length <= AT_ONCE_BYTES) return done(this.#writeNow(bytes));
    writeAll(this.#fd, bytes, (problem) => done(problem ? refusal(problem, 'write', this.#path) : ok(undefined)));
  }
  #writeNow(bytes: Uint8Array): Result<void> {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
      return ok(undefined);
    } catch (problem) {
      return refusal(problem as NodeJS.ErrnoException, 'write', this.#path);
    }
  }
  sync(done: Done<void>): void {
    fdatasync(this.#fd, (problem) => done(problem ? refusal(problem, 'sync', this.#path) : ok(undefined)));
  }
  close(done: () => void): void {
    close(this.#fd, () => done());
  }
}

function writeAll(fd: number, bytes: Uint8Array, done: (problem: Problem) => void): void {
  write(fd, bytes, 0, bytes.length, null, (problem, written) => {
    if (problem || written === bytes.length) return done(problem);
    writeAll(fd, bytes.subarray(written), done);
  });
}

function syncDir(dir: string, done: (problem: Problem) => void): void {
  open(dir, 'r', (problem, fd) => {
    if (problem) return done(problem);
    fsync(fd, (trouble) => close(fd, () => done(trouble)));
  });
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device: free some and start again',
  EDQUOT: 'the disk quota is used up: free some and start again',
  EACCES: 'permission denied: it must belong to the user who runs this',
  EROFS: 'the file system is read-only',
  EIO: 'the device reports an I/O error: check the disk',
};
const refusal = (problem: NodeJS.ErrnoException, verb: string, path: string): ReturnType<typeof fail> =>
  fail(
    problem.code === 'ENOENT' ? 'NotFound' : 'InternalError',
    `cannot ${verb} ${path}: ${ADVICE[problem.code ?? ''] ?? problem.message}`,
    { code: problem.code },
  );
