import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// sun_path of unix(7) holds 108 bytes.
const PATH_MAX = 100;

export function socketPath(dataDir: string): string {
  const beside = join(dataDir, 'local.sock');
  if (Buffer.byteLength(beside) <= PATH_MAX) return beside;
  return join(tmpdir(), `orrery-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}.sock`);
}
