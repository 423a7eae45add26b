//! One HTTP/1.1 connection by hand: Node's own client costs more a request than the server does, and both have the same
//! two cores.
import { connect, type TLSSocket } from 'node:tls';
import type { Credentials } from '../../e2e/https.ts';

export interface Reply {
  readonly code: number;
  /** Of the body, as it came. */
  readonly bytes: number;
  readonly text: string;
  readonly firstByteMs: number;
  readonly ms: number;
}
interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly from: number;
  firstByteMs: number;
  chunks: Buffer[];
  size: number;
  /** Of head and body together, once the head is there; infinite: the body ends with a last chunk. */
  whole: number;
  headBytes: number;
}
const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** One request at a time. */
export class Connection {
  readonly #socket: TLSSocket;
  readonly #host: string;
  #waiting: Waiting | undefined;
  private constructor(socket: TLSSocket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    const failed = (error: Error): void => this.#waiting?.reject(error);
    socket.on('error', failed);
    socket.on('close', () => failed(new Error('the server has closed the connection')));
  }
  static open({ server, ca, cert, key }: Credentials): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: server.hostname, port: Number(server.port), ca, cert, key }, () => {
        socket.off('error', reject);
        resolve(new Connection(socket, server.host));
      });
      socket.once('error', reject);
    });
  }
  send(method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    let head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    if (body !== undefined) {
      if (headers['content-type'] === undefined) head += 'content-type: application/json\r\n';
      head += `content-length: ${Buffer.byteLength(body)}\r\n`;
    }
    const from = performance.now();
    this.#socket.write(`${head}\r\n${body ?? ''}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, from, firstByteMs: 0, chunks: [], size: 0, whole: 0, headBytes: 0 };
    });
  }
  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #take(chunk: Buffer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.firstByteMs ||= performance.now() - waiting.from;
    waiting.chunks.push(chunk);
    waiting.size += chunk.length;
    if (waiting.whole === 0 && !readHead(waiting)) return;
    const chunked = waiting.whole === Number.POSITIVE_INFINITY;
    if (
      chunked ? chunk.toString('latin1', chunk.length - LAST_CHUNK.length) !== LAST_CHUNK : waiting.size < waiting.whole
    )
      return;
    this.#waiting = undefined;
    const ms = performance.now() - waiting.from;
    const { chunks, headBytes, firstByteMs } = waiting;
    waiting.resolve({
      code: Number(chunks[0]!.toString('latin1', 9, 12)),
      bytes: waiting.size - headBytes,
      get text() {
        return Buffer.concat(chunks).toString('utf8', headBytes);
      },
      firstByteMs,
      ms,
    });
  }
}

function readHead(waiting: Waiting): boolean {
  if (waiting.chunks.length > 1) waiting.chunks = [Buffer.concat(waiting.chunks)];
  const [all] = waiting.chunks as [Buffer];
  const end = all.indexOf(HEAD_END);
  if (end < 0) return false;
  waiting.headBytes = end + HEAD_END.length;
  const length = LENGTH.exec(all.toString('latin1', 0, end + 2))?.[1];
  waiting.whole = length === undefined ? Number.POSITIVE_INFINITY : waiting.headBytes + Number(length);
  return true;
}
