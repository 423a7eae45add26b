//! A cluster in many processes over a broker: each member is started, killed and started again as it was.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Broker, reached, startJoin, type Up } from './harness.ts';
import type { Program } from './program.ts';

export interface Member {
  readonly name: string;
  readonly roles: string;
  readonly node?: string;
  readonly engine?: 'process' | 'simulated';
  readonly args?: readonly string[];
}
export const MEMBERS: readonly Member[] = [
  { name: 'etcd', roles: 'etcd' },
  { name: 'apiserver-a', roles: 'apiserver' },
  { name: 'apiserver-b', roles: 'apiserver' },
  { name: 'scheduler', roles: 'scheduler' },
  { name: 'controllers-a', roles: 'controllers' },
  { name: 'controllers-b', roles: 'controllers' },
  { name: 'node-a', roles: 'kubelet,kube-proxy', node: 'node-a' },
  { name: 'node-b', roles: 'kubelet,kube-proxy', node: 'node-b' },
  { name: 'node-c', roles: 'kubelet,kube-proxy', node: 'node-c' },
];
export type Server = Pick<Up, 'kubectl' | 'call' | 'api' | 'kubeconfig'>;

export class Cluster {
  readonly broker: Broker;
  readonly dir: string;
  readonly #running = new Map<string, Program>();
  readonly #over: Program[] = [];

  constructor(broker: Broker, dir: string) {
    this.broker = broker;
    this.dir = dir;
  }

  start(member: Member): Program {
    const program = startJoin({
      url: this.broker.url,
      roles: member.roles,
      dataDir: this.dataDir(member.name),
      ...(member.node === undefined ? {} : { node: member.node }),
      ...(member.engine === undefined ? {} : { engine: member.engine }),
      ...(member.args === undefined ? {} : { args: member.args }),
    });
    this.#running.set(member.name, program);
    return program;
  }
  async killHard(member: Member): Promise<void> {
    const program = this.#running.get(member.name)!;
    this.#running.delete(member.name);
    this.#over.push(program);
    // Not awaited: what it ran may hold its output open for as long as it likes.
    program.child.kill('SIGKILL');
  }
  program(name: string): Program {
    return this.#running.get(name)!;
  }
  dataDir(name: string): string {
    return join(this.dir, name);
  }

  /** The API server of that name, once it has written how to reach it. */
  server(name: string): Server | undefined {
    const kubeconfig = join(this.dataDir(name), 'kubeconfig');
    return existsSync(kubeconfig) ? reached(kubeconfig, this.dataDir(name)) : undefined;
  }
  report(): string {
    return [...this.#over, ...this.#running.values()]
      .filter((program) => program.stderr !== '' || program.over !== undefined)
      .map((program) => program.report())
      .join('\n');
  }
}
