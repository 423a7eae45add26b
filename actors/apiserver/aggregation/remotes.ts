//! Groups' versions that other API servers answer for: what APIServices with a Service say.
import { type Address, address } from '../../../runtime/address.ts';
import { get, type Json, numberOf, objectOf, textOf } from '../../api/json.ts';
import { findResource, type ResourceInfo } from '../../api/resources.ts';
import type { Entry } from '../cache/entry.ts';
import { ACTOR_ANNOTATION } from '../protocol.ts';

export const API_SERVICES: ResourceInfo = findResource('apiregistration.k8s.io', 'v1', 'apiservices')!;
const HTTPS = 443;

export interface Remote {
  /** `v1beta1.metrics.k8s.io` */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  /** Base64 of PEM. Empty: whom this machine trusts. */
  readonly caBundle: string;
  readonly insecureSkipTLSVerify: boolean;
  readonly available: boolean;
  /** Stands for the Service: asked on the bus. */
  readonly actor?: Address;
}
/** What a remote server publishes about itself. */
export interface Publication {
  /** APIResourceDiscovery of each of its resources. */
  readonly resources: readonly Json[];
  /** Its document of OpenAPI v3; undefined: it has none. */
  readonly openApiV3?: string;
  /** Of OpenAPI v2, with the tag under which the server knows it. */
  readonly openApiV2?: { readonly body: string; readonly etag: string };
}

export class Remotes {
  #list: readonly Remote[] = [];
  readonly #published = new Map<string, Publication>();

  list(): readonly Remote[] {
    return this.#list;
  }
  /** By a path with or without its query: `/apis/metrics.k8s.io/v1beta1/nodes?limit=5`. */
  at(url: string): Remote | undefined {
    if (this.#list.length === 0) return undefined;
    const [, group, version] = /^\/apis\/([^/?]+)\/([^/?]+)/.exec(url) ?? [];
    return group === undefined ? undefined : this.of(group, version ?? '');
  }
  of(group: string, version: string): Remote | undefined {
    return this.#list.find((remote) => remote.group === group && remote.version === version);
  }
  published({ name }: Remote): Publication | undefined {
    return this.#published.get(name);
  }
  /** True: something else is published now. */
  publish({ name }: Remote, publication: Publication): boolean {
    const before = this.#published.get(name);
    if (JSON.stringify(before) === JSON.stringify(publication)) return false;
    this.#published.set(name, publication);
    return true;
  }
  /** Every APIService that there is now. True: something has changed. */
  replace(services: Iterable<Entry>): boolean {
    const next = [...services].flatMap((entry) => remoteOf(entry) ?? []);
    if (JSON.stringify(next) === JSON.stringify(this.#list)) return false;
    this.#list = next;
    for (const name of [...this.#published.keys()])
      if (!next.some((remote) => remote.name === name)) this.#published.delete(name);
    return true;
  }
}

function remoteOf({ name, object }: Entry): Remote | undefined {
  const spec = objectOf(get(object, 'spec'));
  const service = objectOf(spec['service']);
  // The legacy group is never handed on here: it is this server itself.
  if (spec['service'] === undefined || spec['service'] === null || textOf(spec['group']) === '') return undefined;
  const actor = actorOf(object, service);
  return {
    name,
    ...(actor === undefined ? {} : { actor }),
    group: textOf(spec['group']),
    version: textOf(spec['version']),
    groupPriority: numberOf(spec['groupPriorityMinimum']),
    versionPriority: numberOf(spec['versionPriority']),
    service: {
      namespace: textOf(service['namespace']),
      name: textOf(service['name']),
      port: numberOf(service['port']) || HTTPS,
    },
    caBundle: textOf(spec['caBundle']),
    insecureSkipTLSVerify: spec['insecureSkipTLSVerify'] === true,
    available: isAvailable(object),
  };
}
function actorOf(object: unknown, service: { readonly [field: string]: Json }): Address | undefined {
  const [component = '', namespace, name] = textOf(get(object, 'metadata', 'annotations', ACTOR_ANNOTATION)).split('/');
  const stands = component !== '' && namespace === service['namespace'] && name === service['name'];
  return stands ? address(component, namespace, name) : undefined;
}
export function isAvailable(object: unknown): boolean {
  const conditions = get(object, 'status', 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some((one) => get(one, 'type') === 'Available' && get(one, 'status') === 'True')
  );
}
