//! etcd's methods as their .proto files say: the path of each, and how its messages are written and read.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';

/** `KV/Put` and the like. */
export type Method = MethodDefinition<object, object>;
type Methods = Readonly<Record<string, Method>>;

const PACKAGE = 'etcdserverpb.';
const proto = join(dirname(createRequire(import.meta.url).resolve('etcd3/package.json')), 'proto', 'rpc.proto');
const loaded = loadSync(proto, {
  keepCase: true,
  // Above 2^53 a number would round; ids are 64 bits.
  longs: String,
  enums: String,
  defaults: true,
  oneofs: false,
});

const services = new Map<string, Methods>();
for (const [name, definition] of Object.entries(loaded))
  if (name.startsWith(PACKAGE) && !('format' in definition))
    services.set(name.slice(PACKAGE.length), definition as unknown as Methods);

/** `service` without its package: `KV`, `Watch`, `Lease`, `Maintenance`, `Cluster`. */
export function method(service: string, name: string): Method {
  const found = services.get(service)?.[name];
  if (found === undefined) throw new Error(`etcd's protos have no ${service}/${name}`);
  return found;
}
