//! Ours answers odd objects as the recorded server did: same code, message and causes, same object where accepted.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { differences } from './compare.ts';
import { ownServer } from './own.ts';
import { kept, recordedOf } from './records.ts';
import { SAMPLES } from './samples.ts';
import type { Server } from './server.ts';
import { prepare, Subject } from './subject.ts';

let server: Server | undefined;
async function prepared(): Promise<Server> {
  if (server === undefined) {
    server = await ownServer();
    await prepare(server);
  }
  return server;
}
after(() => server?.close());

for (const kind of kept())
  test(`recorded: ${kind}: odd objects are answered as recorded`, async () => {
    const subject = new Subject(await prepared(), kind, SAMPLES[kind]!);
    for (const { code, body, ...one } of recordedOf(kind)) {
      const lines = differences({ code, body }, await subject.run(one));
      assert.deepEqual(lines, [], JSON.stringify(one));
    }
  });
