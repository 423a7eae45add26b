//! Whether a device is what a request asks for: by the CEL selectors of its class and its own.
import { DEVICE_COST_MAX, deviceEnvironment, deviceValue } from '../../api/cel/device.ts';
import type { Environment } from '../../api/cel/environment.ts';
import { type Compiled, compile } from '../../api/cel/index.ts';
import type { ExactRequest } from '../../api/types/devices.ts';
import type { Inventory, Offered } from './inventory.ts';

const PROGRAMS_MAX = 500;
const programs = new Map<string, Compiled>();
let environment: Environment | undefined;

/** Throws a sentence where an expression fails: the claim is wrong, not the node. */
export function wants(
  { deviceClassName, selectors = [] }: ExactRequest,
  { driver, device }: Offered,
  { classes }: Inventory,
): boolean {
  const all = [...(classes.get(deviceClassName)?.spec.selectors ?? []), ...selectors];
  for (const { cel } of all) {
    if (cel === undefined) continue;
    const compiled = programOf(cel.expression);
    if (!compiled.ok) throw new Error(`CEL compile error: ${compiled.text}`);
    const outcome = compiled.program.evaluate({ device: deviceValue(driver, device) }, DEVICE_COST_MAX);
    if (outcome.what === 'error') throw new Error(`CEL runtime error: ${outcome.message}`);
    if (outcome.what !== 'value' || outcome.value !== true) return false;
  }
  return true;
}
function programOf(expression: string): Compiled {
  let compiled = programs.get(expression);
  if (compiled === undefined) {
    if (programs.size >= PROGRAMS_MAX) programs.clear();
    environment ??= deviceEnvironment();
    compiled = compile(expression, environment);
    programs.set(expression, compiled);
  }
  return compiled;
}
