//! Paths that are no resource: health, version, discovery, OpenAPI, the keys of tokens.
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from '../../api/discovery.ts';
import { openApiV2 } from '../../api/openapi/v2.ts';
import { encodeV2, V2_PROTO_ACCEPT, V2_PROTO_CONTENT_TYPE } from '../../api/openapi/v2-proto.ts';
import { openApiV3, openApiV3Index } from '../../api/openapi/v3.ts';
import { ENABLED } from '../../api/resources.ts';
import type { Descriptions, Schema } from '../../api/schema.ts';
import { notAcceptable, notFoundPath } from '../../api/status.ts';
import type { Status } from '../../api/types/meta.ts';
import type { Signer } from '../signer.ts';
import { ISSUER } from '../verbs/token.ts';
import { acceptedOf, SERVED } from './media.ts';

export const VERSION = { major: '1', minor: '36', gitVersion: 'v1.36.0' } as const;

export interface PathDeps {
  readonly schema: Schema;
  readonly descriptions: () => Descriptions;
  readonly signer: Signer;
  readonly ready: () => boolean;
}
export type PathAnswer =
  | { readonly code: number; readonly text: string | Uint8Array; readonly type: string }
  | { readonly status: Status };

const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const OPEN: ReadonlySet<string> = new Set([
  ...HEALTH,
  '/version',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
]);
/** Answered to whoever asks. */
export const isOpen = (path: string): boolean => OPEN.has(path) || HEALTH.has(`/${path.split('/')[1]}`);

const json = (value: object): PathAnswer => ({ code: 200, text: JSON.stringify(value), type: 'application/json' });
const plain = (code: number, text: string): PathAnswer => ({ code, text, type: 'text/plain; charset=utf-8' });

/** What never changes is made once. */
const made = new Map<string, PathAnswer>();
const once = (key: string, make: () => object): PathAnswer => kept(key, () => json(make()));
function kept(key: string, make: () => PathAnswer): PathAnswer {
  let answer = made.get(key);
  if (answer === undefined) {
    answer = make();
    made.set(key, answer);
  }
  return answer;
}

/** Undefined: perhaps a resource. */
export function pathAnswer(
  path: string,
  accept: string | undefined,
  at: string,
  deps: PathDeps,
): PathAnswer | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root = '', first, second, ...rest] = parts;
  switch (root) {
    case '':
      return once('/', () => ({
        paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      }));
    case 'healthz':
    case 'livez':
      return plain(200, 'ok');
    case 'readyz':
      return deps.ready() ? plain(200, 'ok') : plain(503, 'the server is starting or stopping');
    case 'version':
      return json({
        ...VERSION,
        emulationMajor: VERSION.major,
        emulationMinor: VERSION.minor,
        minCompatibilityMajor: VERSION.major,
        minCompatibilityMinor: '35',
        gitCommit: 'orrery',
        gitTreeState: 'clean',
        buildDate: '2026-01-01T00:00:00Z',
        goVersion: 'none',
        compiler: 'none',
        platform: 'linux/amd64',
      });
    case '.well-known':
      return first === 'openid-configuration' ? json(openid()) : undefined;
    case 'openid':
      return path === '/openid/v1/jwks' ? json(deps.signer.keys?.() ?? { keys: [] }) : undefined;
    case 'openapi':
      return openapi(first, rest, second, accept, deps);
    case 'api':
    case 'apis':
      return discovery(root, first, second, rest.length, accept, at);
    default:
      return { status: notFoundPath() };
  }
}
const openid = (): object => ({
  issuer: ISSUER,
  jwks_uri: `${ISSUER}/openid/v1/jwks`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
});

function discovery(
  root: 'api' | 'apis',
  first: string | undefined,
  second: string | undefined,
  more: number,
  accept: string | undefined,
  at: string,
): PathAnswer | undefined {
  if (first === undefined) {
    const accepted = acceptedOf(accept);
    if (accepted === undefined) return { status: notAcceptable([...SERVED]) };
    const { discovery: version } = accepted;
    if (version !== undefined) {
      const which = root === 'api' ? 'core' : 'groups';
      const answer = once(`${root} ${version}`, () => aggregatedDiscovery(ENABLED, which, version));
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return 'text' in answer ? { ...answer, type } : answer;
    }
    return root === 'api' ? json(apiVersions(at)) : once('/apis', () => apiGroupList(ENABLED));
  }
  if (root === 'api') {
    if (second !== undefined) return undefined;
    return orNot(apiResourceList(ENABLED, '', first));
  }
  if (second === undefined) return orNot(apiGroup(ENABLED, first));
  return more > 0 ? undefined : orNot(apiResourceList(ENABLED, first, second));
}
const orNot = (value: object | undefined): PathAnswer =>
  value === undefined ? { status: notFoundPath() } : json(value);

function openapi(
  version: string | undefined,
  rest: readonly string[],
  second: string | undefined,
  accept: string | undefined,
  deps: PathDeps,
): PathAnswer | undefined {
  if (version === 'v2' && second === undefined && accept?.includes(V2_PROTO_ACCEPT)) {
    const document = () => openApiV2(deps.schema, deps.descriptions(), ENABLED, VERSION.gitVersion);
    return kept('/openapi/v2 proto', () => ({ code: 200, text: encodeV2(document()), type: V2_PROTO_CONTENT_TYPE }));
  }
  if (acceptedOf(accept) === undefined) return { status: notAcceptable(['application/json']) };
  if (version === 'v2' && second === undefined)
    return once('/openapi/v2', () => openApiV2(deps.schema, deps.descriptions(), ENABLED, VERSION.gitVersion));
  if (version !== 'v3') return { status: notFoundPath() };
  if (second === undefined) return once('/openapi/v3', () => openApiV3Index(ENABLED, VERSION.gitVersion));
  const [group, named] = second === 'api' ? ['', rest[0]] : [rest[0] ?? '', rest[1]];
  if (named === undefined || !ENABLED.some((info) => info.group === group && info.version === named))
    return { status: notFoundPath() };
  return once(
    `/openapi/v3/${group}/${named}`,
    () => openApiV3(deps.schema, deps.descriptions(), ENABLED, group, named, VERSION.gitVersion) ?? {},
  );
}
