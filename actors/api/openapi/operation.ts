//! Paths and verbs of every resource, in neither version of OpenAPI yet.
import type { ResourceInfo } from '../resources.ts';
import { META } from '../schema.ts';
import { type Base, baseOf, definitionName, type Operation } from './operation/base.ts';
import { connectOperations, subOperations } from './operation/sub.ts';
import { watchOperations } from './operation/watch.ts';
import { DELETE, DELETE_MANY, LIST, nameParameter, PATCHES, PRETTY, WRITE } from './parameter.ts';

export function operationsOf(info: ResourceInfo): readonly Operation[] {
  const base = baseOf(info);
  return [
    ...collectionOperations(base),
    ...itemOperations(base),
    ...info.subresources.flatMap((sub) =>
      sub.kind.endsWith('Options') ? connectOperations(base, sub) : subOperations(base, sub),
    ),
    ...watchOperations(base),
  ];
}
type Verbs = readonly (readonly [verb: string, operation: Omit<Operation, keyof Shared>])[];
type Shared = Pick<Operation, 'tag' | 'path' | 'common'>;
const offered = (info: ResourceInfo, shared: Shared, verbs: Verbs): readonly Operation[] =>
  verbs.flatMap(([verb, operation]) => (info.verbs.includes(verb) ? [{ ...shared, ...operation }] : []));

function collectionOperations({ info, root, collection, scope, word, scoped, here }: Base): readonly Operation[] {
  const own = definitionName(info);
  const list = {
    ...here,
    method: 'get',
    description: `list or watch objects of kind ${info.kind}`,
    action: 'list',
    query: LIST,
    answer: `${own}List`,
    codes: [200],
  } as const;
  const everywhere = { ...here, path: `${root}/${info.resource}`, common: [PRETTY] };
  return [
    ...offered(info, { ...here, path: collection, common: [...scope, PRETTY] }, [
      ['list', { ...list, id: `list${word}${scoped}` }],
      [
        'create',
        {
          ...here,
          method: 'post',
          id: `create${word}${scoped}`,
          description: `create ${info.kind}`,
          action: 'post',
          query: WRITE,
          body: own,
          answer: own,
          codes: [200, 201, 202],
        },
      ],
      [
        'deletecollection',
        {
          ...here,
          method: 'delete',
          id: `delete${word}Collection${scoped}`,
          description: `delete collection of ${info.kind}`,
          action: 'deletecollection',
          query: DELETE_MANY,
          body: `${META}.DeleteOptions`,
          answer: `${META}.Status`,
          codes: [200],
        },
      ],
    ]),
    ...(info.namespaced
      ? offered(info, everywhere, [['list', { ...list, id: `list${word}${info.kind}ForAllNamespaces` }]])
      : []),
  ];
}

/** Kinds whose delete answers with what was deleted (registries with ReturnDeletedObject). */
const RETURNED: ReadonlySet<string> = new Set(
  `/persistentvolumeclaims /persistentvolumes /pods /podtemplates /resourcequotas /serviceaccounts /services
  resource.k8s.io/deviceclasses resource.k8s.io/devicetaintrules resource.k8s.io/resourceclaims
  resource.k8s.io/resourceclaimtemplates resource.k8s.io/resourceslices storage.k8s.io/csinodes
  storage.k8s.io/storageclasses storage.k8s.io/volumeattachments storage.k8s.io/volumeattributesclasses
  storage.k8s.io/csidrivers resource.k8s.io/resourcepoolstatusrequests`.split(/\s+/),
);
function itemOperations({ info, collection, scope, word, scoped, here }: Base): readonly Operation[] {
  const own = definitionName(info);
  const item = {
    ...here,
    path: `${collection}/{name}`,
    common: [nameParameter(info.kind), ...scope, PRETTY],
  };
  return offered(info, item, [
    [
      'get',
      {
        ...here,
        method: 'get',
        id: `read${word}${scoped}`,
        description: `read the specified ${info.kind}`,
        action: 'get',
        query: [],
        answer: own,
        codes: [200],
      },
    ],
    [
      'update',
      {
        ...here,
        method: 'put',
        id: `replace${word}${scoped}`,
        description: `replace the specified ${info.kind}`,
        action: 'put',
        query: WRITE,
        body: own,
        answer: own,
        codes: [200, 201],
      },
    ],
    [
      'delete',
      {
        ...here,
        method: 'delete',
        id: `delete${word}${scoped}`,
        description: `delete ${article(info.kind)} ${info.kind}`,
        action: 'delete',
        query: DELETE,
        body: `${META}.DeleteOptions`,
        answer: RETURNED.has(`${info.group}/${info.resource}`) ? own : `${META}.Status`,
        codes: [200, 202],
      },
    ],
    [
      'patch',
      {
        ...here,
        method: 'patch',
        id: `patch${word}${scoped}`,
        description: `partially update the specified ${info.kind}`,
        action: 'patch',
        query: PATCHES,
        body: `${META}.Patch`,
        answer: own,
        codes: [200, 201],
      },
    ],
  ]);
}
const article = (word: string): string => (/^[AEIOU]/i.test(word) ? 'an' : 'a');
