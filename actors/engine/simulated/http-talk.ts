//! HTTP/1.1 as a simulated server speaks it: heads are read, bodies skipped, each request answered by a function.

/** Of one head: Node's and Go's servers allow as much or more. */
const HEAD_MAX = 64 * 1024;
const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 404: 'Not Found', 500: 'Internal Server Error' };

export class HttpTalk {
  readonly #answer: (path: string) => { readonly status: number; readonly body: string };
  #text = '';
  #skip = 0;
  over = false;
  constructor(answer: (path: string) => { readonly status: number; readonly body: string }) {
    this.#answer = answer;
  }
  take(bytes: Uint8Array): readonly Uint8Array[] {
    if (this.over) return [];
    // One character a byte: lengths are of bytes.
    this.#text += Buffer.from(bytes).toString('latin1');
    const answers: Uint8Array[] = [];
    while (!this.over) {
      const skipped = Math.min(this.#skip, this.#text.length);
      this.#text = this.#text.slice(skipped);
      this.#skip -= skipped;
      const end = this.#text.indexOf('\r\n\r\n');
      if (this.#skip > 0 || (end < 0 && this.#text.length <= HEAD_MAX)) break;
      const head = end < 0 ? '' : this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 4);
      answers.push(this.#reply(head));
    }
    return answers;
  }
  #reply(head: string): Uint8Array {
    const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]/.exec(head) ?? [];
    if (method === undefined || path === undefined) {
      this.over = true;
      return Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    this.#skip = Number(/^content-length: *(\d+)\s*$/im.exec(head)?.[1] ?? 0);
    const closes = /^connection:.*\bclose\b/im.test(head) || /^transfer-encoding:/im.test(head);
    if (closes) this.over = true;
    const { status, body } = this.#answer(path);
    const lines = [
      `HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(closes ? ['Connection: close'] : []),
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`);
  }
}
