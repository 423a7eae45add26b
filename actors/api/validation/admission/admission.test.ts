import { test } from 'node:test';
import type { JsonObject } from '../../json.ts';
import { created } from '../refusal.fixture.ts';

const GROUP = 'admissionregistration.k8s.io';
const hook = {
  name: 'hook.example.com',
  clientConfig: { url: 'https://example.com/hook' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const sound = { webhooks: [hook] };
const at = (field: string): string => `webhooks.0.${field}`;
const FORM = '; desired format: https://host[/path]';
const LABEL =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const service = (more: JsonObject): JsonObject => ({ service: { name: 's', namespace: 'n', ...more } });

test('webhooks: who is asked, in which versions, with which effects: what is refused, in Kubernetes’ words', () => {
  for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])
    created({ group: GROUP, kind }, sound, [
      [{ [at('name')]: '' }, 'webhooks[0].name: Required value'],
      [
        { [at('name')]: 'example.com' },
        'webhooks[0].name: Invalid value: "example.com": should be a domain with at least three segments separated by dots',
      ],
      [{ webhooks: [hook, hook] }, 'webhooks[1].name: Duplicate value: "hook.example.com"'],
      [
        { [at('sideEffects')]: undefined },
        'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
      ],
      [
        { [at('sideEffects')]: 'Some' },
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      ],
      [
        { [at('timeoutSeconds')]: 31 },
        'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      ],
      [
        { [at('admissionReviewVersions')]: [] },
        'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
      ],
      [
        { [at('admissionReviewVersions')]: ['v1', 'v1', '1'] },
        'webhooks[0].admissionReviewVersions[1]: Invalid value: "v1": duplicate version',
        `webhooks[0].admissionReviewVersions[2]: Invalid value: "1": ${LABEL}`,
      ],
      [
        { [at('admissionReviewVersions')]: ['v7'] },
        'webhooks[0].admissionReviewVersions: Invalid value: ["v7"]: must include at least one of v1, v1beta1',
      ],
    ]);
  created({ group: GROUP, kind: 'MutatingWebhookConfiguration' }, sound, [
    [
      { [at('reinvocationPolicy')]: 'Always' },
      'webhooks[0].reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
    ],
  ]);
});
test('webhooks: where they are: a URL or a Service, and which of each', () => {
  const config = 'webhooks[0].clientConfig';
  const url = (text: string) => ({ [at('clientConfig')]: { url: text } });
  created({ group: GROUP, kind: 'ValidatingWebhookConfiguration' }, sound, [
    [{ [at('clientConfig')]: {} }, `${config}: Required value: exactly one of url or service is required`],
    [
      { [at('clientConfig')]: { ...hook.clientConfig, ...service({}) } },
      `${config}: Required value: exactly one of url or service is required`,
    ],
    [url('http://example.com'), `${config}.url: Invalid value: "http": 'https' is the only allowed URL scheme${FORM}`],
    [url('https:///hook'), `${config}.url: Invalid value: "": host must be specified${FORM}`],
    [
      url('https://me@example.com/?a=b#c'),
      `${config}.url: Invalid value: "me": user information is not permitted in the URL`,
      `${config}.url: Invalid value: "c": fragments are not permitted in the URL`,
      `${config}.url: Invalid value: "a=b": query parameters are not permitted in the URL`,
    ],
    [{ [at('clientConfig')]: service({ path: '/a/b/', port: 8443 }) }],
    [
      { [at('clientConfig')]: service({ name: '', namespace: '', port: 65_536, path: 'x//y_' }) },
      `${config}.service.name: Required value: service name is required`,
      `${config}.service.namespace: Required value: service namespace is required`,
      `${config}.service.port: Invalid value: 65536: port is not valid: must be between 1 and 65535, inclusive`,
      `${config}.service.path: Invalid value: "x//y_": must start with a '/'`,
      `${config}.service.path: Invalid value: "x//y_": segment[0] may not be empty`,
      `${config}.service.path: Invalid value: "x//y_": segment[1] may not be empty`,
      `${config}.service.path: Invalid value: "x//y_": segment[2]: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  ]);
});
