//! A watch over HTTPS: its events in order, each awaited once.
import type { ClientRequest } from 'node:http';
import { request } from 'node:https';
import type { Credentials } from '../e2e/https.ts';
import type { Any } from './api.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Any;
}
const EVENT_MAX_MS = 30_000;

export class Watch {
  readonly events: WatchEvent[] = [];
  readonly #request: ClientRequest;
  #read = 0;
  #wake: () => void = () => {};

  private constructor(request: ClientRequest) {
    this.#request = request;
  }
  static open(to: Credentials, path: string): Promise<Watch> {
    const { hostname: host, port } = to.server;
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, path, ca: to.ca, cert: to.cert, key: to.key, agent: false }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`watch of ${path}: ${response.statusCode}`));
        const watch = new Watch(asked);
        let rest = '';
        response.on('data', (chunk: Buffer) => {
          const lines = (rest + chunk.toString()).split('\n');
          rest = lines.pop()!;
          for (const line of lines) if (line !== '') watch.events.push(JSON.parse(line) as WatchEvent);
          watch.#wake();
        });
        response.on('error', () => undefined);
        resolve(watch);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /** The next event that `fits`; those before it are skipped. */
  async until(what: string, fits: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    const deadline = Date.now() + EVENT_MAX_MS;
    for (;;) {
      while (this.#read < this.events.length) {
        const event = this.events[this.#read++]!;
        if (fits(event)) return event;
      }
      if (Date.now() > deadline)
        throw new Error(`${what}: no such event in ${JSON.stringify(this.events).slice(0, 2_000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  next(type: WatchEvent['type'], name: string): Promise<WatchEvent> {
    return this.until(`${type} ${name}`, (event) => event.type === type && event.object.metadata.name === name);
  }
  stop(): void {
    this.#request.destroy();
  }
}
