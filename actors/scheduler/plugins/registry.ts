//! Kubernetes' own plugins, in the order in which a profile asks them, with their weights.
import type { PluginChoice } from '../config/configuration.ts';
import { dynamicResources } from '../devices/dynamic-resources.ts';
import type { PluginFactory, Registry } from '../framework/plugin.ts';
import { defaultPreemption } from '../preemption/plugin.ts';
import { nodeVolumeLimits } from '../volumes/node-volume-limits.ts';
import { volumeBinding } from '../volumes/volume-binding.ts';
import { volumeRestrictions } from '../volumes/volume-restrictions.ts';
import { volumeZone } from '../volumes/volume-zone.ts';
import { balancedAllocation } from './balanced-allocation.ts';
import { defaultBinder } from './default-binder.ts';
import { imageLocality } from './image-locality.ts';
import { interPodAffinity } from './inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { podTopologySpread } from './pod-topology-spread.ts';
import { prioritySort } from './priority-sort.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';

/** A configuration's arguments are checked before a plugin sees them. */
const withArgs = <A>(factory: (args: A, handle: Parameters<PluginFactory>[1]) => ReturnType<PluginFactory>) =>
  factory as PluginFactory;

export const DEFAULT_REGISTRY: Registry = {
  SchedulingGates: schedulingGates,
  PrioritySort: prioritySort,
  NodeUnschedulable: nodeUnschedulable,
  NodeName: nodeName,
  TaintToleration: taintToleration,
  NodeAffinity: withArgs(nodeAffinity),
  NodePorts: nodePorts,
  NodeResourcesFit: withArgs(nodeResourcesFit),
  VolumeRestrictions: volumeRestrictions,
  NodeVolumeLimits: nodeVolumeLimits,
  VolumeBinding: withArgs(volumeBinding),
  VolumeZone: volumeZone,
  PodTopologySpread: withArgs(podTopologySpread),
  InterPodAffinity: withArgs(interPodAffinity),
  DynamicResources: dynamicResources,
  DefaultPreemption: withArgs(defaultPreemption),
  NodeResourcesBalancedAllocation: withArgs(balancedAllocation),
  ImageLocality: imageLocality,
  DefaultBinder: defaultBinder,
};
const WEIGHTS: Readonly<Record<string, number>> = {
  TaintToleration: 3,
  NodeAffinity: 2,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  DynamicResources: 2,
};
/** What every profile enables at `multiPoint` unless told otherwise. */
export const DEFAULT_PLUGINS: readonly PluginChoice[] = Object.keys(DEFAULT_REGISTRY).map((name) =>
  WEIGHTS[name] === undefined ? { name } : { name, weight: WEIGHTS[name] },
);
