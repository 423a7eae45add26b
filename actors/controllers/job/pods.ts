//! What the controller reads off a Job's pods, and writes on them.
import type { Job } from '../../api/types/batch.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Container, Pod, PodTemplateSpec } from '../../api/types/pod.ts';
import { podOf } from '../../client/workload/pod-control.ts';
import { isTerminating } from '../../client/workload/pod-state.ts';
import { judge } from './failure-policy.ts';
import { COMPLETION_INDEX, FINALIZER, INDEX_FAILURES, INDEX_FAILURES_IGNORED } from './protocol.ts';

export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(FINALIZER) ?? false;
/** A pod is replaced when it has failed, not already when it is on its way out. */
export const replacesFailedOnly = ({ spec }: Job): boolean =>
  spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
/** What is deleted before it could end counts as failed: nobody may be left to end it. */
export const isFailed = (job: Job, pod: Pod): boolean =>
  pod.status.phase === 'Failed' || (!replacesFailedOnly(job) && isTerminating(pod) && pod.status.phase !== 'Succeeded');

const INT32_MAX = 2 ** 31 - 1;
function count(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  const number = text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : Number.NaN;
  return number <= INT32_MAX ? number : undefined;
}
export const completionIndex = (pod: Pod): number | undefined => count(pod, COMPLETION_INDEX);
export const indexFailures = (pod: Pod): number => count(pod, INDEX_FAILURES) ?? 0;
export const allIndexFailures = (pod: Pod): number => indexFailures(pod) + (count(pod, INDEX_FAILURES_IGNORED) ?? 0);

/** `index`: of an Indexed Job. `before`: the failed pod of that index whose failures the new one takes over. */
export function podOfJob(job: Job, index: number | undefined, before: Pod | undefined): Draft<Pod> {
  const { template } = job.spec;
  const finalizers = template.metadata?.finalizers ?? [];
  const metadata = {
    ...template.metadata,
    finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER],
  };
  if (index === undefined) return podOf(job, { ...template, metadata });
  const mark = { [COMPLETION_INDEX]: String(index) };
  const indexed: PodTemplateSpec = {
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...mark },
      annotations: { ...metadata.annotations, ...mark, ...failureCounts(job, before) },
    },
    spec: {
      ...template.spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: template.spec.containers.map(withIndex),
      ...(template.spec.initContainers === undefined
        ? {}
        : { initContainers: template.spec.initContainers.map(withIndex) }),
    },
  };
  return podOf(job, indexed, { generateName: generateName(job.metadata.name, index) });
}
function failureCounts({ spec }: Job, before: Pod | undefined): Readonly<Record<string, string>> {
  if (spec.backoffLimitPerIndex === undefined) return {};
  if (before === undefined) return { [INDEX_FAILURES]: '0' };
  const counts = judge(spec.podFailurePolicy, before).counts;
  const ignored = allIndexFailures(before) - indexFailures(before) + (counts ? 0 : 1);
  return {
    [INDEX_FAILURES]: String(indexFailures(before) + (counts ? 1 : 0)),
    ...(ignored > 0 ? { [INDEX_FAILURES_IGNORED]: String(ignored) } : {}),
  };
}
const ENV = 'JOB_COMPLETION_INDEX';
const withIndex = (container: Container): Container =>
  container.env?.some(({ name }) => name === ENV)
    ? container
    : {
        ...container,
        env: [
          ...(container.env ?? []),
          { name: ENV, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } },
        ],
      };
/** What the server appends has room: 63 characters in all. */
const GENERATED_MAX = 58;
function generateName(job: string, index: number): string {
  const end = `-${index}-`;
  return `${job.slice(0, GENERATED_MAX - end.length)}${end}`;
}
