//! Questions to the API server: who a token is, and whether somebody may.
import type { KubeObject } from './meta.ts';

export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
export interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string };
  readonly status: { readonly authenticated?: boolean; readonly user?: UserInfo };
}
export interface SubjectAccessReview extends KubeObject {
  readonly spec: {
    readonly user: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
    readonly nonResourceAttributes?: { readonly path: string; readonly verb: string };
  };
  readonly status: { readonly allowed: boolean; readonly reason?: string };
}
