//! How many requests of a level are served at once, and what waits (pkg/apis/flowcontrol/validation).
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { get, isObject, type JsonObject, numberOf, objectOf, semanticEqual, textOf } from '../../json.ts';
import { type Errors, range, specOf } from '../check.ts';
import { isNull } from '../service/fields.ts';
import { conditions } from './conditions.ts';
import { LEVELS } from './mandatory.ts';

const QUEUES_MAX = 10_000_000;
const HASH_BITS = 60;
const EXEMPT = 'exempt';

export function priorityLevel(errors: Errors, object: JsonObject): void {
  const spec = specOf(object);
  const own = textOf(get(object, 'metadata', 'name'));
  const type = textOf(spec['type']);
  const [isLimited, isExempt] = [isObject(spec['limited']), isObject(spec['exempt'])];
  if ((own === EXEMPT) !== (type === 'Exempt'))
    errors.push(invalid('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  if (type === 'Exempt') {
    if (isLimited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    if (isExempt) exempt(errors, 'spec.exempt', objectOf(spec['exempt']));
  } else if (type === 'Limited') {
    if (isExempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    if (isLimited) limited(errors, 'spec.limited', objectOf(spec['limited']));
    else errors.push(required('spec.limited', 'must not be empty when type is Limited'));
  } else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
  mandatory(errors, own, spec);
  conditions(errors, object);
}
/** Of `exempt` its share may be set. */
function mandatory(errors: Errors, own: string, spec: JsonObject): void {
  const fixed = Object.hasOwn(LEVELS, own) ? LEVELS[own]! : undefined;
  if (fixed === undefined) return;
  const is = own === EXEMPT ? { ...spec, exempt: fixed['exempt']! } : spec;
  if (semanticEqual(is, fixed)) return;
  const but = own === EXEMPT ? " except the 'spec.exempt' field" : '';
  errors.push(invalid('spec', spec, `spec of '${own}'${but} must equal the fixed value`));
}
function exempt(errors: Errors, at: string, given: JsonObject): void {
  shares(errors, `${at}.nominalConcurrencyShares`, given);
  range(errors, `${at}.lendablePercent`, given['lendablePercent'], 0, 100);
}
function shares(errors: Errors, path: string, given: JsonObject): void {
  const value = numberOf(given['nominalConcurrencyShares']);
  if (value < 0) errors.push(invalid(path, value, 'must be a non-negative integer'));
}
function limited(errors: Errors, at: string, given: JsonObject): void {
  shares(errors, `${at}.nominalConcurrencyShares`, given);
  response(errors, `${at}.limitResponse`, objectOf(given['limitResponse']));
  range(errors, `${at}.lendablePercent`, given['lendablePercent'], 0, 100);
  const borrowed = given['borrowingLimitPercent'];
  if (typeof borrowed === 'number' && borrowed < 0)
    errors.push(invalid(`${at}.borrowingLimitPercent`, borrowed, 'if specified, must be a non-negative integer'));
}
function response(errors: Errors, at: string, given: JsonObject): void {
  const type = textOf(given['type']);
  const queuing = given['queuing'];
  if (type === 'Reject') {
    if (!isNull(queuing))
      errors.push(forbidden(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (type === 'Queue') {
    if (isObject(queuing)) queues(errors, `${at}.queuing`, queuing);
    else errors.push(required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
  } else errors.push(notSupported(`${at}.type`, type, ['Queue', 'Reject']));
}
function queues(errors: Errors, at: string, given: JsonObject): void {
  const [length, count, hand] = ['queueLengthLimit', 'queues', 'handSize'].map((field) => numberOf(given[field])) as [
    number,
    number,
    number,
  ];
  const say = (field: string, value: number, detail: string): void =>
    void errors.push(invalid(`${at}.${field}`, value, detail));
  if (length <= 0) say('queueLengthLimit', length, 'must be positive');
  if (count <= 0) say('queues', count, 'must be positive');
  else if (count > QUEUES_MAX) say('queues', count, `must not be greater than ${QUEUES_MAX}`);
  if (hand <= 0) say('handSize', hand, 'must be positive');
  else if (hand > count) say('handSize', hand, `should not be greater than queues (${count})`);
  else if (entropyBits(count, hand) > HASH_BITS) {
    const detail = `required entropy bits of deckSize ${count} and handSize ${hand} should not be greater than ${HASH_BITS}`;
    say('handSize', hand, detail);
  }
}
/** shufflesharding.RequiredEntropyBits: to tell one hand that can be dealt from another. */
const entropyBits = (deck: number, hand: number): number => Math.ceil(Math.log2(deck) * hand);
