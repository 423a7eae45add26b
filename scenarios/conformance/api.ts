//! What conformance tests say to a server: verbs that must succeed, refusals that must come, watches.
import assert from 'node:assert/strict';
import type { Up } from '../e2e/harness.ts';
import { call } from '../e2e/https.ts';
import { Watch } from './watch.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the server said, looked into by tests
export type Any = any;
export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

export class Api {
  readonly up: Up;
  /** Of this test alone. */
  readonly namespace: string;
  constructor(up: Up, namespace: string) {
    this.up = up;
    this.namespace = namespace;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Any> {
    return this.#done(200, 'GET', path, undefined, undefined, headers);
  }
  create(path: string, body: unknown): Promise<Any> {
    return this.#done(201, 'POST', path, body);
  }
  update(path: string, body: unknown): Promise<Any> {
    return this.#done(200, 'PUT', path, body);
  }
  patch(path: string, body: unknown, type = MERGE): Promise<Any> {
    return this.#done(200, 'PATCH', path, body, type);
  }
  delete(path: string, body?: unknown): Promise<Any> {
    return this.#done(200, 'DELETE', path, body);
  }
  /** Whatever else must be answered with `code`. */
  answered(code: number, method: string, path: string, body?: unknown, type?: string): Promise<Any> {
    return this.#done(code, method, path, body, type);
  }
  /** The Status of what must be refused. */
  async refused(code: number, method: string, path: string, body?: unknown, type?: string): Promise<Any> {
    return this.#done(code, method, path, body, type);
  }
  watch(path: string): Promise<Watch> {
    return Watch.open(this.up.api, path);
  }
  async #done(
    code: number,
    method: string,
    path: string,
    body?: unknown,
    type?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Any> {
    const answer = await call(this.up.api, path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: body as object }),
      ...(type === undefined ? {} : { type }),
    });
    assert.equal(answer.code, code, `${method} ${path}: ${answer.text.slice(0, 600)}`);
    return answer.json;
  }
}
