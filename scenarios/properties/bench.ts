//! Kinds on a server of our own, and objects drawn for them. SEEDS: how many draws a kind; SEED: the first of them.
import type { JsonObject } from '../../actors/api/json.ts';
import { apiVersion, RESOURCES, type ResourceInfo } from '../../actors/api/resources.ts';
import { bends, knowledge } from '../recorded/bend.ts';
import { type Change, changed, Draw } from '../recorded/draw.ts';
import { SAMPLES } from '../recorded/samples.ts';
import { wholeOf } from '../recorded/subject.ts';
import type { Knowledge } from '../recorded/values.ts';

export const keyOf = (info: ResourceInfo): string => `${apiVersion(info)}/${info.kind}`;
/** Every kind that is served and kept. */
export const KEPT: readonly ResourceInfo[] = RESOURCES.filter(({ stored, enabled }) => stored && enabled);
/** Of whose objects the server itself writes the status. */
export const BUSY: ReadonlySet<string> = new Set([
  'v1/ResourceQuota',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
  'apiextensions.k8s.io/v1/CustomResourceDefinition',
  'apiregistration.k8s.io/v1/APIService',
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema',
]);
export const FIRST = Number(process.env['SEED'] ?? 1);
export const seeds = (usual: number): readonly number[] =>
  Array.from({ length: Number(process.env['SEEDS'] ?? usual) }, (_, i) => FIRST + i);

export class Drawn {
  readonly info: ResourceInfo;
  readonly samples: readonly JsonObject[];
  readonly know: Knowledge;
  constructor(info: ResourceInfo) {
    this.info = info;
    this.samples = (SAMPLES[keyOf(info)] ?? []).map((sample, i) => wholeOf(info, sample, i));
    this.know = knowledge(this.samples);
  }
  /** A sample bent once to thrice: some are still sound. */
  object(seed: number): JsonObject {
    const draw = new Draw(seed * 7919);
    const sample = draw.of(this.samples);
    return changed(sample, this.changes(draw, sample, 'create')) as JsonObject;
  }
  changes(draw: Draw, object: JsonObject, verb: 'create' | 'update' | 'status'): readonly Change[] {
    return bends(draw, this.know, this.info, object, verb);
  }
}
