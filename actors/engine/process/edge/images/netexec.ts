import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { ServerResponse } from 'node:http';
import { answer, bind, boundPort, cannotListen, flag, hostname, peer, say, serve } from './program.ts';

/** HTTP and UDP answers about the pod itself (agnhost's netexec). */
export function netexec(): void {
  const httpPort = Number(flag('http-port', '8080'));
  const udpPort = Number(flag('udp-port', '8081'));
  const delayS = Number(flag('delay-shutdown', '0'));
  let udpReady = udpPort < 0;

  const server = serve('netexec', httpPort, (request, response, url) => {
    const query = url.searchParams;
    say(`GET ${request.url}`);
    switch (url.pathname.toLowerCase()) {
      case '/':
        return answer(response, 200, `NOW: ${new Date().toISOString()}`);
      case '/hostname':
        return answer(response, 200, hostname);
      case '/echo':
        return answer(response, Number(query.get('code') ?? 200), query.get('msg') ?? '');
      case '/healthz':
      case '/readyz':
        return answer(response, udpReady ? 200 : 412, '');
      case '/clientip':
        return answer(response, 200, peer(request));
      case '/header':
        return answer(response, 200, String(request.headers[(query.get('key') ?? '').toLowerCase()] ?? ''));
      case '/shell':
        return shell(query.get('shellCommand') ?? query.get('cmd') ?? '', response);
      case '/exit':
        return exit(Number(query.get('code') ?? 0), query.get('timeout') ?? '0s', response);
      case '/shutdown':
        response.on('finish', () => process.exit(0));
        return answer(response, 200, '');
      case '/redirect':
        response.setHeader('location', query.get('location') ?? '/');
        return answer(response, Number(query.get('code') ?? 302), '');
      default:
        return answer(response, 404, '404 page not found\n');
    }
  });
  server.on('listening', () => say(`Started HTTP server on port ${httpPort}`));
  if (delayS > 0) {
    process.removeAllListeners('SIGTERM');
    process.on('SIGTERM', () => setTimeout(() => process.exit(0), delayS * 1_000));
  }
  if (udpPort < 0) return;
  const socket = createSocket('udp4');
  socket.on('error', cannotListen('netexec', udpPort));
  socket.on('message', (bytes, from) => {
    const text = bytes.toString().trim();
    const reply = udpReply(text, `${from.address}:${from.port}`);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  socket.bind(boundPort(udpPort), bind, () => {
    udpReady = true;
    say(`Started UDP server on port ${udpPort}`);
  });
}

function udpReply(text: string, from: string): string | undefined {
  const [command = '', ...rest] = text.split(' ');
  switch (command.toLowerCase()) {
    case 'hostname':
      return hostname;
    case 'clientip':
      return from;
    case 'echo':
      return rest.join(' ');
    default:
      return undefined;
  }
}
function shell(command: string, response: ServerResponse): void {
  execFile('/bin/sh', ['-c', command], (error, stdout, stderr) => {
    const body = { output: stdout + stderr, ...(error ? { error: error.message } : {}) };
    answer(response, 200, JSON.stringify(body), 'application/json');
  });
}
function exit(code: number, timeout: string, response: ServerResponse): void {
  const parts = /^(\d+)(ms|s)?$/.exec(timeout);
  const ms = Number(parts?.[1] ?? 0) * (parts?.[2] === 'ms' ? 1 : 1_000);
  response.on('finish', () => setTimeout(() => process.exit(code), ms));
  answer(response, 200, '');
}
