//! Parameters of paths and queries, by the operations that take them.
import type { JsonObject } from '../json.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}
const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});
export const PRETTY = query('pretty', 'string', "If 'true', then the output is pretty printed.");
export const DRY_RUN = query(
  'dryRun',
  'string',
  'When present, indicates that modifications should not be persisted. An invalid or unrecognized dryRun directive will result in an error response and no further processing of the request. Valid values are: - All: all dry run stages will be processed',
);
const MANAGER = query(
  'fieldManager',
  'string',
  'fieldManager is a name associated with the actor or entity that is making these changes.',
);
const VALIDATION = query(
  'fieldValidation',
  'string',
  'fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. Valid values are: Ignore, Warn, Strict.',
);
const FORCE = query('force', 'boolean', 'Force is going to "force" Apply requests.');
export const WRITE: readonly Parameter[] = [DRY_RUN, MANAGER, VALIDATION];
export const PATCHES: readonly Parameter[] = [...WRITE, FORCE];
export const LIST: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'allowWatchBookmarks requests watch events with type "BOOKMARK".'),
  query('continue', 'string', 'The continue option should be set when retrieving more results from the server.'),
  query('fieldSelector', 'string', 'A selector to restrict the list of returned objects by their fields.'),
  query('labelSelector', 'string', 'A selector to restrict the list of returned objects by their labels.'),
  query('limit', 'integer', 'limit is a maximum number of responses to return for a list call.'),
  query(
    'resourceVersion',
    'string',
    'resourceVersion sets a constraint on what resource versions a request may be served from.',
  ),
  query(
    'resourceVersionMatch',
    'string',
    'resourceVersionMatch determines how resourceVersion is applied to list calls.',
  ),
  query('sendInitialEvents', 'boolean', 'sendInitialEvents may be set together with watch=true.'),
  query('shardSelector', 'string', 'Alpha: a range of hashes of a field. Servers without the feature ignore it.'),
  query('timeoutSeconds', 'integer', 'Timeout for the list/watch call.'),
  query('watch', 'boolean', 'Watch for changes to the described resources and return them as a stream.'),
];
export const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'The duration in seconds before the object should be deleted.'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean', 'Deletes an object that cannot be read.'),
  query('orphanDependents', 'boolean', 'Deprecated: please use the PropagationPolicy.'),
  query('propagationPolicy', 'string', 'Whether and how garbage collection will be performed.'),
];
export const DELETE_MANY: readonly Parameter[] = [
  ...LIST.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'),
  ...DELETE,
];
export const NAMESPACE: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'object name and auth scope, such as for teams and projects',
};
export const nameParameter = (kind: string): Parameter => ({
  name: 'name',
  in: 'path',
  type: 'string',
  description: `name of the ${kind}`,
});
export const REST_OF_PATH: Parameter = {
  name: 'path',
  in: 'path',
  type: 'string',
  description: 'path to the resource',
};

const CONTAINER = query('container', 'string', 'The container. Defaults to the only one, if there is only one.');
const TERMINAL: readonly Parameter[] = [
  CONTAINER,
  query('stderr', 'boolean', 'Redirect the standard error stream.'),
  query('stdin', 'boolean', 'Redirect the standard input stream.'),
  query('stdout', 'boolean', 'Redirect the standard output stream.'),
  query('tty', 'boolean', 'Whether a terminal is allocated.'),
];
const PATH = query('path', 'string', 'The part of the URL that follows the resource.');
/** What kinds of options say in a query (core/v1 Pod*Options). */
export const CONNECT: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: TERMINAL,
  PodExecOptions: [query('command', 'string', 'The command to execute: once a word.'), ...TERMINAL],
  PodPortForwardOptions: [query('ports', 'integer', 'Ports to forward: once a port.')],
  PodProxyOptions: [PATH],
  ServiceProxyOptions: [PATH],
  NodeProxyOptions: [PATH],
};
export const LOG: readonly Parameter[] = [
  CONTAINER,
  query('follow', 'boolean', 'Follow the log stream of the pod.'),
  query('insecureSkipTLSVerifyBackend', 'boolean', "Whether the server's connection to the node may be unverified."),
  query('limitBytes', 'integer', 'How many bytes to read at most.'),
  query('previous', 'boolean', 'Return previous terminated container logs.'),
  query('sinceSeconds', 'integer', 'How old lines may be.'),
  query('stream', 'string', 'Which of the streams: All, Stdout or Stderr.'),
  query('tailLines', 'integer', 'How many lines from the end.'),
  query('timestamps', 'boolean', 'Whether each line begins with its time.'),
];

/** In the words of OpenAPI v2. */
export const parameterV2 = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  uniqueItems: true,
  type,
  description,
  name,
  in: place,
  ...(place === 'path' ? { required: true } : {}),
});
/** And of v3. */
export const parameterV3 = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  name,
  in: place,
  description,
  ...(place === 'path' ? { required: true } : {}),
  schema: { type, uniqueItems: true },
});
