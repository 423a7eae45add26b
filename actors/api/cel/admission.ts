//! What expressions of admission may speak of: k8s.io/apiserver/pkg/admission/plugin/cel/compile.go.
import type { Environment, StructType } from './environment.ts';
import { kubernetesFunctions, patchFunctions } from './library/index.ts';
import { BOOL, DYN, INT, listOf, mapOf, objectType, opaque, STRING, TIMESTAMP, type Type } from './type.ts';

const KIND = objectType('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectType('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
export const REQUEST: Type = objectType('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: objectType('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: listOf(STRING),
    extra: mapOf(STRING, listOf(STRING)),
  }),
  dryRun: BOOL,
  options: DYN,
});
const LABELS = mapOf(STRING, STRING);
export const NAMESPACE: Type = objectType('kubernetes.Namespace', {
  metadata: objectType('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: LABELS,
    annotations: LABELS,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectType('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectType('kubernetes.NamespaceStatus', {
    conditions: listOf(
      objectType('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
});
export const AUTHORIZER = opaque('kubernetes.authorization.Authorizer');
export const RESOURCE_CHECK = opaque('kubernetes.authorization.ResourceCheck');

export interface Vocabulary {
  readonly params?: boolean;
  readonly authorizer?: boolean;
  readonly namespace?: boolean;
  /** Object{...} and JSONPatch{...} may be written. */
  readonly patches?: boolean;
  /** Types of `variables.<name>`. */
  readonly variables?: Readonly<Record<string, Type>>;
  /** Types of object and oldObject, and of params, where they are known: for the checks of a policy's status. */
  readonly object?: Type;
  readonly paramsType?: Type;
}
export function environmentOf(vocabulary: Vocabulary): Environment {
  const { params, authorizer, namespace = true, patches, variables, object = DYN, paramsType = DYN } = vocabulary;
  return {
    variables: {
      object,
      oldObject: object,
      request: REQUEST,
      ...(namespace ? { namespaceObject: NAMESPACE } : {}),
      ...(params ? { params: paramsType } : {}),
      ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
      ...(variables === undefined ? {} : { variables: objectType('kubernetes.variables', variables) }),
    },
    functions: patches ? patchFunctions() : kubernetesFunctions(),
    ...(patches ? { struct: patchStruct } : {}),
  };
}
export const OBJECT: Type = { kind: 'object', name: 'Object' };
export const JSON_PATCH: Type = { kind: 'object', name: 'JSONPatch' };
const PATCH_FIELDS: Readonly<Record<string, Type>> = { op: STRING, path: STRING, from: STRING, value: DYN };

/** k8s.io/apiserver/pkg/cel/mutation: `Object.<field>.<field>` of whatever fields, and JSONPatch. */
function patchStruct(name: string): StructType | undefined {
  if (name === 'JSONPatch')
    return {
      type: JSON_PATCH,
      field: (field) => (Object.hasOwn(PATCH_FIELDS, field) ? PATCH_FIELDS[field] : undefined),
    };
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined;
  return { type: { kind: 'object', name }, field: () => DYN };
}
