//! What an object of a kind has before anybody has set anything: Go's structs that are not pointers. Who fills them in
//! owns what is in them, not them.
import { isObject, type JsonObject } from '../json.ts';

const SHAPE = {
  metadata: {},
  spec: { template: { metadata: {}, spec: {} }, strategy: {}, updateStrategy: {} },
  status: {},
};

/** Only what `object` has too. */
export const skeletonOf = (object: JsonObject): JsonObject => shared(SHAPE, object);
function shared(shape: JsonObject, object: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, below] of Object.entries(shape)) {
    const there = object[name];
    if (isObject(there)) result[name] = shared(below as JsonObject, there);
  }
  return result;
}
