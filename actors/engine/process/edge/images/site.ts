//! Static files of a mounted folder, or a welcome page; access lines as nginx and Apache write them.
import { createReadStream, type Stats, stat } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { complain, mounted, peer, say, serve } from './program.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.js': 'application/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};

export interface Site {
  readonly program: string;
  readonly server: string;
  readonly port: number;
  readonly root: string;
  readonly welcome: string;
  /** After the combined format's fields. */
  readonly logSuffix: string;
  readonly started: string;
}

export function runSite(site: Site): void {
  serve(
    site.program,
    site.port,
    (request, response, url) => {
      response.setHeader('Server', site.server);
      response.on('close', () => say(accessLine(request, response, site.logSuffix)));
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(site, response, 405, 'Not Allowed');
      let path: string;
      try {
        path = normalize(decodeURIComponent(url.pathname));
      } catch {
        return refuse(site, response, 400, 'Bad Request');
      }
      const root = mounted(site.root);
      if (root !== undefined) return sendFile(site, request, response, join(root, path), path);
      if (path !== '/' && path !== '/index.html') return refuse(site, response, 404, 'Not Found');
      send(request, response, 200, Buffer.from(site.welcome), 'text/html');
    },
    () => complain(site.started),
  );
}

function sendFile(site: Site, request: IncomingMessage, response: ServerResponse, file: string, path: string): void {
  stat(file, (error, found) => {
    if (error) return refuse(site, response, 404, 'Not Found');
    if (found.isFile()) return stream(request, response, file, found);
    const index = join(file, 'index.html');
    stat(index, (missing, page) => {
      if (missing) return refuse(site, response, path === '/' ? 403 : 404, path === '/' ? 'Forbidden' : 'Not Found');
      stream(request, response, index, page);
    });
  });
}
function stream(request: IncomingMessage, response: ServerResponse, file: string, found: Stats): void {
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'last-modified': found.mtime.toUTCString(),
  });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}
function refuse(site: Site, response: ServerResponse, status: number, reason: string): void {
  const title = `${status} ${reason}`;
  const body = `<center><h1>${title}</h1></center>\n<hr><center>${site.server}</center>`;
  const page = `<html>\n<head><title>${title}</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
  response.writeHead(status, { 'content-type': 'text/html', 'content-length': Buffer.byteLength(page) });
  response.end(response.req.method === 'HEAD' ? undefined : page);
}
function send(request: IncomingMessage, response: ServerResponse, status: number, body: Buffer, type: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');
const localTime = (at: Date): string =>
  `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
function accessLine(request: IncomingMessage, response: ServerResponse, suffix: string): string {
  const { method, url, httpVersion, headers } = request;
  const sent = request.method === 'HEAD' ? 0 : (response.getHeader('content-length') ?? 0);
  const client = peer(request).replace(/:\d+$/, '');
  const quoted = (text: string | undefined): string => `"${(text ?? '-').replaceAll('"', '\\"')}"`;
  const asked = `"${method} ${url} HTTP/${httpVersion}"`;
  const about = `${quoted(headers.referer)} ${quoted(headers['user-agent'])}`;
  return `${client} - - [${localTime(new Date())}] ${asked} ${response.statusCode} ${sent} ${about}${suffix}`;
}
