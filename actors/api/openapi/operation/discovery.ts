//! Paths that are no resource: what there is, and who the server is.
import type { ResourceInfo } from '../../resources.ts';
import { META } from '../../schema.ts';
import { capital, groupWord, type Operation, rootOf, tagOf } from './base.ts';

const JSON_ONLY = ['application/json'];
const get = (path: string, id: string, tag: string, description: string, more: Partial<Operation>): Operation => ({
  path: `${path}/`,
  method: 'get',
  id,
  tag,
  description,
  query: [],
  common: [],
  codes: [200],
  ...more,
});
const VERSIONS = 'get available API versions';

/** /apis/apps/v1 */
export const versionOperation = (group: string, version: string): Operation =>
  get(
    rootOf(group, version),
    `get${groupWord(group)}${capital(version)}APIResources`,
    tagOf(group, version),
    'get available resources',
    { answer: `${META}.APIResourceList` },
  );
/** /apis/apps */
const groupOperation = (group: string): Operation =>
  get(`/apis/${group}`, `get${groupWord(group)}APIGroup`, tagOf(group, ''), 'get information of a group', {
    answer: `${META}.APIGroup`,
  });

/** By their place under /openapi/v3. Groups' versions have documents of their own. */
export function fixedOperations(resources: readonly ResourceInfo[]): ReadonlyMap<string, Operation> {
  const groups = [...new Set(resources.map((info) => info.group))].filter((group) => group !== '').sort();
  return new Map<string, Operation>([
    [
      '.well-known/openid-configuration',
      get(
        '/.well-known/openid-configuration',
        'getServiceAccountIssuerOpenIDConfiguration',
        'WellKnown',
        'get service account issuer OpenID configuration',
        { produces: JSON_ONLY },
      ),
    ],
    ['api', get('/api', 'getCoreAPIVersions', 'core', VERSIONS, { answer: `${META}.APIVersions` })],
    ['apis', get('/apis', 'getAPIVersions', 'apis', VERSIONS, { answer: `${META}.APIGroupList` })],
    ...groups.map((group) => [`apis/${group}`, groupOperation(group)] as const),
    [
      'openid/v1/jwks',
      get(
        '/openid/v1/jwks',
        'getServiceAccountIssuerOpenIDKeyset',
        'openid',
        'get the public keys of tokens of service accounts',
        { produces: ['application/jwk-set+json'] },
      ),
    ],
    [
      'version',
      get('/version', 'getCodeVersion', 'version', 'get the version information for this server', {
        answer: 'io.k8s.apimachinery.pkg.version.Info',
        produces: JSON_ONLY,
      }),
    ],
  ]);
}
