import { networkInterfaces } from 'node:os';
import { answer, bind, flag, hostname, peer, say, serve } from './program.ts';

const port = Number(flag('port', process.env['WHOAMI_PORT_NUMBER'] ?? '80'));
const name = flag('name', process.env['WHOAMI_NAME'] ?? '');
const ips = (): readonly string[] =>
  bind === '0.0.0.0'
    ? Object.values(networkInterfaces()).flatMap((links) => (links ?? []).map(({ address }) => address))
    : [bind];

serve(
  'whoami',
  port,
  (request, response, url) => {
    if (url.pathname === '/health') return answer(response, 200, '');
    if (url.pathname === '/api')
      return answer(response, 200, JSON.stringify({ hostname, ip: ips(), headers: request.headers, url: request.url }));
    const headers = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      if (request.rawHeaders[i]!.toLowerCase() !== 'host')
        headers.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    const lines = [
      ...(name === '' ? [] : [`Name: ${name}`]),
      `Hostname: ${hostname}`,
      ...ips().map((ip) => `IP: ${ip}`),
      `RemoteAddr: ${peer(request)}`,
      `${request.method} ${request.url} HTTP/${request.httpVersion}`,
      `Host: ${request.headers.host ?? ''}`,
      ...headers.sort(),
      '',
      '',
    ];
    answer(response, 200, lines.join('\n'));
  },
  () => say(`Starting up on port ${port}`),
);
