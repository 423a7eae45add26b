//! The deprecated paths under `/watch/`.
import { META } from '../../schema.ts';
import { LIST, nameParameter, PRETTY } from '../parameter.ts';
import type { Base, Operation } from './base.ts';

const END =
  "deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.";

export function watchOperations({ info, root, scope, word, scoped, here }: Base): readonly Operation[] {
  if (!info.verbs.includes('watch')) return [];
  const common = { ...here, method: 'get', query: [], answer: `${META}.WatchEvent`, codes: [200] } as const;
  const list = { ...common, description: `watch individual changes to a list of ${info.kind}. ${END}` };
  const base = `${root}/watch`;
  const collection = info.namespaced ? `${base}/namespaces/{namespace}/${info.resource}` : `${base}/${info.resource}`;
  return [
    {
      ...list,
      action: 'watchlist',
      path: collection,
      id: `watch${word}${scoped}List`,
      common: [...LIST, ...scope, PRETTY],
    },
    {
      ...common,
      description: `watch changes to an object of kind ${info.kind}. ${END}`,
      action: 'watch',
      path: `${collection}/{name}`,
      id: `watch${word}${scoped}`,
      common: [...LIST, nameParameter(info.kind), ...scope, PRETTY],
    },
    ...(info.namespaced
      ? [
          {
            ...list,
            action: 'watchlist',
            path: `${base}/${info.resource}`,
            id: `watch${word}${info.kind}ListForAllNamespaces`,
            common: [...LIST, PRETTY],
          },
        ]
      : []),
  ];
}
