//! The Lease service.
import type { Call } from '../http2/call.ts';
import {
  HeaderOnly,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRequest,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  Nothing,
} from '../wire/services.ts';
import { end, type Gateway } from './gateway.ts';
import { guarded, type Method, unary } from './method.ts';
import { Code, Failed, failedBy } from './status.ts';

/** Keep-alives of one stream that wait for their answers. */
const WAITING_MAX = 10_000;

const LeaseGrant = unary(LeaseGrantRequest, (gateway, { ttl, lease }, call) => {
  gateway.ask(call, { type: 'etcd.lease.grant', id: gateway.nextId(), ttl, lease }, (reply) => {
    const header = gateway.header(reply.revision);
    call.reply(LeaseGrantResponse.encode({ header, lease: reply.lease, ttl: reply.ttl }));
  });
});

const LeaseRevoke = unary(LeaseRequest, (gateway, { lease }, call) => {
  gateway.ask(call, { type: 'etcd.lease.revoke', id: gateway.nextId(), lease }, ({ revision }) =>
    call.reply(HeaderOnly.encode({ header: gateway.header(revision) })),
  );
});

const LeaseTimeToLive = unary(LeaseTimeToLiveRequest, (gateway, { lease, keys }, call) => {
  gateway.ask(call, { type: 'etcd.lease.timeToLive', lease, keys }, ({ revision, ttl, grantedTtl, ...reply }) =>
    call.reply(
      LeaseTimeToLiveResponse.encode({ header: gateway.header(revision), lease, ttl, grantedTtl, keys: reply.keys }),
    ),
  );
});

const LeaseLeases = unary(Nothing, (gateway, _, call) => {
  gateway.ask(call, { type: 'etcd.lease.list' }, ({ revision, leases }) =>
    call.reply(
      LeaseLeasesResponse.encode({ header: gateway.header(revision), leases: leases.map((lease) => ({ lease })) }),
    ),
  );
});

/** Answers in the order of the requests; an unknown lease is one of which no time is left. */
const LeaseKeepAlive: Method = (gateway, call) => new KeepAlive(gateway, call);

class KeepAlive {
  readonly #gateway: Gateway;
  readonly #call: Call;
  readonly #waiting: string[] = [];
  #asking = false;
  #slow = false;
  #halfClosed = false;
  #over = false;

  constructor(gateway: Gateway, call: Call) {
    this.#gateway = gateway;
    this.#call = call;
    call.onDrain = () => {
      this.#slow = false;
      this.#next();
    };
    guarded(call, () => {
      gateway.check(call);
      gateway.enter(call, (why) => this.#end(why));
    });
  }
  message(bytes: Uint8Array): void {
    guarded(this.#call, () => {
      this.#waiting.push(LeaseRequest.decode(bytes).lease);
      if (this.#waiting.length > WAITING_MAX)
        return this.#end(new Failed(Code.resourceExhausted, 'etcdserver: too many requests'));
      this.#next();
    });
  }
  halfClosed(): void {
    this.#halfClosed = true;
    this.#next();
  }
  canceled(): void {
    this.#end();
  }

  #next(): void {
    if (this.#asking || this.#slow || this.#over) return;
    const lease = this.#waiting.shift();
    if (lease === undefined) return this.#halfClosed ? this.#end() : undefined;
    this.#asking = true;
    this.#gateway.server.request({ type: 'etcd.lease.keepAlive', lease }, (reply) => {
      this.#asking = false;
      if (this.#over) return;
      if (reply.type !== 'etcd.lease.keptAlive')
        return this.#end(reply.type === 'fault' ? failedBy(reply.fault) : undefined);
      const header = this.#gateway.header(reply.revision);
      this.#slow = !this.#call.send(LeaseKeepAliveResponse.encode({ header, lease, ttl: reply.ttl }));
      this.#next();
    });
  }
  #end(why?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#gateway.leave(this.#call);
    if (why === undefined) this.#call.end(Code.ok);
    else end(this.#call, why);
  }
}

export const LEASE: Readonly<Record<string, Method>> = {
  LeaseGrant,
  LeaseRevoke,
  LeaseKeepAlive,
  LeaseTimeToLive,
  LeaseLeases,
};
