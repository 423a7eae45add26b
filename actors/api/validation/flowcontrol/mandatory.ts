//! What priority and fairness cannot do without: their specs stay as they are
//! (k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap MandatoryFlowSchemas, MandatoryPriorityLevelConfigurations).
import type { JsonObject } from '../../json.ts';

const group = (name: string): JsonObject => ({ kind: 'Group', group: { name } });
const everything = (subjects: JsonObject[]): JsonObject => ({
  subjects,
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});
export const SCHEMAS: Readonly<Record<string, JsonObject>> = {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [everything([group('system:masters')])],
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: 10_000,
    distinguisherMethod: { type: 'ByUser' },
    rules: [everything([group('system:unauthenticated'), group('system:authenticated')])],
  },
};
export const LEVELS: Readonly<Record<string, JsonObject>> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  },
};
