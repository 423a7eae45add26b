//! Which plugins a profile runs at each extension point, in which order: the merge of defaults, multiPoint and points.
import type { PluginChoice, PluginSet, PluginSets } from '../config/configuration.ts';
import { EXTENSION_POINTS, type ExtensionPoint, type Plugin } from './plugin.ts';

export interface Chosen {
  readonly plugin: Plugin;
  /** Of a score; 1 when nothing is said. */
  readonly weight: number;
}
export type ChosenPlugins = Readonly<Record<ExtensionPoint, readonly Chosen[]>>;

/** Defaults in their order, each replaced by what is enabled anew under its name; then what is new. */
export function merge(defaults: readonly PluginChoice[], set: PluginSet = {}): readonly PluginChoice[] {
  const disabled = new Set((set.disabled ?? []).map(({ name }) => name));
  const custom = new Map((set.enabled ?? []).map((choice) => [choice.name, choice]));
  const merged: PluginChoice[] = [];
  const used = new Set<string>();
  if (!disabled.has('*'))
    for (const choice of defaults) {
      if (disabled.has(choice.name)) continue;
      const again = custom.get(choice.name);
      if (again !== undefined) used.add(choice.name);
      merged.push(again ?? choice);
    }
  for (const choice of set.enabled ?? []) if (!used.has(choice.name)) merged.push(choice);
  return merged;
}

/** Throws a sentence when a plugin is named that is not there, or not for that point. */
export function choosePlugins(
  defaults: readonly PluginChoice[],
  sets: PluginSets,
  plugins: ReadonlyMap<string, Plugin>,
  profile: string,
): ChosenPlugins {
  const multi = merge(defaults, sets.multiPoint);
  for (const { name } of multi) if (!plugins.has(name)) throw new Error(`MultiPointPlugin "${name}" does not exist`);
  const chosen = {} as Record<ExtensionPoint, readonly Chosen[]>;
  for (const point of EXTENSION_POINTS) chosen[point] = atPoint(point, multi, sets[point] ?? {}, plugins);
  const sorters = chosen.queueSort.length;
  if (sorters !== 1)
    throw new Error(
      sorters === 0
        ? `no queue sort plugin is enabled for profile with scheduler name "${profile}"`
        : `only one queue sort plugin required for profile with scheduler name "${profile}", but got ${sorters}`,
    );
  if (chosen.bind.length === 0)
    throw new Error(`at least one bind plugin is needed for profile with scheduler name "${profile}"`);
  return chosen;
}
function atPoint(
  point: ExtensionPoint,
  multi: readonly PluginChoice[],
  set: PluginSet,
  plugins: ReadonlyMap<string, Plugin>,
): readonly Chosen[] {
  const type = `${point[0]!.toUpperCase()}${point.slice(1)}Plugin`;
  const own = new Map<string, Chosen>();
  for (const choice of set.enabled ?? []) {
    const plugin = plugins.get(choice.name);
    if (plugin === undefined) throw new Error(`${type} "${choice.name}" does not exist`);
    if (plugin[point] === undefined) throw new Error(`plugin "${choice.name}" does not extend ${type} plugin`);
    if (own.has(choice.name)) throw new Error(`plugin "${choice.name}" already registered as "${type}"`);
    own.set(choice.name, { plugin, weight: weightOf(choice) });
  }
  const disabled = new Set((set.disabled ?? []).map(({ name }) => name));
  const everywhere: Chosen[] = [];
  const overridden = new Set<string>();
  for (const choice of multi) {
    const plugin = plugins.get(choice.name);
    if (plugin?.[point] === undefined) continue;
    if (own.has(choice.name)) overridden.add(choice.name);
    else if (!disabled.has('*') && !disabled.has(choice.name)) everywhere.push({ plugin, weight: weightOf(choice) });
  }
  // What a point names again goes first there; what only the point names goes last.
  const first = [...own.values()].filter(({ plugin }) => overridden.has(plugin.name));
  const last = [...own.values()].filter(({ plugin }) => !overridden.has(plugin.name));
  return [...first, ...everywhere, ...last];
}
const weightOf = ({ weight }: PluginChoice): number => (weight === undefined || weight === 0 ? 1 : weight);
