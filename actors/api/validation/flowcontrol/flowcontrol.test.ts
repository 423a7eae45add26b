import { test } from 'node:test';
import { created, type Row, updated } from '../refusal.fixture.ts';
import { LEVELS, SCHEMAS } from './mandatory.ts';

const kind = (name: string) => ({ group: 'flowcontrol.apiserver.k8s.io', kind: name });
const verbs = '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"';

test('flow control: schemas: precedence, subjects and rules', () => {
  const rule = {
    subjects: [{ kind: 'User', user: { name: 'a' } }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  };
  const spec = { matchingPrecedence: 9, priorityLevelConfiguration: { name: 'a' }, rules: [rule] };
  const at = 'spec.rules[0]';
  const resource = { verbs: ['get'], apiGroups: ['a'], resources: ['b'], namespaces: ['c'] };
  const urls = Object.entries({
    '': 'must not be empty',
    a: 'must start with slash',
    '/a b': 'must not contain white-space',
    '/a//b': 'must not contain double slash',
    '/a*': 'wildcard can only do suffix matching',
  }).map(
    ([url, said]): Row => [
      { 'spec.rules.0.nonResourceRules.0.nonResourceURLs': [url] },
      `${at}.nonResourceRules[0].nonResourceURLs[0]: Invalid value: "${url}": ${said}`,
    ],
  );
  created(kind('FlowSchema'), { spec }, [
    [{ 'spec.matchingPrecedence': -1 }, 'spec.matchingPrecedence: Invalid value: -1: must be a positive value'],
    [
      { 'spec.matchingPrecedence': 10_001 },
      'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
    ],
    [
      { 'spec.matchingPrecedence': 1 },
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ],
    [
      { 'spec.distinguisherMethod': { type: 'Odd' } },
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"Odd"}: supported values: "ByNamespace", "ByUser"',
    ],
    [
      { 'spec.priorityLevelConfiguration.name': '' },
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    ],
    [{ 'spec.rules.0.subjects': [] }, `${at}.subjects: Required value: subjects must contain at least one value`],
    [
      { 'spec.rules.0.subjects.0': { kind: 'Odd' } },
      `${at}.subjects[0].kind: Unsupported value: "Odd": supported values: "Group", "ServiceAccount", "User"`,
    ],
    [
      { 'spec.rules.0.subjects.0': { kind: 'User', group: { name: 'a' } } },
      `${at}.subjects[0].user: Required value: user is required when subject kind is 'User'`,
      `${at}.subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`,
    ],
    [
      { 'spec.rules.0.subjects.0': { kind: 'ServiceAccount', serviceAccount: { name: '*' } } },
      `${at}.subjects[0].serviceAccount.namespace: Required value: must specify namespace for service account`,
    ],
    [
      { 'spec.rules.0.nonResourceRules': [] },
      `${at}: Required value: at least one of resourceRules and nonResourceRules has to be non-empty`,
    ],
    [
      { 'spec.rules.0.nonResourceRules.0.verbs': ['get', 'odd'] },
      `${at}.nonResourceRules[0].verbs: Unsupported value: ["get","odd"]: supported values: ${verbs}`,
    ],
    ...urls,
    [{ 'spec.rules.0.resourceRules': [resource] }],
    [
      { 'spec.rules.0.resourceRules': [{ ...resource, namespaces: [], apiGroups: ['*', 'a'], resources: [] }] },
      `${at}.resourceRules[0].apiGroups: Invalid value: ["*","a"]: if '*' is present, must not specify other api groups`,
      `${at}.resourceRules[0].resources: Required value: resource rules must supply at least one resource`,
      `${at}.resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
    ],
    [{ 'spec.rules.0.resourceRules': [{ ...resource, namespaces: [], clusterScope: true }] }],
    [{ 'status.conditions': [{ type: '' }] }, 'status.conditions[0].type: Required value: must not be empty'],
  ]);
  updated(
    kind('FlowSchema'),
    { spec },
    [[{ 'status.conditions': [{ type: 'a' }, { type: 'a' }] }, 'status.conditions[1].type: Duplicate value: "a"']],
    'status',
  );
  for (const [name, fixed] of Object.entries(SCHEMAS))
    created(kind('FlowSchema'), { metadata: { name }, spec: fixed }, []);
});
test('flow control: levels: a type, shares, queues; the mandatory stay as they are', () => {
  const queuing = { queues: 64, handSize: 6, queueLengthLimit: 50 };
  const limited = { nominalConcurrencyShares: 2, limitResponse: { type: 'Queue', queuing }, lendablePercent: 0 };
  const spec = { type: 'Limited', limited };
  const at = 'spec.limited.limitResponse';
  const dealt = `${at}.queuing.handSize: Invalid value`;
  created(kind('PriorityLevelConfiguration'), { spec }, [
    [{ 'spec.type': 'Odd' }, 'spec.type: Unsupported value: "Odd": supported values: "Exempt", "Limited"'],
    [{ 'spec.limited': undefined }, 'spec.limited: Required value: must not be empty when type is Limited'],
    [{ 'spec.exempt': {} }, 'spec.exempt: Forbidden: must be nil if the type is Limited'],
    [
      { 'spec.limited.nominalConcurrencyShares': -1 },
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
    ],
    [{ 'spec.limited.nominalConcurrencyShares': 0 }],
    [
      { 'spec.limited.lendablePercent': 101, 'spec.limited.borrowingLimitPercent': -1 },
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
    [
      { 'spec.limited.limitResponse.type': 'Odd' },
      `${at}.type: Unsupported value: "Odd": supported values: "Queue", "Reject"`,
    ],
    [
      { 'spec.limited.limitResponse.type': 'Reject' },
      `${at}.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited`,
    ],
    [{ 'spec.limited.limitResponse.queuing.handSize': 65 }, `${dealt}: 65: should not be greater than queues (64)`],
    [
      { 'spec.limited.limitResponse.queuing.handSize': 11 },
      `${dealt}: 11: required entropy bits of deckSize 64 and handSize 11 should not be greater than 60`,
    ],
    [
      { 'spec.limited.limitResponse.queuing': { queues: -1, handSize: -1, queueLengthLimit: -1 } },
      `${at}.queuing.queueLengthLimit: Invalid value: -1: must be positive`,
      `${at}.queuing.queues: Invalid value: -1: must be positive`,
      `${dealt}: -1: must be positive`,
    ],
  ]);
  for (const [name, fixed] of Object.entries(LEVELS))
    created(kind('PriorityLevelConfiguration'), { metadata: { name }, spec: fixed }, []);
  const exempt = { metadata: { name: 'exempt' }, spec: LEVELS['exempt']! };
  created(kind('PriorityLevelConfiguration'), exempt, [
    [{ 'spec.exempt.nominalConcurrencyShares': 7 }],
    [
      { 'spec.type': 'Limited', 'spec.limited': limited, 'spec.exempt': undefined },
      `spec.type: Invalid value: "Limited": type must be 'Exempt' if and only if name is 'exempt'`,
      `spec: Invalid value: ${JSON.stringify({ type: 'Limited', limited })}: spec of 'exempt' except the 'spec.exempt' field must equal the fixed value`,
    ],
  ]);
});
