//! Whether a scheduler would start by this configuration: what it says is right, and what it names is there.
import { SeededRandom } from '../../../runtime/sim/random.ts';
import type { Client, EventRecorder } from '../../client/protocol.ts';
import { Cluster } from '../cluster.ts';
import type { Registry } from '../framework/plugin.ts';
import { createProfile } from '../framework/profile.ts';
import { PermitRoom } from '../permit.ts';
import { DEFAULT_REGISTRY } from '../plugins/registry.ts';
import { type ReadConfiguration, readConfiguration } from './read.ts';

/** `content`: the file, parsed. */
export function checkConfiguration(content: unknown, plugins: Registry = {}): ReadConfiguration {
  const read = readConfiguration(content);
  if (!read.ok) return read;
  const errors: string[] = [];
  for (const profile of read.configuration.profiles) {
    const handle = {
      profile: profile.schedulerName,
      cluster: new Cluster(),
      random: new SeededRandom(0),
      now: () => 0,
      client: {} as Client,
      events: {} as EventRecorder,
      waiting: new PermitRoom({ setTimeout: () => 0, clearTimeout: () => {} }),
    };
    try {
      createProfile(profile, { ...DEFAULT_REGISTRY, ...plugins }, handle);
    } catch (error) {
      const why = (error as Error).message;
      errors.push(`initializing profiles: creating profile for scheduler name ${profile.schedulerName}: ${why}`);
    }
  }
  return errors.length === 0 ? read : { ok: false, errors };
}
