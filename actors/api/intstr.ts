//! IntOrString: `3` or `25%`.

export const isPercent = (value: unknown): value is string => typeof value === 'string' && /^[0-9]+%$/.test(value);
/**
 * `50%` of 5 is 3 rounded up and 2 rounded down; undefined for what is neither
 * (intstr.GetScaledValueFromIntOrPercent).
 */
export function resolve(value: unknown, total: number, round: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  if (!isPercent(value)) return undefined;
  const exact = (Number(value.slice(0, -1)) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
/** A port by number or by name. */
export const isName = (value: unknown): value is string => typeof value === 'string';
