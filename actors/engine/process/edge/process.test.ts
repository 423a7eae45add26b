import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { detectNetwork, openNetwork } from '../../../network/edge/open.ts';
import type { NetworkMode } from '../../../network/protocol.ts';
import { promised, Rig } from './rig.ts';

interface Page {
  readonly status: number;
  readonly body: string;
  readonly servedBy: string;
}
const fetchPage = (url: string): Promise<Page> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, body, servedBy: String(response.headers['x-served-by']) }),
      );
    }).on('error', reject);
  });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (from: Uint8Array): string => Buffer.from(from).toString();
const marked = (mark: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    });

const allowed = detectNetwork();
const modes: readonly NetworkMode[] = ['loopback', 'namespaces'];
for (const mode of modes)
  describe(`process engine on ${mode}`, {
    skip: mode === allowed.mode || mode === 'loopback' ? false : allowed.missing!,
  }, () => {
    const rig = new Rig(mode === 'loopback' ? { isolate: false } : {});
    // As without root: low ports are elsewhere.
    before(() => rig.open((key, home) => promised((done) => openNetwork({ key, home, mode, firstPort: 1_024 }, done))));
    after(async () => {
      await rig.close();
      assert.deepEqual(marked(rig.dir), []);
      if (mode === 'namespaces')
        assert.doesNotMatch(
          spawnSync('ip', ['-o', 'link'], { encoding: 'utf8' }).stdout,
          new RegExp(rig.network.plan.bridge!),
        );
      assert.equal(existsSync(rig.dir), false);
    });

    test('container: command: its output, exit code and the same id when started again', async () => {
      await rig.run('plain');
      const id = await rig.sh('plain', 'echo out; echo err >&2; exit 3');
      assert.equal((await rig.exit(id)).exitCode, 3);
      assert.equal(await rig.sh('plain', 'never'), id);
      assert.equal(logOf(id), 'out\nerr\n');
    });
    test('container: many that end at once: each end is told', async () => {
      await rig.run('brief');
      const ids = await Promise.all(
        Array.from({ length: 40 }, (_, attempt) => rig.sh('brief', 'exit 5', { name: 'c', attempt })),
      );
      for (const id of ids) assert.equal((await rig.exit(id)).exitCode, 5);
    });
    test('container: environment: what was given, the hostname, and no more of the engine’s own', async () => {
      await rig.run('env', { hostname: 'web-0' });
      const id = await rig.sh(
        'env',
        'echo "$HOSTNAME $GREETING [$npm_config_cache$NODE_OPTIONS]"; hostname 2>/dev/null',
        {
          env: { GREETING: "it's $HOME" },
        },
      );
      await rig.exit(id);
      const lines = logOf(id).split('\n');
      assert.equal(lines[0], "web-0 it's $HOME []");
    });
    test('container: stop: SIGTERM first, SIGKILL after the grace period', async () => {
      await rig.run('stop');
      const polite = await rig.sh('stop', 'trap "exit 7" TERM; echo set; while :; do sleep 0.02; done');
      await rig.eventually(async () => logOf(polite) === 'set\n' || undefined);
      await rig.ask({ type: 'container.stop', id: polite, graceMs: 20_000 });
      assert.equal((await rig.exit(polite)).exitCode, 7);
      const stubborn = await rig.sh('stop', 'trap "" TERM; echo set; while :; do sleep 0.02; done', { attempt: 1 });
      await rig.eventually(async () => logOf(stubborn) === 'set\n' || undefined);
      await rig.ask({ type: 'container.stop', id: stubborn, graceMs: 50 });
      const exit = await rig.exit(stubborn);
      assert.deepEqual([exit.exitCode, exit.signal], [137, 9]);
    });
    test('container: killed from outside: reported as exit 137, signal 9', async () => {
      await rig.run('killed');
      const id = await rig.start('killed', { image: 'registry.k8s.io/pause:3.10' });
      process.kill(await ready(id), 'SIGKILL');
      const exit = await rig.exit(id);
      assert.deepEqual([exit.podUid, exit.exitCode, exit.signal], ['killed', 137, 9]);
    });
    test('container: keeper killed: the container goes with it', async () => {
      await rig.run('keeper');
      const id = await rig.sh('keeper', 'sleep 1000 & wait');
      const pid = await ready(id);
      const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
      process.kill(parent, 'SIGKILL');
      assert.equal((await rig.exit(id)).exitCode, 137);
      assert.deepEqual(marked('ORRERY_POD_UID=keeper\0'), []);
    });
    test('container: program missing: a fault in runc’s words', async () => {
      await rig.run('missing');
      await assert.rejects(
        rig.start('missing', { command: ['no-such-program'] }),
        /executable file not found in \$PATH/,
      );
      await assert.rejects(rig.start('missing', { image: 'mysql:9' }), /NotFound: image "mysql:9" is not built in/);
    });
    test('container: mounts: files at their paths, read-only where asked, nothing left on the machine', async () => {
      await rig.run('mounts');
      const mounts = [
        { mountPath: '/orrery-etc/conf.d', files: { 'a/b.txt': bytes('deep') }, readOnly: true },
        { mountPath: '/var/run/secrets/orrery.test/token', files: { '': bytes('secret') }, readOnly: true },
        { mountPath: '/usr/share/orrery-data', hostPath: rig.dir, readOnly: false },
      ];
      const script =
        mode === 'loopback'
          ? 'echo "$ORRERY_MOUNTS"'
          : `cat /orrery-etc/conf.d/a/b.txt /var/run/secrets/orrery.test/token
             echo x 2>/dev/null >/orrery-etc/conf.d/new || echo " ro"
             echo made >/usr/share/orrery-data/made; ls /orrery-etc; ls -d /var/run /etc/passwd`;
      const env: Record<string, string> = mode === 'loopback' ? {} : { PATH: '/bin:/nowhere' };
      const id = await rig.sh('mounts', script, { mounts, env });
      await rig.exit(id);
      const log = logOf(id);
      if (mode === 'loopback') {
        const told = JSON.parse(log) as Record<string, string>;
        assert.equal(readFileSync(`${told['/orrery-etc/conf.d']}/a/b.txt`, 'utf8'), 'deep');
        assert.equal(readFileSync(told['/var/run/secrets/orrery.test/token']!, 'utf8'), 'secret');
        return;
      }
      assert.equal(log, 'deepsecret ro\nconf.d\n/etc/passwd\n/var/run\n');
      assert.equal(readFileSync(`${rig.dir}/made`, 'utf8'), 'made\n');
      for (const litter of ['/orrery-etc', '/var/run/secrets/orrery.test', '/usr/share/orrery-data'])
        assert.equal(existsSync(litter), false, litter);
    });
    test('container: folder to work in missing: a fault that says so, and nothing of it is left', async () => {
      await rig.run('folder');
      await assert.rejects(rig.sh('folder', 'true', { workingDir: '/no/such' }), /no folder \/no\/such to work in/);
      const { containers } = await rig.attach();
      assert.deepEqual(
        containers.filter(({ podUid }) => podUid === 'folder'),
        [],
      );
    });
    test('exec: inside the container: its environment, exit code, and a time-out', async () => {
      await rig.run('exec');
      const id = await rig.start('exec', { image: 'pause', env: { WHO: 'me' } });
      await ready(id);
      const ran = await rig.ask<'container.executed'>({
        type: 'container.exec',
        id,
        command: ['sh', '-c', 'echo $WHO; echo bad >&2; exit 4'],
        timeoutMs: 10_000,
      });
      assert.deepEqual([ran.exitCode, text(ran.stdout), text(ran.stderr)], [4, 'me\n', 'bad\n']);
      const slow = await rig.answer({ type: 'container.exec', id, command: ['sleep', '1000'], timeoutMs: 50 });
      assert.equal(!slow.ok && slow.fault.reason, 'Timeout');
    });
    test('nginx: two pods: each answers at its own address on port 80 and says who it is', async () => {
      for (const pod of ['web-a', 'web-b']) {
        const ip = await rig.run(pod);
        await rig.start(pod, { image: 'docker.io/library/nginx:1.27' });
        const page = await rig.eventually(() => fetchPage(`http://${ip}:${rig.network.boundPort(ip, 80)}/`));
        assert.deepEqual([page.status, page.servedBy], [200, pod]);
        assert.match(page.body, /Welcome to nginx!/);
        const probe = {
          type: 'probe.http',
          podUid: pod,
          host: '',
          scheme: 'HTTP',
          headers: [],
          timeoutMs: 5_000,
        } as const;
        assert.equal((await rig.ask<'probed'>({ ...probe, port: 80, path: '/' })).ok, true);
        const missing = await rig.ask<'probed'>({ ...probe, port: 80, path: '/none' });
        assert.deepEqual([missing.ok, missing.message], [false, 'HTTP probe failed with statuscode: 404']);
        const closed = await rig.ask<'probed'>({ ...probe, port: 81, path: '/' });
        assert.match(closed.message, /Get ".*": dial tcp .*:(81|10081): connect: connection refused/);
        const tcp = { type: 'probe.tcp', podUid: pod, host: '', timeoutMs: 5_000 } as const;
        assert.equal((await rig.ask<'probed'>({ ...tcp, port: 80 })).ok, true);
        assert.equal((await rig.ask<'probed'>({ ...tcp, port: 81 })).ok, false);
      }
    });
    test('nginx: mounted site: its files are served', async () => {
      const ip = await rig.run('site');
      const files = { 'index.html': bytes('<p>mine</p>') };
      const mounts = [{ mountPath: '/usr/share/nginx/html', files, readOnly: true }];
      await rig.start('site', { image: 'nginx', mounts });
      assert.equal(
        (await rig.eventually(() => fetchPage(`http://${ip}:${rig.network.boundPort(ip, 80)}/`))).body,
        '<p>mine</p>',
      );
    });
    test('agnhost, whoami, http-echo: each says what its image says', async () => {
      const agnhost = await rig.run('agnhost', { hostname: 'agn-0' });
      const args = ['netexec', '--http-port=8080'];
      const id = await rig.start('agnhost', { image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args });
      assert.equal((await rig.eventually(() => fetchPage(`http://${agnhost}:8080/hostname`))).body, 'agn-0');
      await fetchPage(`http://${agnhost}:8080/exit?code=9`);
      assert.equal((await rig.exit(id)).exitCode, 9);
      const whoami = await rig.run('whoami');
      await rig.start('whoami', { image: 'traefik/whoami' });
      const page = await rig.eventually(() => fetchPage(`http://${whoami}:${rig.network.boundPort(whoami, 80)}/x?y=1`));
      assert.match(
        page.body,
        new RegExp(`Hostname: whoami\n(IP: .*\n)*IP: ${whoami}\n(IP: .*\n)*RemoteAddr: .*\nGET /x\\?y=1`),
      );
      const echo = await rig.run('echo');
      await rig.start('echo', { image: 'hashicorp/http-echo:1.0', args: ['-text=hi there'] });
      assert.equal((await rig.eventually(() => fetchPage(`http://${echo}:5678/`))).body, 'hi there\n');
    });
    test('engine: killed and started again: containers run on, exits are known or told', async () => {
      const ip = await rig.run('adopt');
      const web = await rig.start('adopt', { image: 'nginx' });
      const short = await rig.sh('adopt', `while [ ! -e ${rig.dir}/go ]; do sleep 0.02; done; exit 5`, {
        name: 'short',
      });
      await rig.eventually(() => fetchPage(`http://${ip}:${rig.network.boundPort(ip, 80)}/`));
      rig.engine.kill();
      spawnSync('touch', [`${rig.dir}/go`]);
      await rig.eventually(
        async () => readFileSync(`${rig.dir}/containers/${short.slice(10)}/exit`, 'utf8') || undefined,
      );
      const attached = await rig.boot();
      assert.equal(attached.sandboxes.find(({ podUid }) => podUid === 'adopt')?.ip, ip);
      await rig.until(
        () =>
          rig.exits.find((event) => event.id === short) ?? attached.containers.find((one) => one.id === short)?.exit,
      );
      assert.equal((await fetchPage(`http://${ip}:${rig.network.boundPort(ip, 80)}/`)).status, 200);
      process.kill(await ready(web), 'SIGKILL');
      assert.equal((await rig.exit(web)).exitCode, 137);
    });
    test('logs: tail, since, limit, timestamps, following to the end', async () => {
      await rig.run('logs');
      const go = `${rig.dir}/more`;
      const id = await rig.sh('logs', `seq 1 5000; while [ ! -e ${go} ]; do sleep 0.02; done; echo late; printf end`);
      const lines = Array.from({ length: 5_000 }, (_, i) => `${i + 1}\n`);
      await rig.eventually(async () => logOf(id).endsWith('\n5000\n') || undefined);
      assert.equal(await rig.logs(id), lines.join(''));
      assert.equal(await rig.logs(id, { tailLines: 2 }), '4999\n5000\n');
      assert.equal(await rig.logs(id, { limitBytes: 5 }), '1\n2\n3');
      const since = await rig.eventually(async () => {
        const stamped = await rig.logs(id, { timestamps: true, tailLines: 1 });
        return /^(\S+)Z 5000\n$/.exec(stamped)?.[1];
      });
      const sinceMs = Date.parse(`${since.slice(0, 23)}Z`) + 1;
      assert.equal(await rig.logs(id, { sinceMs }), '');
      const followed = rig.logs(id, { follow: true, tailLines: 1 }, (all) => {
        if (all === '5000\n') spawnSync('touch', [go]);
      });
      assert.equal(await followed, '5000\nlate\nend');
      await rig.exit(id);
      assert.equal(await rig.logs(id, { sinceMs }), 'late\nend');
    });
    test('sandbox: removed: processes that left their session die too, its files and address are gone', async () => {
      await rig.run('gone');
      const id = await rig.sh('gone', 'setsid sleep 1000 & setsid setsid sleep 1000 & wait');
      await rig.eventually(async () => marked('ORRERY_POD_UID=gone\0').length >= 4 || undefined);
      await rig.ask({ type: 'sandbox.remove', podUid: 'gone' });
      assert.deepEqual(marked('ORRERY_POD_UID=gone\0'), []);
      assert.equal(existsSync(`${rig.dir}/containers/${id.slice(10)}`), false);
      if (mode === 'namespaces')
        assert.deepEqual(
          readdirSync('/run/netns').filter((name) => name.endsWith('-gone')),
          [],
        );
    });

    function logOf(id: string): string {
      return readFileSync(`${rig.dir}/logs/${id.slice('process://'.length)}.log`, 'utf8');
    }
    /** The process id of the container's own first process, once its program runs. */
    async function ready(id: string): Promise<number> {
      return rig.eventually(async () => {
        const pid = Number(readFileSync(`${rig.dir}/containers/${id.slice(10)}/pid`, 'utf8'));
        const script = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return pid > 0 && !script.includes('exec "$@"') ? pid : undefined;
      });
    }
  });
