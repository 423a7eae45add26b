//! A constant load of requests, each on a connection of its own, with what became of each.
import { createSocket } from 'node:dgram';
import { get } from 'node:http';

export interface Request {
  /** Milliseconds since 1970: when it was sent, when it was over. */
  readonly from: number;
  readonly to: number;
  readonly answer?: string;
  readonly error?: string;
}

/** One GET without keep-alive. Never rejects. */
export function fetchOnce(url: string, timeoutMs = 5_000, localAddress?: string): Promise<Request> {
  const from = Date.now();
  return new Promise((resolve) => {
    const over = (what: { answer: string } | { error: string }): void => resolve({ from, to: Date.now(), ...what });
    const options = { agent: false, timeout: timeoutMs, ...(localAddress === undefined ? {} : { localAddress }) };
    const req = get(url, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('error', (error) => over({ error: error.message }));
      response.on('end', () =>
        over(response.statusCode === 200 ? { answer: text } : { error: `${response.statusCode} ${text}` }),
      );
    });
    req.on('timeout', () => req.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    req.on('error', (error: NodeJS.ErrnoException) => over({ error: error.code ?? error.message }));
  });
}

export interface Load {
  readonly requests: readonly Request[];
  stop(): Promise<void>;
}

/** `workers` loops that ask without a pause. */
export function startLoad(url: string, workers = 4): Load {
  const requests: Request[] = [];
  let going = true;
  const loops = Array.from({ length: workers }, async () => {
    while (going) requests.push(await fetchOnce(url));
  });
  return {
    requests,
    stop: async () => {
      going = false;
      await Promise.all(loops);
    },
  };
}

/** One datagram and what comes back; undefined when nothing does. */
export function askUdp(host: string, port: number, message: string, timeoutMs = 1_000): Promise<string | undefined> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const over = (answer?: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => over(), timeoutMs);
    socket.on('message', (answer) => over(answer.toString()));
    socket.on('error', () => over());
    socket.send(message, port, host);
  });
}
