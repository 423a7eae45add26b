//! For tests: a simulated world with etcd and API servers in it, asked over the bus.
import { api } from '../../runtime/address.ts';
import { MemoryLog } from '../../runtime/log/memory.ts';
import type { Message } from '../../runtime/ports.ts';
import { World, type WorldOptions } from '../../runtime/sim/world.ts';
import { loadSchema } from '../api/edge/load.ts';
import { startEtcd } from '../etcd/index.ts';
import { type Api, type ApiserverSpec, startApiserver } from './index.ts';
import type { ApiOptions, ApiReply, ApiRequest, Verb } from './protocol.ts';
import { simSigner } from './signer.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the server said, looked into by tests
export type Any = any;
export interface Ask {
  readonly group?: string;
  readonly version?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly body?: unknown;
  readonly patchType?: NonNullable<ApiRequest['patchType']>;
  readonly options?: ApiOptions;
  readonly id?: string;
}

export class Rig {
  readonly world: World;
  readonly apis: Api[] = [];
  #ids = 0;
  constructor(
    options: Partial<WorldOptions> & { readonly servers?: number; readonly spec?: Partial<ApiserverSpec> } = {},
  ) {
    this.world = new World({ seed: 1, ...options });
    startEtcd(this.world.host('etcd'), { log: new MemoryLog() });
    const servers = options.servers ?? 1;
    for (let i = 0; i < servers; i++) this.serve(`api-${i}`, options.spec);
    this.world.until('api servers are ready', () => this.apis.length === servers);
  }
  serve(host: string, spec: Partial<ApiserverSpec> = {}): void {
    startApiserver(this.world.host(host), {
      schema: loadSchema(),
      signer: simSigner,
      onReady: (ready) => this.apis.push(ready),
      ...spec,
    });
  }
  get api(): Api {
    return this.apis[0]!;
  }

  send(verb: Verb, resource: string, ask: Ask, done: (reply: ApiReply) => void): void {
    const request: ApiRequest = {
      type: 'api.request',
      id: ask.id ?? `test:${++this.#ids}`,
      user: { name: 'test', groups: ['system:masters'] },
      verb,
      group: ask.group ?? '',
      version: ask.version ?? 'v1',
      resource,
      namespace: ask.namespace ?? 'default',
      name: ask.name ?? '',
      subresource: ask.subresource ?? '',
      ...(ask.body === undefined ? {} : { body: ask.body }),
      ...(ask.patchType === undefined ? {} : { patchType: ask.patchType }),
      options: ask.options ?? {},
    };
    this.world.bus.request(api('sim', verb), request as Message, 10_000, (result) =>
      done((result.ok ? result.value : { type: 'fault', fault: result.fault }) as ApiReply),
    );
  }
  ask(verb: Verb, resource: string, ask: Ask = {}): Any {
    let reply: ApiReply | undefined;
    this.send(verb, resource, ask, (got) => {
      reply = got;
    });
    this.world.until(`${verb} ${resource} answered`, () => reply !== undefined, 60_000);
    return reply;
  }
  /** The object, list or Status; throws a refusal's message. */
  ok(verb: Verb, resource: string, ask: Ask = {}): Any {
    const reply = this.ask(verb, resource, ask);
    if (reply.type === 'fault') throw new Error(`${verb} ${resource}: ${reply.fault.reason}: ${reply.fault.message}`);
    return reply.type === 'api.object' ? reply.object : reply.type === 'api.status' ? reply.status : reply;
  }
  /** `409 Conflict: message` */
  refusal(verb: Verb, resource: string, ask: Ask = {}): string {
    const reply = this.ask(verb, resource, ask);
    if (reply.type !== 'fault') return `not refused: ${JSON.stringify(reply)}`;
    const { code, reason, message } = reply.fault.detail;
    return `${code} ${reason}: ${message}`;
  }
}
export const configMap = (name: string, data: object = {}, metadata: object = {}): Any => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
export const pod = (name: string, spec: object = {}, metadata: object = {}): Any => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
});
