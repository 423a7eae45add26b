//! Quantities: k8s.io/apiserver/pkg/cel/library/quantity.go.
import { parse, QUANTITY_ERROR } from '../../quantity.ts';
import { Failure } from '../failure.ts';
import { COST_OF_FIRST, define, type Overload } from '../overload.ts';
import { INT_MAX, INT_MIN, Opaque } from '../value.ts';

const UNIT = 1_000_000_000n;
export class QuantityValue extends Opaque {
  override readonly typeName = 'kubernetes.Quantity';
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    super();
    this.nanos = nanos;
  }
  override equals(other: Opaque): boolean {
    return (other as QuantityValue).nanos === this.nanos;
  }
}
export function quantity(text: string): QuantityValue {
  const parsed = parse(text);
  if (parsed === undefined) throw new Failure(QUANTITY_ERROR);
  return new QuantityValue(parsed.nanos);
}
const isInteger = ({ nanos }: QuantityValue): boolean =>
  nanos % UNIT === 0n && nanos / UNIT <= INT_MAX && nanos / UNIT >= INT_MIN;
function asInteger(value: QuantityValue): bigint {
  if (!isInteger(value)) throw new Failure('cannot convert value to integer');
  return value.nanos / UNIT;
}
const order = (a: QuantityValue, b: QuantityValue): bigint => (a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n);
const Q = 'kubernetes.Quantity';
const walked = { cost: COST_OF_FIRST };

export const QUANTITIES: readonly Overload[] = [
  define(`fn quantity(string): ${Q}`, quantity, walked),
  define('fn isQuantity(string): bool', (text: string) => parse(text) !== undefined, walked),
  define(`fn sign(${Q}): int`, (a: QuantityValue) => (a.nanos > 0n ? 1n : a.nanos < 0n ? -1n : 0n)),
  define(`${Q}.isGreaterThan(${Q}): bool`, (a: QuantityValue, b: QuantityValue) => a.nanos > b.nanos),
  define(`${Q}.isLessThan(${Q}): bool`, (a: QuantityValue, b: QuantityValue) => a.nanos < b.nanos),
  define(`${Q}.compareTo(${Q}): int`, order),
  define(`${Q}.asApproximateFloat(): double`, (a: QuantityValue) => Number(a.nanos) / Number(UNIT)),
  define(`${Q}.asInteger(): int`, asInteger),
  define(`${Q}.isInteger(): bool`, isInteger),
  define(`${Q}.add(${Q}): ${Q}`, (a: QuantityValue, b: QuantityValue) => new QuantityValue(a.nanos + b.nanos)),
  define(`${Q}.add(int): ${Q}`, (a: QuantityValue, b: bigint) => new QuantityValue(a.nanos + b * UNIT)),
  define(`${Q}.sub(${Q}): ${Q}`, (a: QuantityValue, b: QuantityValue) => new QuantityValue(a.nanos - b.nanos)),
  define(`${Q}.sub(int): ${Q}`, (a: QuantityValue, b: bigint) => new QuantityValue(a.nanos - b * UNIT)),
];
