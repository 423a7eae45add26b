//! A profile: the plugins that pods of one schedulerName meet.
import { withDefaults } from '../config/args.ts';
import type { ProfileConfiguration } from '../config/configuration.ts';
import { DEFAULT_PLUGINS } from '../plugins/registry.ts';
import { type ChosenPlugins, choosePlugins, merge } from './choose.ts';
import type { Handle, Plugin, Registry, Wake } from './plugin.ts';

export interface Profile {
  readonly name: string;
  readonly percentageOfNodesToScore: number;
  readonly plugins: ChosenPlugins;
  /** Scores and filters that look at one node, and those that look further. */
  readonly local: ReadonlySet<Plugin>;
  /** Which events help the pods that a plugin refused; undefined: any. */
  readonly wakes: ReadonlyMap<string, readonly Wake[] | undefined>;
}

/** Throws a sentence when the configuration names what is not there. */
export function createProfile(
  { schedulerName, percentageOfNodesToScore, plugins: sets = {}, pluginConfig = [] }: ProfileConfiguration,
  registry: Registry,
  handle: Handle,
  percentage = 0,
): Profile {
  const args = new Map(pluginConfig.map((config) => [config.name, config.args ?? {}]));
  const wanted = new Set(merge(DEFAULT_PLUGINS, sets.multiPoint).map(({ name }) => name));
  for (const set of Object.values(sets)) for (const { name } of set.enabled ?? []) wanted.add(name);
  const made = new Map<string, Plugin>();
  for (const name of wanted) {
    const factory = Object.hasOwn(registry, name) ? registry[name] : undefined;
    if (factory === undefined) continue;
    made.set(name, factory(withDefaults(name, args.get(name) as Readonly<Record<string, unknown>>), handle));
  }
  const chosen = choosePlugins(DEFAULT_PLUGINS, sets, made, schedulerName);
  const all = [...made.values()];
  return {
    name: schedulerName,
    percentageOfNodesToScore: percentageOfNodesToScore ?? percentage,
    plugins: chosen,
    local: new Set(all.filter(({ local }) => local === true)),
    wakes: new Map(all.map(({ name, wakes }) => [name, wakes])),
  };
}
