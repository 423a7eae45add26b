//! One answer onto its connection, HTTP/1.1 or HTTP/2: with its length when it comes whole, in chunks when it comes by
//! and by; a long one by gzip for who takes that.
import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import type { Responder } from '../http/message.ts';
import type { Batched, Batches, Join } from './batches.ts';

/** k8s.io/apiserver .../responsewriters: defaultGzipThresholdBytes, defaultGzipContentEncodingLevel. */
const GZIP_LEAST = 128 * 1024;
const GZIP_LEVEL = 1;
type Head = readonly [number, Record<string, string | string[]>];

/** `response`: of http2's compatibility layer too, which has the same methods but for what is optional here. */
export class HttpResponder implements Responder, Batched {
  readonly #response: ServerResponse;
  readonly #zips: boolean;
  #head: Head | undefined;
  readonly #batches: Batches;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #ended = false;
  constructor(response: ServerResponse, acceptEncoding: string | string[] | undefined, batches: Batches) {
    this.#response = response;
    this.#batches = batches;
    this.#zips = takesGzip(String(acceptEncoding ?? ''));
  }
  head(code: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    this.#head = [code, headers as Record<string, string | string[]>];
    // Who watches waits for the head, long before the first event.
    setImmediate(() => this.#flushHead(true));
  }
  write(chunk: string | Uint8Array): void {
    if (this.#gone) return;
    // A piece of something long.
    if (typeof chunk === 'string') return this.#write(chunk);
    if (this.#batch.length === 0) this.#batches.add(this);
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
  }
  flush(join: Join): void {
    if (this.#batch.length === 0) return;
    const whole = join(this.#batch);
    this.#batch = [];
    this.#batchBytes = 0;
    if (!this.#lost && !this.#response.writableEnded) this.#write(whole);
  }
  #write(chunk: string | Uint8Array): void {
    this.#flushHead(false);
    this.#response.write(chunk);
  }
  end(chunk?: string | Uint8Array): void {
    if (this.#gone) return;
    this.flush(Buffer.concat);
    this.#ended = true;
    if (this.#head === undefined) {
      this.#response.end(chunk);
      return;
    }
    const [code, headers] = this.#head;
    this.#head = undefined;
    if (!this.#zips || chunk === undefined || chunk.length < GZIP_LEAST) return this.#whole(code, headers, chunk);
    gzip(chunk, { level: GZIP_LEVEL }, (error, zipped) => {
      if (this.#lost) return;
      if (error !== null) return this.#whole(code, headers, chunk);
      this.#whole(code, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, zipped);
    });
  }
  get waiting(): number {
    return this.#batchBytes + this.#response.writableLength;
  }
  get #gone(): boolean {
    return this.#ended || this.#lost || this.#response.writableEnded;
  }
  get #lost(): boolean {
    const { stream } = this.#response as { stream?: ServerResponse };
    return stream?.destroyed ?? this.#response.destroyed;
  }
  #whole(code: number, headers: Head[1], chunk: string | Uint8Array | undefined): void {
    const length = chunk === undefined ? 0 : Buffer.byteLength(chunk);
    this.#response.writeHead(code, { ...headers, 'content-length': length });
    this.#response.end(chunk);
  }
  #flushHead(now: boolean): void {
    if (this.#head === undefined || this.#lost) return;
    const [code, headers] = this.#head;
    this.#head = undefined;
    this.#response.writeHead(code, headers);
    if (now) this.#response.flushHeaders();
  }
}
const takesGzip = (header: string): boolean =>
  header.split(',').some((one) => /^\s*gzip\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(one));
