import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSchema } from '../../../api/edge/load.ts';
import { decodeProtobuf } from './decode.ts';
import { numbersOf } from './numbers.ts';

type Part = readonly [field: number, value: string | number | readonly Part[]];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const bytes = (parts: readonly Part[]): number[] =>
  parts.flatMap(([field, value]) => {
    if (typeof value === 'number') return [...varint(field * 8), ...varint(value)];
    const inner = typeof value === 'string' ? [...Buffer.from(value)] : bytes(value);
    return [...varint(field * 8 + 2), ...varint(inner.length), ...inner];
  });
const body = (apiVersion: string, kind: string, parts: readonly Part[]): Uint8Array =>
  Uint8Array.from([
    0x6b,
    0x38,
    0x73,
    0,
    ...bytes([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, parts],
    ]),
  ]);
const decode = (apiVersion: string, kind: string, parts: readonly Part[]): unknown =>
  decodeProtobuf(loadSchema(), body(apiVersion, kind, parts));

test('protobuf: a pod as Go writes it: empty fields of no meaning are gone, pointers stay', () => {
  const probe: Part[] = [
    [
      1,
      [
        [
          2,
          [
            [1, '/'],
            [
              2,
              [
                [1, 0],
                [2, 80],
                [3, ''],
              ],
            ],
            [3, ''],
          ],
        ],
      ],
    ],
    [2, 0],
    [3, 0],
  ];
  const container: Part[] = [
    [1, 'c'],
    [2, 'nginx'],
    [5, ''],
    [10, probe],
    [
      8,
      [
        [
          1,
          [
            [1, 'cpu'],
            [2, [[1, '1']]],
          ],
        ],
      ],
    ],
  ];
  const volume: Part[] = [
    [1, 'v'],
    [2, [[2, [[1, '']]]]],
  ];
  const pod = decode('v1', 'Pod', [
    [
      1,
      [
        [1, 'p'],
        [2, ''],
        [8, []],
        [
          11,
          [
            [1, 'app'],
            [2, 'x'],
          ],
        ],
      ],
    ],
    [
      2,
      [
        [1, volume],
        [2, container],
        [4, 0],
        [11, 0],
      ],
    ],
  ]);
  assert.deepEqual(pod, {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'p', labels: { app: 'x' } },
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'nginx',
          livenessProbe: { httpGet: { path: '/', port: 80 } },
          resources: { limits: { cpu: '1' } },
        },
      ],
      terminationGracePeriodSeconds: 0,
    },
  });
});

test('protobuf: what it is not: said, whatever the bytes', () => {
  const schema = loadSchema();
  const whole = body('v1', 'ConfigMap', [[1, [[1, 'a']]]]);
  assert.throws(() => decodeProtobuf(schema, Buffer.from('{}')), /expected prefix k8s/);
  assert.throws(() => decodeProtobuf(schema, whole.subarray(0, whole.length - 1)), /unexpected EOF/);
  assert.throws(() => decode('v9', 'ConfigMap', []), /no kind "ConfigMap" is registered for version "v9"/);
});

test('protobuf: a custom resource definition: schemas within schemas, JSON within, one thing or the other', () => {
  const spec: Part[] = [
    [1, 'example.com'],
    [4, 'Namespaced'],
    [
      7,
      [
        [1, 'v1'],
        [2, 0],
        [3, 1],
        [
          4,
          [
            [
              1,
              [
                [5, 'object'],
                [
                  29,
                  [
                    [1, 'n'],
                    [
                      2,
                      [
                        [5, 'integer'],
                        [8, [[1, '3']]],
                        [13, 0],
                      ],
                    ],
                  ],
                ],
                [
                  29,
                  [
                    [1, 'list'],
                    [
                      2,
                      [
                        [5, 'array'],
                        [24, [[1, [[5, 'string']]]]],
                      ],
                    ],
                  ],
                ],
                [30, [[1, 1]]],
              ],
            ],
          ],
        ],
      ],
    ],
  ];
  const openAPIV3Schema = {
    type: 'object',
    properties: {
      n: { type: 'integer', default: 3, maxLength: 0 },
      list: { type: 'array', items: { type: 'string' } },
    },
    additionalProperties: true,
  };
  const wanted = {
    kind: 'CustomResourceDefinition',
    apiVersion: 'apiextensions.k8s.io/v1',
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: false, storage: true, schema: { openAPIV3Schema } }],
    },
  };
  assert.deepEqual(decode('apiextensions.k8s.io/v1', 'CustomResourceDefinition', [[2, spec]]), wanted);
});

test('protobuf: every kind that a client may write: has a form', () => {
  const { definitions, kinds } = loadSchema();
  const unknown = Object.values(kinds).filter((name) => {
    const dot = name.lastIndexOf('.');
    return !/List$|\.API\w+$/.test(name) && numbersOf(name.slice(0, dot), name.slice(dot + 1)) === undefined;
  });
  assert.deepEqual(unknown, []);
  for (const name of Object.keys(definitions).filter((type) => type.includes('.core.v1.')))
    for (const [, { name: field, inline }] of numbersOf('io.k8s.api.core.v1', name.split('.').at(-1) ?? '') ?? [])
      assert.ok(inline || field in (definitions[name]?.fields ?? {}), `${name}.${field}`);
});
