//! Sound objects, by kind: each field that has a rule of its own should be in one of them.
import type { JsonObject } from '../../actors/api/json.ts';
import { ACCESS } from './samples/access.ts';
import { CORE } from './samples/core.ts';
import { DEFINITIONS } from './samples/definitions.ts';
import { DEVICES } from './samples/devices.ts';
import { EXTENSION } from './samples/extension.ts';
import { NETWORK } from './samples/network.ts';
import { STORAGE } from './samples/storage.ts';
import { WORKLOADS } from './samples/workloads.ts';

/** By `apps/v1/Deployment`. The first of a kind stays the first: recorded answers name it by its place. */
export const SAMPLES: Readonly<Record<string, readonly JsonObject[]>> = {
  ...WORKLOADS,
  ...NETWORK,
  ...CORE,
  ...ACCESS,
  ...STORAGE,
  ...DEVICES,
  ...EXTENSION,
  ...DEFINITIONS,
};
