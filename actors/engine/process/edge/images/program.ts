//! What the built-in programs share. Each is bundled alone and run by plain node; the engine tells it by its
//! environment where to listen (ORRERY_BIND, ORRERY_LOW_PORTS) and where its mounts are (ORRERY_MOUNTS).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname as machineName } from 'node:os';
import { join } from 'node:path';

export const bind = process.env['ORRERY_BIND'] ?? '0.0.0.0';
/** Where a port of the pod is bound: without root low ports are elsewhere, and who connects knows. */
export function boundPort(port: number): number {
  const { below, add } = JSON.parse(process.env['ORRERY_LOW_PORTS'] ?? '{"below":0,"add":0}') as Record<string, number>;
  return port > 0 && port < below! ? port + add! : port;
}
export const hostname = process.env['HOSTNAME'] ?? machineName();
/** Without the image's own name. */
export const args = process.argv.slice(2);

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** `--port 80`, `--port=80`, `-port=80`: as Go's flag packages read them. */
export function flag(name: string, fallback: string): string {
  for (const [i, arg] of args.entries()) {
    const given = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg);
    if (given?.[1] !== name) continue;
    const next = args[i + 1];
    return given[2] ?? (next === undefined || next.startsWith('-') ? 'true' : next);
  }
  return fallback;
}

/** Where a path of the container is, when it lies in one of its mounts. */
export function mounted(path: string): string | undefined {
  const mounts = Object.entries(JSON.parse(process.env['ORRERY_MOUNTS'] ?? '{}') as Record<string, string>);
  for (const [at, where] of mounts)
    if (path === at || path.startsWith(`${at}/`)) return join(where, path.slice(at.length));
  return undefined;
}

export function cannotListen(program: string, port: number) {
  return (error: NodeJS.ErrnoException): void => {
    const why =
      error.code === 'EACCES' ? ' (ports below 1024 need root, or a lower net.ipv4.ip_unprivileged_port_start)' : '';
    complain(`${program}: cannot listen on ${bind}:${port}: ${error.message}${why}`);
    process.exit(1);
  };
}

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;
/** Serves until SIGTERM, SIGINT or SIGQUIT, then closes and exits 0. */
export function serve(program: string, port: number, handler: Handler, ready?: () => void): Server {
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    response.setHeader('X-Served-By', hostname);
    handler(request, response, new URL(request.url ?? '/', 'http://pod'));
  });
  server.on('error', cannotListen(program, port));
  server.listen(boundPort(port), bind, ready);
  stopOnSignals(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}
export function stopOnSignals(close: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
    process.on(signal, () => {
      close();
      process.exit(0);
    });
}
export const answer = (response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8') => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
};
/** `10.244.1.5:40112` */
export const peer = (request: IncomingMessage): string =>
  `${request.socket.remoteAddress?.replace(/^::ffff:/, '')}:${request.socket.remotePort}`;
export const portOf = (server: Server): number => (server.address() as AddressInfo).port;
