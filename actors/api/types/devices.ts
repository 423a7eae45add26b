import type { KubeObject } from './meta.ts';
import type { NodeSelectorTerm } from './pod.ts';

interface DeviceSelector {
  readonly cel?: { readonly expression: string };
}
interface DeviceConfiguration {
  readonly requests?: readonly string[];
  readonly opaque?: object;
}
export interface DeviceClass extends KubeObject {
  readonly kind: 'DeviceClass';
  readonly spec: { readonly selectors?: readonly DeviceSelector[]; readonly config?: readonly DeviceConfiguration[] };
}
export interface ExactRequest {
  readonly deviceClassName: string;
  readonly selectors?: readonly DeviceSelector[];
  readonly allocationMode?: 'ExactCount' | 'All';
  readonly count?: number;
  readonly adminAccess?: boolean;
}
export interface DeviceRequest {
  readonly name: string;
  readonly exactly?: ExactRequest;
  /** Alternatives, the best first. */
  readonly firstAvailable?: readonly (ExactRequest & { readonly name: string })[];
}
export interface DeviceConstraint {
  readonly requests?: readonly string[];
  readonly matchAttribute?: string;
  readonly distinctAttribute?: string;
}
export interface DeviceResult {
  /** `request` or `request/alternative`. */
  readonly request: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly adminAccess?: boolean;
}
export interface Allocation {
  readonly devices?: { readonly results?: readonly DeviceResult[]; readonly config?: readonly object[] };
  readonly nodeSelector?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] };
}
export interface ResourceClaim extends KubeObject {
  readonly kind: 'ResourceClaim';
  readonly spec: {
    readonly devices?: {
      readonly requests?: readonly DeviceRequest[];
      readonly constraints?: readonly DeviceConstraint[];
      readonly config?: readonly DeviceConfiguration[];
    };
  };
  readonly status?: {
    readonly allocation?: Allocation;
    readonly reservedFor?: readonly { readonly resource: string; readonly name: string; readonly uid: string }[];
  };
}
export interface DeviceAttribute {
  readonly string?: string;
  readonly int?: number;
  readonly bool?: boolean;
  readonly version?: string;
}
export interface Device {
  readonly name: string;
  /** `domain/name`, or `name` of the driver's own domain. */
  readonly attributes?: Readonly<Record<string, DeviceAttribute>>;
  readonly capacity?: Readonly<Record<string, { readonly value: string }>>;
}
export interface ResourceSlice extends KubeObject {
  readonly kind: 'ResourceSlice';
  readonly spec: {
    readonly driver: string;
    readonly pool: { readonly name: string; readonly generation: number; readonly resourceSliceCount: number };
    readonly nodeName?: string;
    readonly nodeSelector?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] };
    readonly allNodes?: boolean;
    readonly devices?: readonly Device[];
  };
}
