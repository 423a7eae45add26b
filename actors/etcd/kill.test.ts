import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('kill.child.ts', import.meta.url));
const LIVES = 4;

test('etcd: the process is killed with -9 while it writes: every acknowledged write is there', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-kill-'));
  const acknowledged = new Set<string>();
  try {
    for (let life = 0; life < LIVES; life++) {
      const has = new Set<string>();
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, dir, String(life)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      let acks = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        const [word, key = ''] = line.split(' ');
        if (word === 'has') has.add(key);
        if (word === 'ready') for (const known of acknowledged) assert.ok(has.has(known), `${known} is lost`);
        if (word !== 'ack') continue;
        acknowledged.add(key);
        // At another moment each time, in the middle of writes; what is in the pipe by then still counts.
        if (++acks === 150 + 37 * life) child.kill('SIGKILL');
      }
      await gone;
      assert.ok(acks >= 150, `life ${life}: ${acks} writes`);
    }
    assert.ok(acknowledged.size >= 150 * LIVES);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
