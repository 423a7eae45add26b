//! What a server looks after again and again for Services: its own one, the first ServiceCIDR, addresses and ports.
import type { Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { restore } from '../bootstrap.ts';
import type { Engine } from '../verbs/engine.ts';
import { repairAddresses } from './repair.ts';
import { repairPorts } from './repair-ports.ts';

/** For one server: `leaks` of repairPorts between its rounds. */
export class ServiceUpkeep {
  readonly #leaks = new Map<number, number>();
  *round(engine: Engine, id: string): Task<Result<void>> {
    const restored = yield* restore(engine, `${id}:restore`);
    if (!restored.ok) return restored;
    const addressed = yield* repairAddresses(engine, `${id}:addresses`);
    return addressed.ok ? yield* repairPorts(engine, `${id}:ports`, this.#leaks) : addressed;
  }
}
