//! A real server under requests that no client should send: each is answered, none with 5xx, and memory is level.
//! FUZZ_REQUESTS: how many (8,000 took 16 s on two cores, so 40,000 for a minute), FUZZ_SEED: which.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { after, before, test } from 'node:test';
import { startUp, stopEverything, type Up } from '../e2e/harness.ts';
import { drawer, type Odd, oddRequest } from './requests.ts';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 8_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const AT_ONCE = 16;
/** Above what the first half came to: the garbage of a running server, and what the second half may have stored. */
const GROWTH_MAX = 96 * 2 ** 20;

let up: Up;
let agent: Agent;
before(async () => {
  up = await startUp({ engine: 'simulated', nodes: 1 });
  const { ca, cert, key } = up.api;
  agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ca, cert, key });
});
after(async () => {
  agent.destroy();
  await stopEverything();
});

const send = ({ method, path, headers, body }: Odd): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname: host, port } = up.api.server;
    const length = body === undefined ? {} : { 'content-length': body.length };
    const asked = request({ host, port, method, path, agent, headers: { ...headers, ...length } }, (response) => {
      response.on('data', () => undefined);
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.setTimeout(30_000, () => asked.destroy(new Error('no answer')));
    asked.end(body);
  });
const metric = async (name: string): Promise<number> => {
  const { text } = await up.call('/metrics');
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
};

test('fuzz: paths, queries, headers and bodies that are odd: no crash, no 5xx, memory level', async () => {
  const draw = drawer(SEED);
  const started = await metric('process_start_time_seconds');
  const failures: string[] = [];
  const codes = new Map<number, number>();
  const round = async (count: number): Promise<number> => {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0 && failures.length < 20) {
        const odd = oddRequest(draw);
        const told = `${odd.method} ${odd.path} ${JSON.stringify(odd.headers)} ${odd.body?.toString().slice(0, 600) ?? ''}`;
        const code = await send(odd).catch((error: Error) => `no answer (${error.message})`);
        if (typeof code === 'string' || (code >= 500 && code !== 501)) failures.push(`${code}: ${told}`);
        else codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return metric('process_resident_memory_bytes');
  };
  const half = await round(Math.ceil(REQUESTS / 2));
  const end = await round(Math.floor(REQUESTS / 2));
  assert.deepEqual(failures, [], `seed ${SEED}`);
  assert.ok(end - half < GROWTH_MAX, `${half} bytes after the first half, ${end} after the second; seed ${SEED}`);
  // It is the same process, and requests reached more than one kind of end.
  assert.equal(await metric('process_start_time_seconds'), started);
  for (const code of [200, 201, 400, 404, 405, 406, 415, 422])
    assert.ok((codes.get(code) ?? 0) > 0, `${code} among ${JSON.stringify([...codes])}`);
});
