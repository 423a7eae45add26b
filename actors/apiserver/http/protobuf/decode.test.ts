import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSchema } from '../../../api/edge/load.ts';
import { decodeProtobuf } from './decode.ts';

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
