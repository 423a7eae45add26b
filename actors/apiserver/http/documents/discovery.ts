//! /api and /apis: lists of groups, versions and resources, or all of it in one document.
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from '../../../api/discovery.ts';
import { notAcceptable, notFoundPath } from '../../../api/status.ts';
import { withRemoteDiscovery, withRemoteGroup, withRemoteGroups } from '../../aggregation/publish.ts';
import { acceptedOf, contentType, SERVED } from '../media.ts';
import { textOfValue } from '../render.ts';
import { type PathAnswer, tagged } from './answer.ts';
import type { Ask } from './ask.ts';

/** Undefined: the path of a resource. */
export function discoveryAnswer(ask: Ask): PathAnswer | undefined {
  const [root, first, second, ...rest] = ask.parts;
  const { documents } = ask;
  const resources = documents.resources;
  if (first === undefined) return whole(ask, root === 'api' ? 'core' : 'groups');
  if (root === 'api')
    return second === undefined ? listed(ask, () => apiResourceList(resources, '', first)) : undefined;
  if (second === undefined)
    return listed(ask, () => withRemoteGroup(apiGroup(resources, first), documents.remotes, first));
  return rest.length > 0 ? undefined : listed(ask, () => apiResourceList(resources, first, second));
}

function whole(ask: Ask, which: 'core' | 'groups'): PathAnswer {
  const { documents, known, at } = ask;
  const version = acceptedOf(ask.accept, 'discovery')?.discovery;
  if (version === undefined)
    return listed(ask, () =>
      which === 'core' ? apiVersions(at) : withRemoteGroups(apiGroupList(documents.resources), documents.remotes),
    );
  const document = documents.of(`${which} ${version}`, () => {
    const own = aggregatedDiscovery(documents.resources, which, version);
    return which === 'core' ? own : withRemoteDiscovery(own, documents.remotes);
  });
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return tagged(document, type, known, { 'cache-control': 'public' });
}
function listed({ accept, yaml }: Ask, make: () => object | undefined): PathAnswer {
  const accepted = acceptedOf(accept, 'discovery');
  if (accepted === undefined) return { status: notAcceptable([...SERVED]) };
  const value = make();
  if (value === undefined) return { status: notFoundPath() };
  const text = textOfValue(value, { accepted, pretty: false, yaml });
  return { code: 200, text, type: contentType(accepted.format), headers: { vary: 'Accept' } };
}

/** `/`: every path that there is. */
export function rootPaths({ documents }: Ask): object {
  const { resources } = documents;
  const paths = new Set(
    `/.well-known/openid-configuration /api /apis /healthz /healthz/ping /livez /livez/ping /metrics /openapi/v2
    /openapi/v3 /openapi/v3/ /openid/v1/jwks /readyz /readyz/ping /version`.split(/\s+/),
  );
  for (const { group, version } of resources) {
    if (group === '') paths.add(`/api/${version}`);
    else paths.add(`/apis/${group}`).add(`/apis/${group}/${version}`);
  }
  for (const { group, version } of documents.remotes.list())
    paths.add(`/apis/${group}`).add(`/apis/${group}/${version}`);
  return { paths: [...paths].sort() };
}
