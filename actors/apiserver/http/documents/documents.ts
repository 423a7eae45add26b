//! What an API server publishes about itself, made at first use and kept until what it serves changes.
import { createHash } from 'node:crypto';
import { mergedV2 } from '../../../api/openapi/merge-v2.ts';
import { type Custom, openApiV2 } from '../../../api/openapi/v2.ts';
import { encodeV2 } from '../../../api/openapi/v2-proto.ts';
import { documentPaths, openApiV3, openApiV3Index } from '../../../api/openapi/v3.ts';
import { encodeV3 } from '../../../api/openapi/v3-proto.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import type { Descriptions, Schema } from '../../../api/schema.ts';
import { Remotes } from '../../aggregation/remotes.ts';

/** What is served now. */
export interface Served {
  /** Another number whenever `enabled` or `custom` would answer something else. */
  readonly revision: number;
  enabled(): readonly ResourceInfo[];
  /** OpenAPI of kinds that are not built in. */
  readonly custom?: Custom;
  /** What other API servers answer. */
  readonly remotes?: Remotes;
}
export interface Document {
  readonly body: string | Uint8Array;
  /** Of the content, without quotes. */
  readonly etag: string;
}
interface OpenApiIndex {
  readonly paths: Record<string, { serverRelativeURL: string }>;
}
export interface Sources {
  readonly schema: Schema;
  readonly descriptions: () => Descriptions;
  readonly served: Served;
  /** `v1.36.0` */
  readonly version: string;
}

const NO_REMOTES = new Remotes();

export class Documents {
  readonly #sources: Sources;
  readonly #made = new Map<string, Document>();
  #revision = Number.NaN;
  #paths: ReadonlySet<string> | undefined;
  constructor(sources: Sources) {
    this.#sources = sources;
  }
  get served(): Served {
    return this.#sources.served;
  }
  get remotes(): Remotes {
    return this.served.remotes ?? NO_REMOTES;
  }
  get resources(): readonly ResourceInfo[] {
    return this.served.enabled();
  }

  /** As JSON. */
  of(key: string, make: () => object): Document {
    return this.#kept(key, () => JSON.stringify(make()));
  }
  openApiV2(): Document {
    return this.of('/openapi/v2', () => this.#v2());
  }
  /** Protobuf of the same, under the same ETag. */
  openApiV2Proto(): Document {
    const { etag } = this.openApiV2();
    const { body } = this.#kept('/openapi/v2 as protobuf', () => encodeV2(this.#v2()));
    return { body, etag };
  }
  /** /openapi/v3: every document with the hash of its content, so that whoever has it may keep it for ever. */
  openApiV3Index(): Document {
    return this.of('/openapi/v3', () => {
      const index = openApiV3Index(
        this.resources,
        (path) => this.openApiV3(path)?.etag ?? '',
      ) as unknown as OpenApiIndex;
      const paths = { ...index.paths };
      for (const remote of this.remotes.list()) {
        const path = `apis/${remote.group}/${remote.version}`;
        const etag = this.openApiV3(path)?.etag;
        if (etag === undefined) delete paths[path];
        else paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${etag}` };
      }
      return { ...index, paths };
    });
  }
  /** `apis/apps/v1`; undefined: nothing is there. */
  openApiV3(path: string): Document | undefined {
    const { schema, descriptions, served, version } = this.#sources;
    const remote = this.remotes.at(`/${path}`);
    if (remote !== undefined) {
      const text = this.remotes.published(remote)?.openApiV3;
      return text === undefined ? undefined : this.#kept(`/openapi/v3/${path}`, () => text);
    }
    if (!this.#listed().has(path)) return undefined;
    return this.of(
      `/openapi/v3/${path}`,
      () => openApiV3(schema, descriptions(), this.resources, path, version, served.custom) ?? {},
    );
  }
  /** Protobuf of `json`, under the same ETag. */
  openApiV3Proto(path: string, { body: text, etag }: Document): Document {
    const make = (): Uint8Array => encodeV3(JSON.parse(String(text)));
    const { body } = this.#kept(`/openapi/v3/${path} as protobuf`, make);
    return { body, etag };
  }
  #listed(): ReadonlySet<string> {
    this.#refresh();
    this.#paths ??= new Set(documentPaths(this.resources));
    return this.#paths;
  }

  #v2() {
    const { schema, descriptions, served, version } = this.#sources;
    let document = openApiV2(schema, descriptions(), this.resources, version, served.custom);
    for (const remote of this.remotes.list()) {
      const theirs = this.remotes.published(remote)?.openApiV2;
      if (theirs === undefined) continue;
      document = mergedV2(document, JSON.parse(theirs.body), `/apis/${remote.group}/${remote.version}`);
    }
    return document;
  }
  /** Bounded by what is served: a few a group's version. */
  #kept(key: string, make: () => string | Uint8Array): Document {
    this.#refresh();
    let document = this.#made.get(key);
    if (document === undefined) {
      const body = make();
      // Another text, another tag: as long as kube-apiserver's (kube-openapi computeETag).
      document = { body, etag: createHash('sha512').update(body).digest('hex').toUpperCase() };
      this.#made.set(key, document);
    }
    return document;
  }
  #refresh(): void {
    if (this.#revision === this.served.revision) return;
    this.#revision = this.served.revision;
    this.#made.clear();
    this.#paths = undefined;
  }
}
