//! One list of 10,000 pods: until its first byte, until its last; the first of its kind, when nothing has been parsed
//! for it yet, and the median of seven.
import type { BenchResult } from '../result.ts';
import { createPods, PODS, percentile, round, withServer } from './server.ts';

const COUNT = 10_000;
const TIMES = 7;
const ACCEPT = {
  JSON: 'application/json',
  Table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  PartialObjectMetadataList: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
} as const;

export const list = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    await createPods(subject, COUNT);
    const rows = [];
    for (const [as, accept] of Object.entries(ACCEPT)) {
      const replies = [];
      for (let i = 0; i < TIMES; i++) replies.push(await subject.send('GET', PODS, undefined, { accept }));
      const ms = percentile(
        replies.map((reply) => reply.ms),
        0.5,
      );
      rows.push({
        as,
        pods: COUNT,
        MB: round(replies[0]!.bytes / 1e6),
        'first byte ms': round(
          percentile(
            replies.map((reply) => reply.firstByteMs),
            0.5,
          ),
        ),
        'last byte ms': round(ms),
        'of the first ms': round(replies[0]!.ms),
        'MB/s': Math.round(replies[0]!.bytes / 1e3 / ms),
      });
    }
    return { name: 'api: list of pods (median of 7)', rows };
  });
