//! Wall clocks of time zones: what they show at an instant, and when they show something.

/** Minutes and hours as people there read them, as if they were UTC: in ms. */
export type Wall = number;
/** Undefined: there is no such zone. */
export function zoneOf(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  const known = zones.get(name);
  if (known !== undefined) return known;
  try {
    const zone = new Zone(formatOf(name));
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
/** Only what exists comes in: some hundreds. */
const zones = new Map<string, Zone>();
const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

export class Zone {
  readonly #format: Intl.DateTimeFormat | undefined;
  constructor(format?: Intl.DateTimeFormat) {
    this.#format = format;
  }
  /** East of Greenwich, in ms. */
  offset(at: number): number {
    if (this.#format === undefined) return 0;
    const field: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) field[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  }
  wall(at: number): Wall {
    return at + this.offset(at);
  }
  /** When it shows that; where clocks are set forward or back, as Go's time.Date decides. */
  at(wall: Wall): number {
    const offset = this.offset(wall);
    return offset === 0 ? wall : wall - this.offset(wall - offset);
  }
}
const UTC = new Zone();
