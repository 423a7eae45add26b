//! What becomes of a connection, for the audit log: the code that it is answered with, and when it is over.
import type { ServerResponse } from 'node:http';
import type { Duplex as Socket } from 'node:stream';
import type { AuditRecord } from '../audit/record.ts';

/** `lasts`: its beginning is told too. */
export function witnessResponse(response: ServerResponse, audit: AuditRecord | undefined, lasts: boolean): void {
  if (audit === undefined) return;
  const writeHead = response.writeHead;
  if (lasts)
    response.writeHead = function begun(this: ServerResponse, code: number, ...rest: unknown[]) {
      audit.started(code);
      return writeHead.call(this, code, ...(rest as []));
    } as ServerResponse['writeHead'];
  response.on('close', () => audit.complete(response.statusCode));
}
/** What is upgraded has no response: the first line that leaves says how it is answered. */
export function witnessSocket(socket: Socket, audit: AuditRecord | undefined): void {
  if (audit === undefined) return;
  const { write, end } = socket;
  let code = 0;
  const look = (chunk: unknown): void => {
    const [, said] = /^HTTP\/1\.1 (\d{3})/.exec(typeof chunk === 'string' ? chunk : String(chunk).slice(0, 12)) ?? [];
    if (code !== 0 || said === undefined) return;
    code = Number(said);
    audit.started(code);
    socket.write = write;
    socket.end = end;
  };
  socket.write = ((chunk: unknown, ...rest: []) => {
    look(chunk);
    return Reflect.apply(write, socket, [chunk, ...rest]) as boolean;
  }) as Socket['write'];
  socket.end = ((chunk: unknown, ...rest: []) => {
    look(chunk);
    return Reflect.apply(end, socket, [chunk, ...rest]) as Socket;
  }) as Socket['end'];
  socket.on('close', () => audit.complete(code));
}
