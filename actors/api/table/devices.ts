//! Devices: classes, claims, and what nodes offer.
import { get, listOf, textOf } from '../json.ts';
import { ageOf, columns, nameOf, type Printer } from './column.ts';

/** Classes of devices, templates of claims. */
export const aged: Printer = {
  columns: columns('Name Age'),
  cells: (object, nowMs) => [nameOf(object), ageOf(object, nowMs)],
};
export const resourceClaims: Printer = {
  columns: columns('Name State Age'),
  cells: (object, nowMs) => {
    const deleted = get(object, 'metadata', 'deletionTimestamp') !== undefined;
    const allocated = get(object, 'status', 'allocation') !== undefined;
    const reserved = listOf(get(object, 'status', 'reservedFor')).length > 0;
    const states = [
      ...(deleted ? ['deleted'] : []),
      ...(allocated ? ['allocated', ...(reserved ? ['reserved'] : [])] : deleted ? [] : ['pending']),
    ];
    return [nameOf(object), states.join(','), ageOf(object, nowMs)];
  },
};
export const resourceSlices: Printer = {
  columns: columns('Name Node Driver Pool Age'),
  cells: (object, nowMs) => [
    nameOf(object),
    textOf(get(object, 'spec', 'nodeName')),
    textOf(get(object, 'spec', 'driver')),
    textOf(get(object, 'spec', 'pool', 'name')),
    ageOf(object, nowMs),
  ],
};
