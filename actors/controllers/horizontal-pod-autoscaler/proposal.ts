//! What each metric of an autoscaler asks for, and how that is said.
import { format, milliOf } from '../../api/quantity.ts';
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../api/types/autoscaling.ts';
import type { LabelSelector } from '../../api/types/meta.ts';
import type { Reading } from './protocol.ts';
import { byAverage, byShare, byUtilization, byValue, type Crowd, type Proposal } from './replicas.ts';

export type Asked =
  | { readonly ok: true; readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  /** `message` as conditions and events have it; `whole` with what it was about. */
  | { readonly ok: false; readonly reason: string; readonly message: string; readonly whole: string };

const MILLI = 1_000_000n;
const quantity = (milli: number): string => format({ nanos: BigInt(Math.trunc(milli)) * MILLI, form: 'DecimalSI' });

export function asked(metric: MetricSpec, reading: Reading, crowd: Crowd, statusReplicas: number): Asked {
  switch (metric.type) {
    case 'Resource':
      return ofResource(metric, reading, crowd, { ...metric.resource!, container: '' });
    case 'ContainerResource':
      return ofResource(metric, reading, crowd, metric.containerResource!);
    case 'Pods': {
      const { metric: of, target } = metric.pods!;
      const wrap = 'failed to get pods metric value: ';
      if (reading.kind !== 'pods') return refused('FailedGetPodsMetric', missingOf(reading), wrap);
      const proposal = byAverage(crowd, reading.values, '', milliOf(target.averageValue));
      return said(proposal, 'FailedGetPodsMetric', wrap, `pods metric ${of.name}`, ({ milli }) => ({
        type: 'Pods',
        pods: { metric: of, current: { averageValue: quantity(milli) } },
      }));
    }
    case 'Object': {
      const { metric: of, target, describedObject } = metric.object!;
      const wrap = 'failed to get object metric value: ';
      if (reading.kind !== 'value') return refused('FailedGetObjectMetric', missingOf(reading), wrap);
      const name = `${describedObject.kind} metric ${of.name}`;
      return said(
        shareOf(target, reading.milli, crowd, statusReplicas),
        'FailedGetObjectMetric',
        wrap,
        name,
        ({ milli }) => ({
          type: 'Object',
          object: { metric: of, describedObject, current: currentOf(target, milli) },
        }),
      );
    }
    case 'External': {
      const { metric: of, target } = metric.external!;
      const wrap = `failed to get ${of.name} external metric value: `;
      if (reading.kind !== 'value') return refused('FailedGetExternalMetric', missingOf(reading), wrap);
      const name = `external metric ${of.name}(${shown(of.selector)})`;
      return said(
        shareOf(target, reading.milli, crowd, statusReplicas),
        'FailedGetExternalMetric',
        wrap,
        name,
        ({ milli }) => ({
          type: 'External',
          external: { metric: of, current: currentOf(target, milli) },
        }),
      );
    }
  }
}
function ofResource(
  { type }: MetricSpec,
  reading: Reading,
  crowd: Crowd,
  source: { readonly name: string; readonly container: string; readonly target: MetricTarget },
): Asked {
  const { name, container, target } = source;
  const isContainer = type === 'ContainerResource';
  const reason = isContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric';
  const wrap = `failed to get ${name} ${isContainer ? 'container' : 'resource'} metric value: `;
  const inner = `failed to get ${name} ${target.averageValue === undefined ? 'utilization' : 'usage'}: `;
  if (reading.kind !== 'pods') return refused(reason, inner + missingOf(reading), wrap);
  const byPercent = target.averageValue === undefined;
  const proposal = byPercent
    ? byUtilization(crowd, reading.values, name, container, target.averageUtilization ?? 0)
    : byAverage(crowd, reading.values, name, milliOf(target.averageValue));
  const what = `${name} ${isContainer ? 'container resource' : 'resource'}${byPercent ? ' utilization (percentage of request)' : ''}`;
  return said(
    typeof proposal === 'string' ? inner + proposal : proposal,
    reason,
    wrap,
    what,
    ({ milli, utilization }) => {
      const current: MetricValueStatus = {
        averageValue: quantity(milli),
        ...(utilization === undefined ? {} : { averageUtilization: utilization }),
      };
      return isContainer
        ? { type: 'ContainerResource', containerResource: { name, container, current } }
        : { type: 'Resource', resource: { name, current } };
    },
  );
}
const shareOf = (target: MetricTarget, milli: number, crowd: Crowd, statusReplicas: number): Proposal =>
  target.averageValue === undefined
    ? byValue(crowd, milli, milliOf(target.value))
    : byShare(crowd.tolerances, statusReplicas, milli, milliOf(target.averageValue));
const currentOf = ({ averageValue }: MetricTarget, milli: number): MetricValueStatus =>
  averageValue === undefined ? { value: quantity(milli) } : { averageValue: quantity(milli) };
const missingOf = (reading: Reading): string => (reading.kind === 'missing' ? reading.message : 'no metrics returned');
const refused = (reason: string, message: string, wrap: string): Asked => ({
  ok: false,
  reason,
  message,
  whole: wrap + message,
});
const said = (
  proposal: Proposal,
  reason: string,
  wrap: string,
  name: string,
  status: (of: Exclude<Proposal, string>) => MetricStatus,
): Asked =>
  typeof proposal === 'string'
    ? refused(reason, proposal, wrap)
    : { ok: true, replicas: proposal.replicas, name, status: status(proposal) };

/** As Go prints a pointer to a LabelSelector. */
function shown(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const map = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const terms = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${map}},MatchExpressions:[]LabelSelectorRequirement{${terms.join('')}},}`;
}
