import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtIn, programOf } from './images.ts';

test('images: names: any registry and tag of a known image; others are not taken for it', () => {
  const known = ['nginx', 'nginx:1.27', 'docker.io/library/nginx@sha256:ab', 'localhost:5000/nginx:x', 'busybox:1.36'];
  const more = ['registry.k8s.io/pause:3.10', 'traefik/whoami', 'hashicorp/http-echo:1.0', 'httpd:2.4-alpine'];
  for (const image of [...known, ...more, 'registry.k8s.io/e2e-test-images/agnhost:2.53'])
    assert.notEqual(builtIn(image), undefined, image);
  for (const image of ['mysql', 'example/whoami', 'nginx-exporter', '', 'nginx/nginx-ingress'])
    assert.equal(builtIn(image), undefined, image);
});
test('images: program: command and args as Kubernetes has them', () => {
  const sh = (script: string) => ({ kind: 'command', argv: ['/bin/sh', '-c', script] });
  const bundle = (name: string, ...args: string[]) => ({ kind: 'bundle', bundle: name, args });
  const table = [
    ['nginx', [], [], bundle('nginx')],
    ['nginx', ['nginx', '-g', 'daemon off;'], [], bundle('nginx')],
    ['nginx', ['sh', '-c', 'true'], [], { kind: 'command', argv: ['sh', '-c', 'true'] }],
    ['busybox', [], [], sh(':')],
    ['busybox', [], ['sleep', '9'], { kind: 'command', argv: ['sleep', '9'] }],
    ['hashicorp/http-echo', [], ['-text=a'], bundle('http-echo', '-text=a')],
    ['agnhost', [], ['netexec', '--http-port=1'], bundle('agnhost', 'netexec', '--http-port=1')],
    ['agnhost', ['/agnhost', 'liveness'], [], bundle('agnhost', 'liveness')],
    ['mysql', ['mysqld'], ['-x'], { kind: 'command', argv: ['mysqld', '-x'] }],
    ['mysql', [], ['-x'], undefined],
  ] as const;
  for (const [image, command, args, want] of table)
    assert.deepEqual(programOf(image, command, args), want, `${image} ${command} ${args}`);
  assert.deepEqual(programOf('agnhost', [], ['pause']), programOf('pause', [], []));
});
