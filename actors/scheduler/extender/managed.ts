//! Resources that an extender manages and the scheduler is not to count.
import type { ExtenderConfiguration, ProfileConfiguration } from '../config/configuration.ts';

const FIT = 'NodeResourcesFit';
export function ignoringManaged(
  profile: ProfileConfiguration,
  extenders: readonly ExtenderConfiguration[],
): ProfileConfiguration {
  const names = extenders.flatMap(({ managedResources = [] }) =>
    managedResources.flatMap(({ name, ignoredByScheduler }) => (ignoredByScheduler === true ? [name] : [])),
  );
  if (names.length === 0) return profile;
  const configs = profile.pluginConfig ?? [];
  const args = (configs.find(({ name }) => name === FIT)?.args ?? {}) as {
    readonly ignoredResources?: readonly string[];
  };
  const more = { ...args, ignoredResources: [...(args.ignoredResources ?? []), ...names] };
  return { ...profile, pluginConfig: [...configs.filter(({ name }) => name !== FIT), { name: FIT, args: more }] };
}
