//! Defaults of priority and fairness (pkg/apis/flowcontrol/v1/defaults.go).
import type { Json, JsonObject } from '../json.ts';
import { at, fill, within } from './fill.ts';

/** A zero counts as nothing said. */
const known = (object: JsonObject, defaults: Readonly<Record<string, Json>>): JsonObject => {
  const lacking = Object.entries(defaults).filter(([key]) => object[key] === 0);
  return fill(lacking.length === 0 ? object : { ...object, ...Object.fromEntries(lacking) }, defaults);
};
export const flowSchema = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => known(spec, { matchingPrecedence: 1000 }));

export const priorityLevel = (object: JsonObject): JsonObject =>
  at(object, 'spec', (spec) => {
    const exempt = (given: JsonObject): JsonObject => fill(given, { nominalConcurrencyShares: 0, lendablePercent: 0 });
    const told = spec['type'] === 'Exempt' ? within(spec, 'exempt', exempt) : at(spec, 'exempt', exempt);
    return at(told, 'limited', (given) =>
      at(fill(given, { nominalConcurrencyShares: 30, lendablePercent: 0 }), 'limitResponse', (response) =>
        at(response, 'queuing', (queuing) => known(queuing, { handSize: 8, queues: 64, queueLengthLimit: 50 })),
      ),
    );
  });
