//! Paths that are no resource: health, version, discovery, OpenAPI, the keys of tokens.
import { notFoundPath } from '../../api/status.ts';
import type { Signer } from '../signer.ts';
import { ISSUER } from '../verbs/token.ts';
import { json, type PathAnswer } from './documents/answer.ts';
import type { Ask } from './documents/ask.ts';
import { discoveryAnswer, rootPaths } from './documents/discovery.ts';
import { openApiAnswer } from './documents/openapi.ts';

export const VERSION = { major: '1', minor: '36', gitVersion: 'v1.36.0' } as const;

export interface PathAsk extends Ask {
  readonly path: string;
  readonly signer: Signer;
}

const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const OPEN: ReadonlySet<string> = new Set([
  ...HEALTH,
  '/version',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
]);
/** Answered to whoever asks. */
export const isOpen = (path: string): boolean => OPEN.has(path) || HEALTH.has(`/${path.split('/')[1]}`);

/** Undefined: perhaps a resource. */
export function pathAnswer(ask: PathAsk): PathAnswer | undefined {
  const { path, signer } = ask;
  const [root = '', first] = ask.parts;
  switch (root) {
    case '':
      return json(rootPaths(ask));
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
      return path === '/openid/v1/jwks' ? json(signer.keys?.() ?? { keys: [] }) : undefined;
    case 'openapi':
      return openApiAnswer(ask);
    case 'api':
    case 'apis':
      return discoveryAnswer(ask);
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
