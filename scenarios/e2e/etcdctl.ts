//! etcdctl as a person drives it, against whichever server its environment names.
import assert from 'node:assert/strict';
import { type Outcome, Program, run } from './program.ts';

export type Environment = Readonly<Record<string, string>>;
export interface EtcdctlOptions {
  readonly stdin?: string;
  readonly env?: Environment;
}
const TIMEOUT_MS = 60_000;

/** Out of the line `export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=…` that a start prints. */
export const environmentIn = (line: string): Environment =>
  Object.fromEntries([...line.matchAll(/(ETCDCTL_\w+)=(\S+)/g)].map((match) => [match[1]!, match[2]!]));

export class Etcdctl {
  readonly env: Environment;

  constructor(env: Environment) {
    this.env = { ETCDCTL_API: '3', ...env };
  }
  /** What it printed on stdout; fails, with everything it said, unless it exits with 0. */
  async run(words: readonly string[], options: EtcdctlOptions = {}): Promise<string> {
    const outcome = await this.try(words, options);
    const said = `${outcome.stdout}${outcome.stderr}`;
    assert.equal(outcome.code, 0, `etcdctl ${words.join(' ')} exited with ${outcome.code}\n${said}`);
    return outcome.stdout;
  }
  try(words: readonly string[], { stdin, env }: EtcdctlOptions = {}): Promise<Outcome> {
    const options = { env: { ...this.env, ...env }, timeoutMs: TIMEOUT_MS };
    return run('etcdctl', words, stdin === undefined ? options : { ...options, stdin });
  }
  /** Runs until stopped: watch, lock, elect, lease keep-alive. Its stdin is open. */
  start(words: readonly string[]): Program {
    return new Program(`etcdctl ${words.join(' ')}`, 'etcdctl', words, { env: this.env, typed: true });
  }
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any kind, looked into by tests
  async json(words: readonly string[]): Promise<any> {
    return JSON.parse(await this.run([...words, '-w', 'json']));
  }
  /** The store's now. */
  async revision(): Promise<number> {
    return (await this.json(['get', 'no-such-key'])).header.revision;
  }
}
