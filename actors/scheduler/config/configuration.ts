//! A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) with its defaults.
import type { ExtensionPoint } from '../framework/plugin.ts';

export const API_VERSION = 'kubescheduler.config.k8s.io/v1';
export const KIND = 'KubeSchedulerConfiguration';

export interface PluginChoice {
  readonly name: string;
  readonly weight?: number;
}
export interface PluginSet {
  readonly enabled?: readonly PluginChoice[];
  /** `*`: all. */
  readonly disabled?: readonly { readonly name: string }[];
}
export type PluginSets = Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;

export interface ProfileConfiguration {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: PluginSets;
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: object }[];
}
export interface ExtenderConfiguration {
  readonly urlPrefix: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly weight?: number;
  readonly bindVerb?: string;
  readonly enableHTTPS?: boolean;
  readonly tlsConfig?: { readonly insecure?: boolean; readonly caData?: string };
  /** Go's way to say it: `5s`. */
  readonly httpTimeout?: string;
  readonly nodeCacheCapable?: boolean;
  readonly managedResources?: readonly { readonly name: string; readonly ignoredByScheduler?: boolean }[];
  readonly ignorable?: boolean;
}
export interface SchedulerConfiguration {
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly profiles: readonly ProfileConfiguration[];
  readonly extenders: readonly ExtenderConfiguration[];
}

export const DEFAULT_PROFILE = 'default-scheduler';
export const DEFAULT_CONFIGURATION: SchedulerConfiguration = {
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
  profiles: [{ schedulerName: DEFAULT_PROFILE }],
  extenders: [],
};
