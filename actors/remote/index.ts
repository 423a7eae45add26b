//! Stands on a bus where an API server would: answers what components ask by asking a server over HTTP, and publishes
//! what that server's watches tell, so that the same informers, controllers and schedulers work against any Kubernetes.
import { address, api, inbox, progressSubject, watch } from '../../runtime/address.ts';
import { fail, type Result, unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Delivery, Message, Stop } from '../../runtime/ports.ts';
import { get, isObject, textOf } from '../api/json.ts';
import type { KubeObject } from '../api/types/meta.ts';
import {
  type ApiReply,
  type ApiRequest,
  encodeValue,
  resourceStream,
  storageKey,
  type Verb,
} from '../apiserver/protocol.ts';
import { type Change, ETCD, type EtcdReply, type EtcdRequest } from '../etcd/protocol.ts';
import { backoffMs, collectionPath, httpOf, replyOf } from './logic.ts';
import { streamMachine } from './machine.ts';
import type { RemoteApi, RemoteReply, StreamEffect, StreamEvent, WatchLine } from './protocol.ts';
import { relayMachine } from './relay-machine.ts';

const VERBS: readonly Verb[] = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];
/** Less than who asks on the bus waits (API_TIMEOUT_MS). */
const CALL_MS = 9_000;
/** A watch is asked anew after so long, as client-go does. */
const WATCH_SECONDS = 300;
/** Answers that are remembered: a repeated request is the same request. */
const ANSWERS_MAX = 2_000;

export function startRemote(host: Host, remote: RemoteApi): ActorHandle {
  const relay = new Relay(host, remote);
  return host.start({
    address: address('remote', '', host.id),
    machine: relayMachine,
    input: undefined,
    onStart: (self) => relay.start(self),
    onStop: () => relay.stop(),
    perform: () => undefined,
  });
}

interface Pending {
  reply: ApiReply | undefined;
  readonly waiting: ((reply: ApiReply) => void)[];
}
class Relay {
  readonly #host: Host;
  readonly #remote: RemoteApi;
  readonly #answers = new Map<string, Pending>();
  readonly #streams = new Map<string, Stream>();
  readonly #calls = new Set<Stop>();
  #self!: Self;
  constructor(host: Host, remote: RemoteApi) {
    this.#host = host;
    this.#remote = remote;
  }
  start(self: Self): void {
    this.#self = self;
    const { cluster } = this.#host;
    for (const verb of VERBS)
      self.subscribe(api(cluster, verb), (delivery) => void this.#asked(delivery) as undefined, { queue: 'api' });
    self.subscribe(inbox(cluster, ETCD), (delivery) => void this.#howFar(delivery) as undefined);
  }
  stop(): void {
    for (const stop of this.#calls) stop();
    for (const stream of this.#streams.values()) stream.end();
  }

  #asked({ message, reply }: Delivery): void {
    const request = message as unknown as ApiRequest;
    const answer = (value: ApiReply): void => reply?.(value as Message);
    const known = this.#answers.get(request.id);
    if (known?.reply !== undefined) return answer(known.reply);
    if (known !== undefined) return void known.waiting.push(answer);
    const pending: Pending = { reply: undefined, waiting: [answer] };
    this.#answers.set(request.id, pending);
    const stop = this.#remote.call(httpOf(request), CALL_MS, (result) => {
      this.#calls.delete(stop);
      const told = replyOf(request, result);
      if (told.reply.type === 'api.list') this.#listed(request, told.reply.resourceVersion);
      if (told.afterMs === 0) return this.#settle(request.id, pending, told.reply);
      const timer = this.#self.clock.setTimeout(() => this.#settle(request.id, pending, told.reply), told.afterMs);
      this.#calls.add(() => this.#self.clock.clearTimeout(timer));
    });
    this.#calls.add(stop);
  }
  #settle(id: string, pending: Pending, reply: ApiReply): void {
    for (const answer of pending.waiting.splice(0)) answer(reply);
    // What changes nothing, or did not happen, may as well be asked again.
    if (reply.type === 'fault' || reply.type === 'api.list') this.#answers.delete(id);
    else pending.reply = reply;
    if (this.#answers.size > ANSWERS_MAX) this.#answers.delete(this.#answers.keys().next().value!);
  }
  /** Whoever has listed wants to hear of what comes after. */
  #listed({ group, version, resource }: ApiRequest, revision: string): void {
    const name = resourceStream(group, resource);
    if (this.#streams.has(name) || !(Number(revision) > 0)) return;
    this.#streams.set(name, new Stream(this.#host, this.#remote, { group, version, resource }, Number(revision)));
  }
  #howFar({ message, reply }: Delivery): void {
    const { type, stream = '' } = message as EtcdRequest & { readonly stream?: string };
    const revision = this.#streams.get(stream)?.revision ?? 0;
    const answer: EtcdReply =
      type === 'etcd.revision'
        ? { type: 'etcd.revised', revision, streamRevision: revision }
        : { type: 'fault', fault: fail('Unavailable', 'there is no etcd behind another’s API server').fault };
    reply?.(answer as Message);
  }
}

interface What {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}
/** One resource of the server, published as etcd would publish it. */
class Stream {
  readonly #host: Host;
  readonly #remote: RemoteApi;
  readonly #what: What;
  readonly #name: string;
  readonly #actor: ActorHandle<StreamEvent>;
  /** Of the last change that was published. */
  revision: number;
  /** By bookmarks: from here a watch may go on. */
  #passed = 0;
  #asked: Stop = () => {};
  constructor(host: Host, remote: RemoteApi, what: What, revision: number) {
    this.#host = host;
    this.#remote = remote;
    this.#what = what;
    this.#name = resourceStream(what.group, what.resource);
    this.revision = revision;
    const draw = host.ports.random.fork(`remote/${host.id}/${this.#name}`);
    this.#actor = host.start({
      address: address('remote-stream', host.id, this.#name),
      machine: streamMachine.provide({ delays: { backoff: (x) => backoffMs(x.context.failures, draw.float()) } }),
      input: undefined,
      onStop: () => this.#asked(),
      perform: (effect, self) => this.#perform(effect, self),
    });
  }
  end(): void {
    this.#actor.kill();
  }

  #perform(effect: StreamEffect, self: Self<StreamEvent>): void {
    this.#asked();
    const path = collectionPath({ ...this.#what, namespace: '' });
    const userAgent = 'informer/v1.36 (orrery)';
    switch (effect.type) {
      case 'watch.start': {
        const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${Math.max(this.revision, this.#passed)}`;
        this.#asked = this.#remote.watch(
          { method: 'GET', path: `${path}?${query}`, userAgent },
          (line) => this.#heard(line, self),
          (result) => self.send({ type: isExpired(result) ? 'watch.expired' : 'watch.ended' }),
        );
        return;
      }
      case 'revision.ask':
        this.#asked = this.#remote.call({ method: 'GET', path: `${path}?limit=1`, userAgent }, CALL_MS, (result) => {
          const found = result.ok && result.value.code < 400 ? revisionOf(result.value) : undefined;
          if (found === undefined) return self.send({ type: 'revision.failed' });
          this.revision = found;
          // Whoever has less than this lists again.
          this.#publish(progressSubject(watch(this.#host.cluster, this.#what.group, this.#what.resource, '', '')), {
            type: 'change.progress',
            stream: this.#name,
            revision: found,
          });
          self.send({ type: 'revision.found' });
        });
        return;
      default:
        return unreachable(effect);
    }
  }
  #heard({ type, object }: WatchLine, self: Self<StreamEvent>): void {
    if (type === 'ERROR') return self.send({ type: get(object, 'code') === 410 ? 'watch.expired' : 'watch.ended' });
    const revision = Number(textOf(get(object, 'metadata', 'resourceVersion')));
    if (!isObject(object) || !(revision > this.revision)) return;
    if (type === 'BOOKMARK') {
      this.#passed = revision;
      return;
    }
    const { group, resource } = this.#what;
    const given = object as unknown as KubeObject;
    const { namespace = '', name } = given.metadata;
    const common = {
      stream: this.#name,
      key: storageKey(group, resource, namespace, name),
      revision,
      prevRevision: this.revision,
    };
    const value = encodeValue(given);
    this.revision = revision;
    const change: Change =
      type === 'DELETED'
        ? { type: 'change.delete', ...common, value }
        : { type: 'change.put', ...common, value, createRevision: type === 'ADDED' ? revision : 0 };
    this.#publish(watch(this.#host.cluster, group, resource, namespace, name), change);
  }
  #publish(subject: string, change: Change): void {
    this.#host.ports.bus.publish(subject, change as Message);
  }
}
const isExpired = (result: Result<void>): boolean =>
  !result.ok && (result.fault.reason === 'Expired' || result.fault.reason === 'Gone');
const revisionOf = ({ body }: RemoteReply): number | undefined => {
  const revision = Number(textOf(get(body, 'metadata', 'resourceVersion')));
  return revision > 0 ? revision : undefined;
};
