//! kubectl as a person drives it: words in, text out. Its caches are in a home of the test's own.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, Program, run } from './program.ts';

export interface KubectlOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}
/** `get pods -o wide`, or words where one has blanks in it. */
export type Words = string | readonly string[];

export class Kubectl {
  readonly path: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(path: string, kubeconfig: string, home: string) {
    mkdirSync(home, { recursive: true });
    this.path = path;
    this.#env = { KUBECONFIG: kubeconfig, HOME: home, KUBECACHEDIR: join(home, 'cache') };
  }

  /** What it printed on stdout; fails, with everything it said, unless it exits with 0. */
  async run(words: Words, options: KubectlOptions = {}): Promise<string> {
    return (await this.both(words, options)).stdout;
  }
  /** The same with stderr: warnings. */
  async both(words: Words, options: KubectlOptions = {}): Promise<Outcome> {
    const outcome = await this.try(words, options);
    assert.equal(
      outcome.code,
      0,
      `kubectl ${shown(words)} exited with ${outcome.code}\n${outcome.stdout}${outcome.stderr}`,
    );
    return outcome;
  }
  /** What it said on stderr; fails when it exits with 0. */
  async fails(words: Words, options: KubectlOptions = {}): Promise<string> {
    const outcome = await this.try(words, options);
    assert.notEqual(outcome.code, 0, `kubectl ${shown(words)} succeeded\n${outcome.stdout}${outcome.stderr}`);
    return outcome.stderr;
  }
  try(words: Words, options: KubectlOptions = {}): Promise<Outcome> {
    return run(this.path, split(words), { ...options, env: { ...this.#env, ...options.env } });
  }
  /** Runs until stopped: get -w, logs -f. */
  start(words: Words): Program {
    return new Program(`kubectl ${shown(words)}`, this.path, split(words), { env: this.#env });
  }
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind, looked into by tests
  async json(words: Words): Promise<any> {
    return JSON.parse(await this.run([...split(words), '-o', 'json']));
  }
  apply(manifest: string | object, words: Words = []): Promise<string> {
    const stdin = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    return this.run(['apply', '-f', '-', ...split(words)], { stdin });
  }
}

/** A printed table as rows by column. Columns are two or more blanks apart, as kubectl prints them. */
export function table(text: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...rows] = text.split('\n').filter((line) => line.trim() !== '');
  const names = [...head.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], at: match.index }));
  return rows.map((row) =>
    Object.fromEntries(names.map(({ name, at }, i) => [name, row.slice(at, names[i + 1]?.at).trim()])),
  );
}
export const columns = (text: string): readonly string[] => (text.split('\n')[0] ?? '').trim().split(/\s{2,}/);

export const split = (words: Words): readonly string[] =>
  typeof words === 'string' ? words.split(' ').filter((word) => word !== '') : words;
const shown = (words: Words): string => split(words).join(' ');
