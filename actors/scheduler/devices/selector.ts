//! Whether a device is what a request asks for: by the CEL selectors of its class and its own.
import { DEVICE_COST_MAX, deviceEnvironment, deviceValue } from '../../api/cel/device.ts';
import type { Environment } from '../../api/cel/environment.ts';
import { type Compiled, compile } from '../../api/cel/index.ts';
import type { Device, ExactRequest } from '../../api/types/devices.ts';
import type { Inventory, Offered } from './inventory.ts';

const PROGRAMS_MAX = 500;
const ANSWERS_MAX = 50;
const programs = new Map<string, Compiled>();
let environment: Environment | undefined;

/** Throws a sentence where an expression fails: the claim is wrong, not the node. */
export function wants(
  { deviceClassName, selectors = [] }: ExactRequest,
  { driver, device }: Offered,
  { classes }: Inventory,
): boolean {
  const all = [...(classes.get(deviceClassName)?.spec.selectors ?? []), ...selectors];
  for (const { cel } of all) if (cel !== undefined && !fits(cel.expression, driver, device)) return false;
  return true;
}
/** A device is what it is: an expression is evaluated once about each. */
const answers = new WeakMap<Device, Map<string, boolean>>();
function fits(expression: string, driver: string, device: Device): boolean {
  let known = answers.get(device);
  if (known === undefined) {
    known = new Map();
    answers.set(device, known);
  }
  let answer = known.get(expression);
  if (answer === undefined) {
    answer = evaluate(expression, driver, device);
    if (known.size >= ANSWERS_MAX) known.clear();
    known.set(expression, answer);
  }
  return answer;
}
function evaluate(expression: string, driver: string, device: Device): boolean {
  const compiled = programOf(expression);
  if (!compiled.ok) throw new Error(`CEL compile error: ${compiled.text}`);
  const outcome = compiled.program.evaluate({ device: deviceValue(driver, device) }, DEVICE_COST_MAX);
  if (outcome.what === 'error') throw new Error(`CEL runtime error: ${outcome.message}`);
  return outcome.what === 'value' && outcome.value === true;
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
